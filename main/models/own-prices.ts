/**
 * The owner's own price file, `prices.json` in the data directory, in the form of the one that comes with the program:
 * hosts with their models, each price with its date and where it was found. What it names wins over the other. One fault
 * in it, and none of it is taken, because half of a price list is worse than none; the owner is told which.
 */

import type { ListPrice } from '../gateway/budget/rows.ts';
import type { Log } from '../gateway/log.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { asRecord, asText, parseJson, type JsonRecord } from './json.ts';
import { createPriceList, type PriceEntry, type PriceFile } from './prices.ts';

/** What was read of it, or why it could not be. */
export type OwnFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly detail: string };

export interface PriceFiles {
  readonly find: (baseUrl: string, model: string) => ListPrice | null;
  /** What is wrong with the owner's file; null when nothing is, or there is none. */
  readonly problem: () => Reason | null;
}

/** Dollars per million tokens, or per minute; no model costs more, so that is a typing error. */
const dearest = 10_000;

/** `read` answers the same object as long as the file is the same. */
export function createPriceFiles(path: string, read: () => OwnFile, log: Log, shipped = createPriceList()): PriceFiles {
  let known: { readonly file: OwnFile; readonly find: PriceFiles['find']; readonly problem: Reason | null } | null =
    null;
  const current = (): NonNullable<typeof known> => {
    const file = read();
    if (known?.file === file) return known;
    const parsed = file.kind === 'text' ? parsePriceFile(file.text) : null;
    const fault = file.kind === 'unreadable' ? file.detail : parsed?.ok === false ? parsed.failure : null;
    const problem: Reason | null =
      fault === null ? null : { code: 'host.prices-unusable', params: { path, detail: fault } };
    if (fault !== null) log.write('warn', 'prices.unusable', { path, fault });
    const find = parsed?.ok === true ? createPriceList(parsed.value) : () => null;
    return (known = { file, find, problem });
  };
  return {
    find: (baseUrl, model) => current().find(baseUrl, model) ?? shipped(baseUrl, model),
    problem: () => current().problem,
  };
}

/** The file, or the first fault with its place in it. */
export function parsePriceFile(text: string): Result<PriceFile, string> {
  const body = asRecord(parseJson(text));
  if (body === null) return failed('it is no JSON object');
  const hosts = body['hosts'];
  if (!Array.isArray(hosts)) return failed('hosts: a list is missing');
  const read: { host: string; models: PriceEntry[] }[] = [];
  for (const [index, entry] of hosts.entries()) {
    const at = `hosts[${String(index)}]`;
    const host = asRecord(entry);
    const name = asText(host?.['host']);
    if (host === null || name === null || !/^[^\s/]+$/.test(name)) return failed(`${at}.host: a name as in an address`);
    const models = readModels(host, at);
    if (!models.ok) return models;
    read.push({ host: name.toLowerCase(), models: [...models.value] });
  }
  return ok({ hosts: read });
}

function readModels(host: JsonRecord, at: string): Result<readonly PriceEntry[], string> {
  const models = host['models'];
  if (!Array.isArray(models)) return failed(`${at}.models: a list is missing`);
  const read: PriceEntry[] = [];
  for (const [index, model] of models.entries()) {
    const place = `${at}.models[${String(index)}]`;
    const record = asRecord(model);
    const fault = record === null ? '' : faultOf(record, host);
    if (record === null || fault !== null) return failed(`${place}${fault ?? ''}: ${expected(fault ?? '')}`);
    const prefix = namesOf(record['prefix']);
    read.push({
      exact: namesOf(record['exact']) ?? [],
      ...(prefix === null ? {} : { prefix }),
      ...(record['minute'] === undefined
        ? { input: Number(record['input']), output: Number(record['output']) }
        : { minute: Number(record['minute']) }),
      date: asText(record['date']) ?? '',
    });
  }
  return ok(read);
}

/** The field that is wrong, with a dot before it; null when all are right. */
function faultOf(model: JsonRecord, host: JsonRecord): string | null {
  for (const field of ['exact', 'prefix']) {
    if (model[field] !== undefined && namesOf(model[field]) === null) return `.${field}`;
  }
  if ((namesOf(model['exact']) ?? []).length + (namesOf(model['prefix']) ?? []).length === 0) return '.exact';
  for (const field of model['minute'] === undefined ? ['input', 'output'] : ['minute']) {
    const price = model[field];
    if (typeof price !== 'number' || !(price >= 0 && price <= dearest)) return `.${field}`;
  }
  const date = asText(model['date']) ?? '';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date))) return '.date';
  return (asText(model['source']) ?? asText(host['source']) ?? '').trim() === '' ? '.source' : null;
}

function expected(field: string): string {
  switch (field) {
    case '.exact':
    case '.prefix':
      return 'a list of names of models';
    case '.input':
    case '.output':
      return `dollars per million tokens, a number from 0 to ${String(dearest)}`;
    case '.minute':
      return `dollars per minute of sound, a number from 0 to ${String(dearest)}`;
    case '.date':
      return 'a date such as 2026-11-01';
    case '.source':
      return 'where the price was found, here or at its host';
    default:
      return 'an object with a price';
  }
}

function namesOf(value: unknown): readonly string[] | null {
  const names = Array.isArray(value) ? value.flatMap((name) => asText(name) ?? []) : null;
  return names === null || names.length !== (Array.isArray(value) ? value.length : 0) ? null : names;
}
