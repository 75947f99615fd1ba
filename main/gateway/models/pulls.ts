/**
 * Models that the owner has loaded onto a server of his own: start → progress, a few times a second → there, stopped or
 * failed. One that did not come to its end stays in the list until it is resumed or dismissed, also over a restart (as a
 * fact of the store): the server kept what it had.
 */
import { failed, ok } from '../../lib/result.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Pulls } from './types.ts';
import type { PooledProvider } from './pool.ts';
import type { PullProgress, PullStatus } from '../model.ts';
import { createSpeed, type Speed } from '../speed.ts';
import type { Millis, ProviderId } from '../types.ts';

export interface PullDesk extends Pulls {
  /** Ends what runs; the next start shows it as stopped. Resolves when all have ended. */
  stop(): Promise<void>;
}

export interface PullParts {
  readonly ports: Pick<GatewayPorts, 'clock' | 'log' | 'storage'>;
  readonly events: Events;
  readonly find: (id: ProviderId) => PooledProvider | null;
  /** A model more is there. */
  readonly arrived: () => void;
}

interface Entry {
  status: PullStatus;
  control: AbortController;
  ended: Promise<void>;
}

/** Between two events about one that runs. */
const between: Millis = 250;
const prefix = 'pull/';
const nothing: PullProgress = { phase: 'asking', completed: 0, total: null, kept: 0 };

export function createPulls(parts: PullParts): PullDesk {
  const { ports, find } = parts;
  const entries = new Map<string, Entry>(left(ports));
  let stopping = false;
  return {
    all: () => [...entries.values()].map(({ status }) => status),
    async start(id, model) {
      const provider = find(id);
      if (provider === null) return failed({ code: 'input.not-found', params: { name: id } });
      const key = keyOf(id, model);
      const adapter = await provider.adapter();
      const known = entries.get(key);
      if (known?.status.state === 'running') return ok(known.status);
      const pull = adapter.pull?.bind(adapter);
      if (pull === undefined || stopping) {
        return failed({ code: 'model.pull-unsupported', params: { provider: provider.name } });
      }
      const status = { ...begun(id, model, 'running'), startedAt: ports.clock.now() };
      const entry: Entry = { status, control: new AbortController(), ended: Promise.resolve() };
      entries.delete(key);
      entries.set(key, entry);
      const follow = createFollower(parts, entry);
      entry.ended = follow(
        (onProgress) => pull(model, onProgress, entry.control.signal),
        () => stopping,
      );
      await remember(ports, key, { provider: id, model });
      return ok(entry.status);
    },
    async cancel(id, model) {
      const key = keyOf(id, model);
      const entry = entries.get(key);
      if (entry === undefined) return failed({ code: 'input.not-found', params: { name: model } });
      if (entry.status.state === 'running') {
        entry.control.abort();
        await entry.ended;
        return ok(undefined);
      }
      entries.delete(key);
      await remember(ports, key, undefined);
      parts.events.publish({ kind: 'pull', status: null });
      return ok(undefined);
    },
    async stop() {
      stopping = true;
      for (const { control } of entries.values()) control.abort();
      await Promise.all([...entries.values()].map(({ ended }) => ended));
    },
  };
}

type Run = (onProgress: (progress: PullProgress) => void) => ReturnType<NonNullable<Pull>>;
type Pull = Awaited<ReturnType<PooledProvider['adapter']>>['pull'];

/** Carries what happens to one pull into its entry and to whoever listens. */
function createFollower(
  { ports, events, arrived }: PullParts,
  entry: Entry,
): (run: Run, stopping: () => boolean) => Promise<void> {
  const { clock, log } = ports;
  const { provider, model } = entry.status;
  const speed: Speed = createSpeed(clock);
  let timer: Disposable | null = null;
  const tell = (change: Partial<PullStatus>): void => {
    entry.status = { ...entry.status, ...change };
    events.publish({ kind: 'pull', status: entry.status });
  };
  const onProgress = (progress: PullProgress): void => {
    speed.reached(progress.completed - progress.kept);
    entry.status = { ...entry.status, progress };
    timer ??= clock.after(between, () => {
      timer = null;
      tell({ speed: speed.now() });
    });
  };
  return async (run, stopping) => {
    log.write('info', 'model.pull-started', { provider, model });
    const result = await run(onProgress);
    timer?.[Symbol.dispose]();
    if (result.ok) {
      log.write('info', 'model.pulled', { provider, model });
      if (!stopping()) await remember(ports, keyOf(provider, model), undefined);
      tell({ state: 'done', speed: null });
      arrived();
      return;
    }
    const { reason, detail } = result.failure;
    const stopped = reason.code === 'model.aborted';
    log.write(stopped ? 'info' : 'warn', 'model.pull-ended', { provider, model, reason: reason.code, detail });
    tell({ state: stopped ? 'stopped' : 'failed', speed: null, reason: stopped ? null : reason });
  };
}

function begun(provider: ProviderId, model: string, state: PullStatus['state']): PullStatus {
  return { provider, model, state, progress: nothing, speed: null, startedAt: 0, reason: null };
}

function keyOf(provider: ProviderId, model: string): string {
  return `${prefix}${provider}/${model}`;
}

/** What did not come to its end before the program did. */
function left({ storage }: PullParts['ports']): readonly (readonly [string, Entry])[] {
  return storage.read.facts.all(prefix).flatMap(({ key, value }) => {
    if (typeof value !== 'object' || value === null || !('provider' in value) || !('model' in value)) return [];
    const { provider, model } = value;
    if (typeof provider !== 'string' || typeof model !== 'string') return [];
    const status = begun(provider, model, 'stopped');
    return [[key, { status, control: new AbortController(), ended: Promise.resolve() }]];
  });
}

async function remember({ storage }: PullParts['ports'], key: string, value: object | undefined): Promise<void> {
  await storage.commit((tables) => tables.facts.put(key, value));
}
