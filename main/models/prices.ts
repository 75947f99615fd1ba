/**
 * The price file, `resources/prices.json`: what well-known models cost at their makers' own hosts, each price with the
 * day on which it was found. It is part of the build; nothing is fetched.
 */
import file from '../../resources/prices.json' with { type: 'json' };

/** Micro-dollars per million tokens, and the day it was true (`2026-11-01`). */
export interface FilePrice {
  readonly input: number;
  readonly output: number;
  /** Micro-dollars per minute of sound, where that is what is charged; the others are 0 then. */
  readonly minute?: number;
  readonly date: string;
}

export interface PriceEntry {
  readonly exact: readonly string[];
  /** What dated versions of the same model begin with. */
  readonly prefix?: readonly string[];
  /** Dollars per million tokens. */
  readonly input?: number;
  readonly output?: number;
  /** Dollars per minute of sound, in place of both. */
  readonly minute?: number;
  readonly date: string;
}

export interface PriceFile {
  readonly hosts: readonly { readonly host: string; readonly models: readonly PriceEntry[] }[];
}

const perDollar = 1_000_000;

/**
 * Looks a model up. Null for what the file does not name, and for every host but the maker's own: whoever stands in
 * between may charge what he likes.
 */
export function createPriceList(prices: PriceFile = file): (baseUrl: string, model: string) => FilePrice | null {
  const hosts = new Map(prices.hosts.map(({ host, models }) => [host, models]));
  return (baseUrl, model) => {
    const models = hosts.get(hostOf(baseUrl));
    const entry = models === undefined ? null : findEntry(models, bareName(model));
    if (entry === null) return null;
    const { input = 0, output = 0, minute, date } = entry;
    return minute === undefined
      ? { input: micro(input), output: micro(output), date }
      : { input: 0, output: 0, minute: micro(minute), date };
  };
}

function findEntry(models: readonly PriceEntry[], name: string): PriceEntry | null {
  const exact = models.find((entry) => entry.exact.includes(name));
  if (exact !== undefined) return exact;
  let best: { readonly entry: PriceEntry; readonly length: number } | null = null;
  for (const entry of models) {
    for (const prefix of entry.prefix ?? []) {
      if (name.startsWith(prefix) && prefix.length > (best?.length ?? 0)) best = { entry, length: prefix.length };
    }
  }
  return best?.entry ?? null;
}

/** With the port where it is not the usual one: something else listens there. Empty for what is no address of the web. */
function hostOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return '';
  const { protocol, host } = new URL(baseUrl);
  return protocol === 'https:' ? host : '';
}

/** Google lists its models with the name of the collection in front, and takes both forms. */
function bareName(model: string): string {
  return model.startsWith('models/') ? model.slice('models/'.length) : model;
}

/** Rounded: the file's decimals have no exact form in binary. */
function micro(dollars: number): number {
  return Math.round(dollars * perDollar);
}
