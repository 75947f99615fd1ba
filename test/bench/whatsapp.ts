/* The emulator of WhatsApp in a process of its own, a host that is linked with its phone, and what a bench asks of both. */
import { join } from 'node:path';
import type { LinkStateView } from '../../preload/contract/views.ts';
import { startHost, temporaryFolder, type HostSetup, type RunningHost } from './host.ts';
import { echoOf, startModel, type Model } from './model.ts';
import { startNode } from './process.ts';
import { openRpc, type Rpc } from './rpc.ts';
import { WrongAnswer, type Bench } from './rows.ts';
import { control } from './telegram.ts';

/** A message of the host as a contact could read it. */
export interface Arrival {
  readonly number: number;
  readonly at: number;
  readonly id: string;
  readonly recipient: string;
  readonly device: number;
  readonly isOwnCopy: boolean;
  readonly text: string;
}

/** A message of the host as the service got it. */
export interface SendSeen {
  readonly id: string;
  readonly at: number;
}

export interface Said {
  readonly id: string;
  /** Milliseconds since the epoch, when its stanza had been written. */
  readonly saidAt: number;
}

export interface WhatsApp extends AsyncDisposable {
  /** For a link: `webSocketUrl`. */
  readonly url: string;
  readonly serverKey: string;
  /** The phone scans a code; what it says to that. */
  scan(qr: string): Promise<string>;
  say(number: string, text: string): Promise<Said>;
  /** What arrived after number `since`; waits for the first at most `wait` ms. */
  arrivals(since: number, wait: number): Promise<readonly Arrival[]>;
  sends(): Promise<readonly SendSeen[]>;
  violations(): Promise<readonly unknown[]>;
  /** The next message of the host meets this. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Numbers of what was asked, over all talks with one service. */
export interface Marks {
  last: number;
}

/** In the link and in what is checked. */
export const linkId = 'phone';

/** Starts the service with one account. */
export async function startWhatsApp(): Promise<WhatsApp> {
  const script = join(import.meta.dirname, '../emulators/whatsapp/main.ts');
  const started = await startNode({ args: [script, '--keep', '3000', '--delay', '5'] });
  const origin = String(started.said['origin']);
  return {
    url: String(started.said['url']),
    serverKey: String(started.said['rootKey']),
    async scan(qr) {
      return String((await control(origin, 'scan', { qr }))['outcome']);
    },
    async say(number, text) {
      const { id, saidAt } = await control(origin, 'say', { number, text });
      return { id: String(id), saidAt: Number(saidAt) };
    },
    async arrivals(since, wait) {
      const answer = await control(origin, `arrivals?since=${String(since)}&wait=${String(wait)}`);
      return answer['arrivals'] as readonly Arrival[];
    },
    async sends() {
      return (await control(origin, 'sends?since=0'))['sends'] as readonly SendSeen[];
    },
    async violations() {
      return (await control(origin, 'violations'))['violations'] as readonly unknown[];
    },
    async fault(fault) {
      await control(origin, 'fault', { faults: [fault] });
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** Longest wait for a state of the link or for an answer, in ms. */
const patience = 30_000;

/** Resolves once the link is in a state for which `find` gives something, with that. */
export async function linkState<T>(rpc: Rpc, find: (state: LinkStateView) => T | undefined): Promise<T> {
  let wake: () => void = () => undefined;
  rpc.listen(() => wake());
  const end = performance.now() + patience;
  for (;;) {
    const changed = new Promise<void>((resolve) => (wake = resolve));
    const link = (await rpc.call('links.list', {})).find(({ id }) => id === linkId);
    const found = link === undefined ? undefined : find(link.state);
    if (found !== undefined) return found;
    const left = end - performance.now();
    if (left <= 0) throw new WrongAnswer(`the link stays ${JSON.stringify(link?.state)}`);
    const late = AbortSignal.timeout(Math.ceil(left));
    await Promise.race([changed, new Promise((resolve) => late.addEventListener('abort', resolve))]);
  }
}

/** Resolves once the link is up. */
export async function linkUp(rpc: Rpc): Promise<void> {
  await linkState(rpc, ({ kind }) => (kind === 'up' ? true : undefined));
}

async function pair(rpc: Rpc, whatsApp: WhatsApp): Promise<void> {
  await rpc.call('links.pair', { link: linkId });
  const qr = await linkState(rpc, (state) =>
    state.kind === 'pairing' && state.step.kind === 'show-qr' ? state.step.text : undefined,
  );
  const outcome = await whatsApp.scan(qr);
  if (outcome !== 'linked') throw new WrongAnswer(`the phone says ${outcome}`);
  await linkUp(rpc);
}

export interface WhatsAppLab extends AsyncDisposable {
  readonly setup: HostSetup;
  readonly model: Model;
  readonly whatsApp: WhatsApp;
  readonly host: RunningHost;
  readonly talk: WhatsAppTalk;
  readonly marks: Marks;
}

/** Emulators, a host whose link was paired, and `warmUp` answers. */
export async function startWhatsAppLab(bench: Bench, warmUp: number): Promise<WhatsAppLab> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryFolder()).path;
  const model = undo.use(await startModel());
  const whatsApp = undo.use(await startWhatsApp());
  const setup: HostSetup = { folder, model, whatsApp };
  const host = undo.use(await startHost(bench, setup));
  {
    using rpc = await openRpc(host);
    await pair(rpc, whatsApp);
  }
  const marks = { last: 0 };
  const talk = startWhatsAppTalk(whatsApp, marks);
  // Time stamps have seconds only, and nothing older than the link is answered.
  await new Promise((resolve) => void setTimeout(resolve, 1_000));
  for (let turn = 0; turn < warmUp; turn++) await talk.ask(contactOf(turn));
  const owned = undo.move();
  return { setup, model, whatsApp, host, talk, marks, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** One of ten. */
export function contactOf(turn: number): string {
  return `49155500000${String(10 + (turn % 10))}`;
}

export interface WhatsAppAnswered {
  readonly text: string;
  readonly said: Said;
  readonly arrival: Arrival;
}

/** Private chats, each answer checked: exactly the echo of what was asked, at whoever asked, under one id, once. */
export interface WhatsAppTalk {
  ask(number: string): Promise<WhatsAppAnswered>;
  /** Passes over what arrived before. */
  catchUp(): Promise<void>;
  /** Throws when something arrived that nobody has waited for, or the service had to complain. */
  settle(): Promise<void>;
}

export function startWhatsAppTalk(whatsApp: WhatsApp, marks: Marks): WhatsAppTalk {
  let seen = 0;
  /** The next messages for others than the owner. */
  const listen = async (longest: number): Promise<readonly Arrival[]> => {
    const end = performance.now() + longest;
    for (let left = longest; left > 0; left = end - performance.now()) {
      const all = await whatsApp.arrivals(seen, Math.ceil(left));
      seen = all.at(-1)?.number ?? seen;
      const others = all.filter(({ isOwnCopy }) => !isOwnCopy);
      if (others.length > 0) return others;
    }
    return [];
  };
  return {
    async ask(number) {
      const text = `Question #m-${String(++marks.last)}#, with a few words around it.`;
      const said = await whatsApp.say(number, text);
      const [arrival, ...more] = await listen(patience);
      if (arrival === undefined) throw new WrongAnswer(`the answer to “${text}” is missing`);
      if (more.length > 0) throw new WrongAnswer(`“${more[0]?.text ?? ''}” came besides the answer`);
      if (arrival.text !== echoOf(text)) throw new WrongAnswer(`“${arrival.text}” answers “${text}”`);
      if (arrival.recipient !== number) throw new WrongAnswer(`“${arrival.text}” came to somebody else`);
      return { text, said, arrival };
    },
    async catchUp() {
      seen = (await whatsApp.arrivals(seen, 0)).at(-1)?.number ?? seen;
    },
    async settle() {
      // Longer than the pause before a second attempt, so that a doubled reply has come.
      const [first] = await listen(1_000);
      if (first !== undefined) throw new WrongAnswer(`“${first.text}” came although everything was answered`);
      const [violation] = await whatsApp.violations();
      if (violation !== undefined) throw new WrongAnswer(`the service complains: ${JSON.stringify(violation)}`);
    },
  };
}
