/* Faults of the installation, of the disk and of our own, which a connection has to survive or to say. */
import { describe, expect, it } from 'vitest';
import { Connection, type ConnectionParts } from '../../../main/channels/whatsapp/connection.ts';
import { openIdentity } from '../../../main/channels/whatsapp/identity.ts';
import { loadLibrary } from '../../../main/channels/whatsapp/library.ts';
import type { WhatsAppDeps } from '../../../main/channels/whatsapp/parts.ts';
import { serverOf } from '../../../main/channels/whatsapp/server.ts';
import type { LinkState } from '../../../main/gateway/channel.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import type { MemoryFiles } from '../../lib/memory-files.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { LINK, SOON, comesBack, isIn, isUp, next, startLinked, type WhatsAppLink } from './link.ts';

interface Bare extends AsyncDisposable {
  readonly connection: Connection;
  readonly clock: ManualClock;
  readonly states: EventLog<LinkState>;
  /** Names of what was logged at warn and above. */
  readonly warnings: readonly string[];
}

/** The connection alone, on the identity of a link that was stopped, with parts of it replaced. */
async function bare(link: WhatsAppLink, parts: Partial<ConnectionParts>): Promise<Bare> {
  await link.channel.stop();
  const clock = new ManualClock(Date.now());
  const warnings: string[] = [];
  const deps: WhatsAppDeps = {
    clock,
    random: () => 0.5,
    log: { write: (level, event) => void (level === 'warn' || level === 'error' ? warnings.push(event) : 0) },
    fetch: globalThis.fetch,
    identities: link.files,
    environment: {},
  };
  const connection = new Connection(deps, {
    link: LINK,
    server: serverOf({ apiRoot: link.server.url, serverKey: link.server.rootKey.toString('hex') }),
    load: () => loadLibrary(deps.log),
    openIdentity: (library) => openIdentity(deps, library, LINK),
    versions: ({ DEFAULT_CONNECTION_CONFIG: { version } }) => ({
      current: async () => version,
      renew: async () => undefined,
      accepted: () => undefined,
    }),
    cachedGroupMetadata: async () => undefined,
    attach: () => ({ [Symbol.dispose]: () => undefined }),
    ...parts,
  });
  const states = new EventLog<LinkState>('state');
  connection.state.subscribe((state) => states.add(state));
  return { connection, clock, states, warnings, [Symbol.asyncDispose]: () => connection.stop() };
}

const first = (states: EventLog<LinkState>, kind: LinkState['kind']): Promise<LinkState> =>
  states.waitFor((state) => state.kind === kind, SOON);

describe('a link', () => {
  it('whose library takes bad signatures for good ones connects nowhere, whoever asks', async () => {
    await using link = await startLinked();
    const load: ConnectionParts['load'] = async () => ({ ok: false, failure: { code: 'link.library-unsafe' } });
    await using alone = await bare(link, { load });
    const { connection, states } = alone;
    connection.start();
    expect(await first(states, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.library-unsafe' } });
    connection.pair({ number: null });
    connection.reconnect('owner');
    await alone.clock.elapse(60_000);
    expect(link.server.connections.items).toHaveLength(2);
    expect(link.files.device(LINK)).not.toBeNull();
  });

  it('that is held up by something that never comes back is begun anew after 30 s, with a sentence', async () => {
    await using link = await startLinked();
    const asked: string[] = [];
    const versions: ConnectionParts['versions'] = ({ DEFAULT_CONNECTION_CONFIG: { version } }) => ({
      current() {
        asked.push('version');
        return asked.length === 1 ? new Promise(() => undefined) : Promise.resolve(version);
      },
      renew: async () => undefined,
      accepted: () => undefined,
    });
    await using alone = await bare(link, { versions });
    alone.connection.start();
    await expect.poll(() => asked.length).toBe(1);
    await alone.clock.elapse(29_999);
    expect(alone.warnings).not.toContain('whatsapp.stuck');
    await alone.clock.elapse(1);
    expect(alone.warnings).toContain('whatsapp.stuck');
    expect(alone.states.items).toContainEqual({
      kind: 'retrying',
      at: alone.clock.now(),
      attempt: 1,
      reason: { code: 'link.stuck' },
    });
    await first(alone.states, 'up');
  });

  it('that meets a fault of our own says so and goes on half a minute later', async () => {
    await using link = await startLinked();
    let count = 0;
    const openFaulty: ConnectionParts['openIdentity'] = (library) => {
      count += 1;
      if (count === 1) throw new Error('a bug');
      const deps = { identities: link.files, clock: alone.clock, log: { write: () => undefined } };
      return openIdentity(deps, library, LINK);
    };
    await using alone = await bare(link, { openIdentity: openFaulty });
    alone.connection.start();
    expect(await first(alone.states, 'retrying')).toMatchObject({ reason: { code: 'host.bug' } });
    await alone.clock.elapse(30_000);
    await first(alone.states, 'up');
  });
});

describe('a disk', () => {
  const fill = ({ files }: { readonly files: MemoryFiles }, isFull: boolean): void => {
    files.isFull = isFull;
  };

  it('that is full while the link stands ends it with that for a reason, and the device is the same afterwards', async () => {
    await using link = await startLinked();
    const before = link.files.device(LINK);
    fill(link, true);
    const retrying = next(link, (state) => state.kind === 'retrying' && state.reason.code === 'host.disk-full');
    link.server.contact().say('does anybody hear me?');
    await retrying;
    fill(link, false);
    await comesBack(link);
    expect(link.files.device(LINK)).toBe(before);
  });

  it('whose file is damaged while the link stands signs it out, and keeps the file', async () => {
    await using link = await startLinked();
    link.files.isDamaged = true;
    const over = isIn(link, 'signed-out');
    link.server.contact().say('hello');
    expect(await over).toEqual({ kind: 'signed-out', reason: { code: 'link.identity-damaged' } });
    expect(link.files.has(LINK)).toBe(true);
    link.files.isDamaged = false;
    link.channel.reconnect('owner');
    await isUp(link);
  });
});
