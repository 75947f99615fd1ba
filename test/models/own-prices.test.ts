import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPriceFiles, parsePriceFile } from '../../main/models/own-prices.ts';
import { followFile } from '../../main/store/followed-file.ts';
import shipped from '../../resources/prices.json' with { type: 'json' };
import { ManualClock } from '../lib/manual-clock.ts';
import { recordedLog } from '../store/support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porchlight-prices-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const large = { exact: ['large'], input: 2.5, output: 10, date: '2026-11-01' };
const source = 'https://lab.example/pricing';
const fileOf = (...models: readonly unknown[]): string =>
  JSON.stringify({ hosts: [{ host: 'api.lab.example', source, models }] });

function open() {
  const clock = new ManualClock();
  const log = recordedLog();
  const path = join(folder, 'prices.json');
  const files = createPriceFiles(path, followFile(path, clock), log);
  let saved = 1;
  return {
    ...{ clock, log, path, files },
    at: (model: string, host = 'api.lab.example') => files.find(`https://${host}/v1`, model),
    save: async (text: string): Promise<void> => {
      writeFileSync(path, text);
      // Two writes within one tick of the file system's clock look alike when they are of one length.
      utimesSync(path, saved, ++saved);
      await clock.elapse(1_000);
    },
  };
}

describe("the owner's price file", () => {
  it('wins over the one that comes with the program, and leaves to it what it does not name', async () => {
    const { at, save, files } = open();
    const [host] = shipped.hosts;
    const [known] = host?.models ?? [];
    const name = known?.exact[0] ?? '';
    const theirs = at(name, host?.host);
    expect(theirs).not.toBeNull();
    expect(at('large')).toBeNull();
    await save(fileOf(large));
    expect(at('large')).toEqual({ input: 2_500_000, output: 10_000_000, date: '2026-11-01' });
    expect(at(name, host?.host)).toEqual(theirs);
    const mine = { exact: [name], input: 1, output: 1, date: '2026-11-02' };
    await save(JSON.stringify({ hosts: [{ host: host?.host, source, models: [mine] }] }));
    expect(at(name, host?.host)?.date).toBe('2026-11-02');
    expect(files.problem()).toBeNull();
  });

  it('may name a price per minute in place of the other two, and not a wrong one', async () => {
    const { at, save, files, path } = open();
    const ear = { exact: ['ear'], minute: 0.006, date: '2026-11-01' };
    await save(fileOf(ear));
    expect(at('ear')).toEqual({ input: 0, output: 0, minute: 6_000, date: '2026-11-01' });
    await save(fileOf({ ...ear, minute: -1 }));
    const detail = 'hosts[0].models[0].minute: dollars per minute of sound, a number from 0 to 10000';
    expect(files.problem()).toEqual({ code: 'host.prices-unusable', params: { path, detail } });
  });

  it('is read again when it changes, and gone when it is gone, without a restart', async () => {
    const { at, save, path, clock } = open();
    await save(fileOf(large));
    expect(at('large')?.input).toBe(2_500_000);
    await save(fileOf({ ...large, input: 3 }));
    expect(at('large')?.input).toBe(3_000_000);
    rmSync(path);
    await clock.elapse(1_000);
    expect(at('large')).toBeNull();
  });

  it('with one fault is not taken at all: the owner is told where, and the built-in prices hold', async () => {
    const { at, save, files, path, log } = open();
    await save(fileOf(large, { ...large, exact: ['small'], output: '10' }));
    expect(at('large')).toBeNull();
    const detail = 'hosts[0].models[1].output: dollars per million tokens, a number from 0 to 10000';
    expect(files.problem()).toEqual({ code: 'host.prices-unusable', params: { path, detail } });
    expect(log.lines.filter(({ event }) => event === 'prices.unusable')).toHaveLength(1);
    await save(fileOf(large));
    expect(files.problem()).toBeNull();
    expect(at('large')?.output).toBe(10_000_000);
  });

  it('needs a date and a source for every price, names of models, and numbers that can be prices', () => {
    const fault = (text: string): string | null => {
      const parsed = parsePriceFile(text);
      return parsed.ok ? null : parsed.failure.replace(/:.*/, '');
    };
    expect(fault(fileOf(large))).toBeNull();
    expect(fault(JSON.stringify(shipped)), 'its own form').toBeNull();
    const first = 'hosts[0].models[0]';
    const wrong: readonly (readonly [unknown, string])[] = [
      [{ ...large, date: undefined }, '.date'],
      [{ ...large, date: 'yesterday' }, '.date'],
      [{ ...large, date: '2026-13-01' }, '.date'],
      [{ ...large, exact: [] }, '.exact'],
      [{ ...large, exact: 'large' }, '.exact'],
      [{ ...large, prefix: [5] }, '.prefix'],
      [{ ...large, input: -1 }, '.input'],
      [{ ...large, output: 1e9 }, '.output'],
      [null, ''],
    ];
    for (const [model, field] of wrong) expect(fault(fileOf(model))).toBe(first + field);
    const hosts = (value: unknown): string => JSON.stringify({ hosts: value });
    expect(fault(hosts([{ host: 'a.example', models: [large] }]))).toBe(`${first}.source`);
    expect(fault(hosts([{ host: 'a.example', models: [{ ...large, source }] }]))).toBeNull();
    expect(fault(hosts([{ host: 'https://a.example/v1', source, models: [] }]))).toBe('hosts[0].host');
    expect(fault(hosts([{ host: 'a.example' }]))).toBe('hosts[0].models');
    expect(fault(hosts({}))).toBe('hosts');
    expect(fault('{')).toBe('it is no JSON object');
  });

  it('that cannot be read is a fault like any other, and is told once', async () => {
    const { clock, log } = open();
    const files = createPriceFiles('x', followFile(folder, clock), log);
    for (let look = 0; look < 3; look++) {
      expect(files.find('https://api.lab.example/v1', 'large')).toBeNull();
      await clock.elapse(1_000);
    }
    expect(files.problem()).toMatchObject({ code: 'host.prices-unusable', params: { path: 'x' } });
    expect(log.lines).toHaveLength(1);
  });
});
