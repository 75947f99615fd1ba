/** What the machine gives the gateway: time, randomness, ids, its own load, and the proxy that the environment names. */
import { randomFillSync } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { networkInterfaces, release } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, Ids, Random } from '../gateway/clock.ts';
import type { RuntimeView } from '../../preload/contract/diagnostics-views.ts';
import type { Millis } from '../gateway/types.ts';

/** The real clock. Timers never keep the process alive. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delay, run) {
      const timer = setTimeout(run, delay);
      timer.unref();
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
  };
}

/** Numbers in [0, 1) from the system; good for jitter, not for secrets. */
export const systemRandom: Random = () => Math.random();

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * UUIDv7 (RFC 9562, 6.2 method 1): 48 bits of milliseconds, 12 bits of counter, 62 random bits. Rising within the
 * process even when the clock is set back or a millisecond needs more than 4096 ids.
 */
export function createIds(clock: Pick<Clock, 'now'>): Ids {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  let last = 0;
  let counter = 0;
  const random = (): number => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    return pool[used++] ?? 0;
  };
  const byte = (value: number): string => hex[value & 0xff] ?? '';
  return {
    next() {
      const now = clock.now();
      if (now > last) {
        last = now;
        counter = random() & 0x7f;
      } else if (++counter > 0xfff) {
        last += 1;
        counter = 0;
      }
      const time = last.toString(16).padStart(12, '0');
      const version = (0x7000 | counter).toString(16);
      const variant = byte(0x80 | (random() & 0x3f)) + byte(random());
      const node = byte(random()) + byte(random()) + byte(random()) + byte(random()) + byte(random()) + byte(random());
      return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`;
    },
  };
}

export interface LoopMeter extends Disposable {
  /** In milliseconds, over the last one to two minutes. */
  p99(): number;
}

/** Measures how late the event loop runs; the histogram is begun anew each minute so that old stalls are forgotten. */
export function createLoopMeter(clock: Clock): LoopMeter {
  // Each look wakes the processor: fifty a second were most of what an idle host did. A stall of seconds, which is what
  // this is for, cannot fall between two of five.
  const resolution = 200;
  const window = 60_000;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  let before = 0;
  let timer = clock.after(window, renew);
  // The timer of the meter itself runs every `resolution` ms: only what is above it is delay.
  const now = (): number => (histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(99) / 1e6 - resolution));
  function renew(): void {
    before = now();
    histogram.reset();
    timer = clock.after(window, renew);
  }
  return {
    p99: () => Math.round(Math.max(before, now()) * 10) / 10,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      histogram.disable();
    },
  };
}

/**
 * Calls `jumped` when wall time moved more than 30 s against the monotonic clock: the machine slept, or its clock was
 * set. Looked at every 10 s.
 */
export function watchClock(clock: Clock, jumped: (by: Millis) => void): Disposable {
  const every = 10_000;
  const limit = 30_000;
  let offset = clock.now() - clock.monotonic();
  let timer = clock.after(every, look);
  function look(): void {
    const present = clock.now() - clock.monotonic();
    const by = Math.round(present - offset);
    offset = present;
    timer = clock.after(every, look);
    if (Math.abs(by) > limit) jumped(by);
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** The addresses under which this machine is on networks; those that never leave a cable are left out. */
export function networkAddresses(): string {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
      .map(({ address }) => `${name} ${address}`),
  );
  return all.sort().join(',');
}

/**
 * Calls `changed` when the machine is on other networks than before: what was connected may hang without a word.
 * `addresses` is looked at every 10 s, as no system-independent event tells it; it takes a tenth of a millisecond.
 */
export function watchNetwork(clock: Pick<Clock, 'after'>, addresses: () => string, changed: () => void): Disposable {
  const every = 10_000;
  let known = addresses();
  let timer = clock.after(every, look);
  function look(): void {
    const present = addresses();
    const differs = present !== known;
    known = present;
    timer = clock.after(every, look);
    // Without any network there is nothing to be proven.
    if (differs && present !== '') changed();
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/**
 * Sends HTTP through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name (either case); this machine itself
 * is never reached through it. Without them nothing changes. A proxy that is not a URL is said, not ignored.
 */
export function useProxyFromEnvironment(environment: NodeJS.ProcessEnv): { readonly problem: string | null } {
  const get = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const https = get('HTTPS_PROXY');
  const plain = get('HTTP_PROXY');
  if (https === '' && plain === '') return { problem: null };
  const wrong = [https, plain].find((url) => url !== '' && !URL.canParse(url));
  if (wrong !== undefined) return { problem: 'HTTPS_PROXY or HTTP_PROXY is not a URL; no proxy is used.' };
  const direct = [get('NO_PROXY'), 'localhost', '127.0.0.1', '[::1]'].filter((part) => part !== '').join(',');
  process.getBuiltinModule('node:http').setGlobalProxyFromEnv({
    ...(https === '' ? {} : { https_proxy: https }),
    ...(plain === '' ? {} : { http_proxy: plain }),
    no_proxy: direct,
  });
  return { problem: null };
}

/** What this process runs on. */
export function runtime(): RuntimeView {
  const { versions, platform, arch } = process;
  return { node: versions.node, electron: versions['electron'] ?? null, system: `${platform} ${release()} ${arch}` };
}

/** Bytes that are left for this account where `folder` lies; null when the system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    // The directory is gone, which is told elsewhere, or the system does not answer such a question.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
