/* The version of the client that we say we are (docs/whatsapp-protocol.md, Introducing ourselves). */
import { describe, expect, it } from 'vitest';
import { createVersions } from '../../../main/channels/whatsapp/version.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { recordedLog } from '../../store/support.ts';

const day = 24 * 60 * 60_000;
const library = { DEFAULT_CONNECTION_CONFIG: { version: [2, 3000, 1_043_857_760] } } as const;

type Answer = () => Promise<Response>;

const page = (revision: number): Response =>
  new Response(`self.x=JSON.parse("{\\"client_revision\\":${String(revision)},\\"y\\":1}")`);

class Bench {
  readonly clock = new ManualClock();
  readonly log = recordedLog();
  readonly kept = new Map<string, string>();
  readonly asked: string[] = [];
  answer: Answer = () => Promise.resolve(page(1_050_000_000));

  versions(isPublic = true, facts: 'kept' | 'none' = 'kept') {
    const fetch = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
      this.asked.push(url instanceof Request ? url.url : String(url));
      init?.signal?.throwIfAborted();
      const { promise, reject } = Promise.withResolvers<Response>();
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      return Promise.race([this.answer(), promise]);
    };
    const store = {
      get: (name: string) => this.kept.get(name) ?? null,
      put: (name: string, value: string) => void this.kept.set(name, value),
    };
    const { version } = library.DEFAULT_CONNECTION_CONFIG;
    const given = { DEFAULT_CONNECTION_CONFIG: { ...fullConfig, version: [...version] as [number, number, number] } };
    return createVersions({ fetch, clock: this.clock, log: this.log }, given, { isPublic }, () =>
      facts === 'kept' ? store : null,
    );
  }
}

const { DEFAULT_CONNECTION_CONFIG: fullConfig } = await import('baileys');

describe('the version', () => {
  it("is what WhatsApp's page says, asked once a day", async () => {
    const bench = new Bench();
    const versions = bench.versions();
    expect(await versions.current()).toEqual([2, 3000, 1_050_000_000]);
    expect(await versions.current()).toEqual([2, 3000, 1_050_000_000]);
    expect(bench.asked).toEqual(['https://web.whatsapp.com/sw.js']);
    bench.clock.advance(day);
    bench.answer = () => Promise.resolve(page(1_060_000_000));
    expect(await versions.current()).toEqual([2, 3000, 1_060_000_000]);
    expect(bench.asked).toHaveLength(2);
  });

  it('that was accepted is taken at the next start without asking, for a day', async () => {
    const bench = new Bench();
    bench.versions().accepted([2, 3000, 1_050_000_000]);
    expect(await bench.versions().current()).toEqual([2, 3000, 1_050_000_000]);
    expect(bench.asked).toEqual([]);
    bench.clock.advance(day);
    expect(await bench.versions().current()).toEqual([2, 3000, 1_050_000_000]);
    expect(bench.asked).toHaveLength(1);
  });

  it.each([
    ['does not answer', () => Promise.reject(new Error('no network'))],
    ['answers with a refusal', () => Promise.resolve(new Response('no', { status: 403 }))],
    ['names none', () => Promise.resolve(new Response('<html>'))],
    ['is endless', () => Promise.resolve(new Response('x'.repeat(2_000_000)))],
  ] satisfies readonly (readonly [string, Answer])[])(
    'is the last good one when the page %s',
    async (_what, answer) => {
      const bench = new Bench();
      bench.versions().accepted([2, 3000, 1_050_000_000]);
      bench.clock.advance(2 * day);
      bench.answer = answer;
      expect(await bench.versions().current()).toEqual([2, 3000, 1_050_000_000]);
      expect(bench.asked).toHaveLength(1);
    },
  );

  it('is that of the library when nothing is known, and when what is known is older', async () => {
    const bench = new Bench();
    bench.answer = () => Promise.reject(new Error('no network'));
    expect(await bench.versions().current()).toEqual(library.DEFAULT_CONNECTION_CONFIG.version);
    bench.versions().accepted([2, 3000, 1_000_000_000]);
    bench.clock.advance(2 * day);
    expect(await bench.versions().current()).toEqual(library.DEFAULT_CONNECTION_CONFIG.version);
    bench.kept.set('version', 'something else');
    expect(await bench.versions().current()).toEqual(library.DEFAULT_CONNECTION_CONFIG.version);
  });

  it('is not waited for longer than 3 s', async () => {
    const bench = new Bench();
    bench.answer = () => new Promise(() => undefined);
    const waiting = bench.versions().current();
    bench.clock.advance(3000);
    expect(await waiting).toEqual(library.DEFAULT_CONNECTION_CONFIG.version);
    expect(bench.clock.pending).toBe(0);
  });

  it('that the server refuses is asked for anew, however fresh it is', async () => {
    const bench = new Bench();
    const versions = bench.versions();
    versions.accepted([2, 3000, 1_050_000_000]);
    await versions.current();
    bench.answer = () => Promise.resolve(page(1_060_000_000));
    await versions.renew();
    expect(await versions.current()).toEqual([2, 3000, 1_060_000_000]);
    expect(bench.asked).toHaveLength(1);
  });

  it('for a server of our own is that of the library, and nobody is asked', async () => {
    const bench = new Bench();
    const versions = bench.versions(false);
    versions.accepted([2, 3000, 1]);
    await versions.renew();
    expect(await versions.current()).toEqual(library.DEFAULT_CONNECTION_CONFIG.version);
    expect([bench.asked, [...bench.kept]]).toEqual([[], []]);
  });

  it('is not kept without an identity to keep it with', async () => {
    const bench = new Bench();
    const versions = bench.versions(true, 'none');
    expect(await versions.current()).toEqual([2, 3000, 1_050_000_000]);
    versions.accepted([2, 3000, 1_050_000_000]);
    expect([...bench.kept]).toEqual([]);
  });
});
