/* The built headless host as a process of its own, on a data directory of its own. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstrumentCounters, InstrumentMemory } from './instrument.ts';
import type { Model } from './model.ts';
import { startNode, type Started } from './process.ts';
import type { Bench } from './rows.ts';
import type { Telegram } from './telegram.ts';

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** A folder that goes away with its user. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'porchlight-bench-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export interface HostSetup {
  /** Data directory, home and provision file lie in it. */
  readonly folder: string;
  /** `window`: its context in tokens, where the server does not tell. */
  readonly model: Pick<Model, 'url' | 'key' | 'name'> & { readonly window?: number };
  /** Without it there is no Telegram link. */
  readonly telegram?: Pick<Telegram, 'url' | 'token'>;
  /** Without it there is no WhatsApp link. */
  readonly whatsApp?: { readonly url: string; readonly serverKey: string };
  /** Chats of groups where everything is answered. */
  readonly groups?: readonly number[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Loads `instrument.ts` into the host. */
  readonly instrument?: { readonly commitMs?: number; readonly collect?: boolean };
  /** False: nothing is said by a file, the host finds what it stored. */
  readonly provision?: boolean;
  /** More arguments for Node itself. */
  readonly node?: readonly string[];
}

export interface RunningHost extends Started {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  readonly token: string;
  /** Only with the instrument. */
  ask(what: 'counters'): Promise<InstrumentCounters>;
  ask(what: 'memory'): Promise<InstrumentMemory>;
}

function linksOf({ telegram, whatsApp, groups = [] }: HostSetup): object {
  if (whatsApp !== undefined) {
    const { url: webSocketUrl, serverKey } = whatsApp;
    return {
      links: [{ id: 'phone', kind: 'whatsapp', webSocketUrl, serverKey, mode: 'people' }],
      people: [{ link: 'phone', address: '*', role: 'guest' }],
    };
  }
  if (telegram === undefined) return {};
  return {
    links: [{ id: 'bot', kind: 'telegram', token: telegram.token, apiRoot: telegram.url }],
    people: [{ link: 'bot', address: '*', role: 'guest' }],
    groups: groups.map((chat) => ({ link: 'bot', address: String(chat), answer: 'always' })),
  };
}

function provisionOf(setup: HostSetup): unknown {
  const { model, settings = {} } = setup;
  // A server that tells no window is taken for a small one.
  const compatibility = model.window === undefined ? {} : { compatibility: { contextTokens: model.window } };
  return {
    providers: [{ id: 'lab', kind: 'openai', baseUrl: model.url, apiKey: model.key, ...compatibility }],
    models: { default: `lab/${model.name}` },
    ...linksOf(setup),
    settings: {
      // Emulators have no limits to be kept, unless they are told to; pacing would be all that is measured.
      'delivery.pacing': 0,
      // Who talks here says more within a minute than a person can: the loop breaker counts, and never steps in.
      'turns.loopReplies': 1000,
      ...settings,
    },
  };
}

/** Starts the host of `bench.build`; it is ready, but its links may still be coming up. */
export async function startHost(bench: Bench, setup: HostSetup): Promise<RunningHost> {
  const { folder, instrument, node = [] } = setup;
  const file = join(folder, 'provision.json');
  if (setup.provision !== false) await writeFile(file, JSON.stringify(provisionOf(setup)));
  const hook = join(import.meta.dirname, 'instrument.ts');
  const started = await startNode({
    args: [
      ...node,
      ...(instrument === undefined ? [] : ['--import', hook]),
      ...(instrument?.collect === true ? ['--expose-gc'] : []),
      join(bench.build, 'main/serve.js'),
      ...['--data-dir', join(folder, 'data'), '--port', '0', '--json'],
      ...(setup.provision === false ? [] : ['--provision', file]),
    ],
    env: { HOME: folder, PORCHLIGHT_BENCH_COMMIT_MS: String(instrument?.commitMs ?? 0) },
    channel: instrument !== undefined,
  });
  return {
    ...started,
    url: String(started.said['url']),
    token: String(started.said['token']),
    async ask(what: 'counters' | 'memory') {
      const answer = once(started.child, 'message') as Promise<[never]>;
      started.child.send(what);
      return (await answer)[0];
    },
  };
}
