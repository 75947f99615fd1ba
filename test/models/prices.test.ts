import { describe, expect, it } from 'vitest';
import { createPriceList, type PriceFile } from '../../main/models/prices.ts';
import { isLocalUrl } from '../../main/models/local.ts';
import file from '../../resources/prices.json' with { type: 'json' };

const lab: PriceFile = {
  hosts: [
    {
      host: 'api.lab.example',
      models: [
        { exact: ['big'], prefix: ['big-20'], input: 2.5, output: 10, date: '2026-01-01' },
        { exact: ['big-2024-05-13'], input: 5, output: 15, date: '2026-01-02' },
        { exact: ['big-mini'], prefix: ['big-mini-20'], input: 0.075, output: 0.3, date: '2026-01-03' },
        { exact: [], prefix: ['big-2024-1'], input: 3, output: 12, date: '2026-01-04' },
      ],
    },
  ],
};

describe('a listed price', () => {
  const find = createPriceList(lab);
  const at = (model: string, url = 'https://api.lab.example/v1'): string | null => find(url, model)?.date ?? null;

  it('is that of the model itself before that of a prefix, and the longest prefix before a shorter one', () => {
    expect(at('big')).toBe('2026-01-01');
    expect(at('big-2025-01-01')).toBe('2026-01-01');
    expect(at('big-2024-05-13')).toBe('2026-01-02');
    expect(at('big-2024-11-20')).toBe('2026-01-04');
    expect(at('big-mini-2025')).toBe('2026-01-03');
  });

  it('is not guessed for a name that only looks alike: a sister model may cost ten times as much', () => {
    expect([at('big-pro'), at('bigger'), at('bi'), at(''), at('BIG')]).toEqual([null, null, null, null, null]);
  });

  it('does not hold for a proxy, another port, plain HTTP or something that is no address', () => {
    const others = [
      'https://proxy.example/v1',
      'https://api.lab.example.evil.example/v1',
      'https://api.lab.example:8443/v1',
      'http://api.lab.example/v1',
      'http://127.0.0.1:4000/v1',
      'api.lab.example',
      '',
    ];
    expect(others.map((url) => at('big', url))).toEqual(others.map(() => null));
  });

  it('is found under the longer name that one provider lists', () => {
    expect(at('models/big')).toBe('2026-01-01');
  });

  it('is one per minute for a model that is charged so, and then none for tokens', () => {
    const hears = { host: 'api.lab.example', models: [{ exact: ['ear'], minute: 0.0065, date: '2026-01-05' }] };
    expect(createPriceList({ hosts: [hears] })('https://api.lab.example/v1', 'ear')).toEqual({
      input: 0,
      output: 0,
      minute: 6_500,
      date: '2026-01-05',
    });
  });

  it('comes in whole micro-dollars, whatever a decimal is in binary', () => {
    expect(find('https://api.lab.example/v1', 'big-mini')).toEqual({
      input: 75_000,
      output: 300_000,
      date: '2026-01-03',
    });
  });
});

describe('the price file', () => {
  const entries = file.hosts.flatMap(({ host, models }) => models.map((entry) => ({ host, ...entry })));

  it('gives every model of it a price above zero, in whole micro-dollars: a free remote model would escape every cap', () => {
    const find = createPriceList();
    for (const { host, exact, date, ...entry } of entries) {
      const names = [...exact, ...('prefix' in entry ? entry.prefix : []).map((prefix) => `${prefix}26-01-01`)];
      for (const name of names) {
        const price = find(`https://${host}/v1`, name);
        expect([name, price?.date]).toEqual([name, date]);
        const charged = price?.minute === undefined ? [price?.input, price?.output] : [price.minute];
        for (const each of charged) {
          expect(each).toBeGreaterThan(0);
          expect(Number.isInteger(each)).toBe(true);
        }
      }
    }
    expect(entries.length).toBeGreaterThanOrEqual(40);
  });

  it('names each model once per host, or which price holds would depend on the order', () => {
    const names = entries.flatMap(({ host, exact }) => exact.map((name) => `${host} ${name}`));
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of each price when it was true, not later than the file itself', () => {
    for (const { date } of entries) {
      expect(date).toMatch(/^20\d\d-[01]\d-[0-3]\d$/);
      expect(date <= file.date).toBe(true);
    }
  });

  it('is about hosts that cost money, each with a page to look its prices up', () => {
    for (const { host, source } of file.hosts) {
      expect(isLocalUrl(`https://${host}`)).toBe(false);
      expect(source).toMatch(/^https:\/\//);
    }
  });
});
