/**
 * `--provision FILE`: sets a host up without clicking. Two steps, so that a wrong file changes nothing:
 *
 *   readProvision   text → checked and complete, or one problem with its path (the host ends with code 2)
 *   applyProvision  the same to the gateway
 *
 * What the file names wins at each start; what it does not name is left alone; nothing is deleted for being missing
 * (`"remove": true` on an entry does that). Unknown keys are warned about with their path and ignored.
 */
import type { McpServerDraft, McpValueDraft } from '../../preload/contract/agent-views.ts';
import type { ToolPermission } from '../gateway/agent/types.ts';
import type { FixedCap } from '../gateway/budget/types.ts';
import { checkSetting, isSettingKey, type SettingKey } from '../gateway/settings.ts';
import type { GroupAnswer, LinkId, LinkMode, ProviderId, Role } from '../gateway/types.ts';
import type { CapAmounts } from '../gateway/budget/rows.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { normalizeUrl } from './base-url.ts';
import { isTimeZone } from './commands/host.ts';
import {
  readFile,
  unknownKeys,
  type FileAmounts,
  type ProvisionFile,
  type ProvisionProblem,
} from './provision-file.ts';
import { whatsAppServer, type WhatsAppServer } from './whatsapp-server.ts';

export interface ProvisionedProvider {
  readonly id: ProviderId;
  readonly kind: 'openai' | 'ollama';
  readonly name: string | null;
  readonly baseUrl: string;
  /** Undefined leaves the stored one. */
  readonly key: string | undefined;
  readonly compatibility: Readonly<Record<string, unknown>> | undefined;
}

/** Of either kind: undefined leaves what is stored. */
export type ProvisionedLink = {
  readonly id: LinkId;
  readonly enabled: boolean | undefined;
  /** Name of one of the file's; null: that of the settings. */
  readonly persona: string | null | undefined;
} & (
  | { readonly kind: 'telegram'; readonly token: string | undefined; readonly apiRoot: string | undefined }
  | {
      readonly kind: 'whatsapp';
      /** The owner's own server, both or neither. */
      readonly server: WhatsAppServer | undefined;
      readonly mode: LinkMode | undefined;
    }
);

/** A server of tools, known by its name. */
export interface ProvisionedServer {
  readonly name: string;
  readonly endpoint: McpServerDraft['endpoint'];
  readonly enabled: boolean | undefined;
}

/** Where in the file an entry stands, for what is said about it. */
interface Entry {
  readonly path: string;
}
type Removal = { readonly remove: true; readonly id: string };

export interface Provision {
  readonly providers: readonly (Entry & (Removal | ({ readonly remove: false } & ProvisionedProvider)))[];
  readonly personas: readonly (Entry & { readonly name: string } & (
      { readonly remove: true } | { readonly remove: false; readonly text: string }
    ))[];
  readonly links: readonly (Entry & (Removal | ({ readonly remove: false } & ProvisionedLink)))[];
  readonly people: readonly (Entry & {
    readonly link: LinkId;
    readonly address: string;
    /** Null takes the role away. */
    readonly role: Exclude<Role, 'unknown'> | null;
  })[];
  readonly groups: readonly (Entry & {
    readonly link: LinkId;
    /** The group's chat as its platform names it. */
    readonly address: string;
    /** Null takes the decision away. */
    readonly answer: Exclude<GroupAnswer, 'unknown'> | null;
  })[];
  readonly mcp: readonly (Entry &
    ({ readonly remove: true; readonly name: string } | ({ readonly remove: false } & ProvisionedServer)))[];
  /** Permissions by the names that models call tools by; fixed while this host runs. */
  readonly tools: ReadonlyMap<string, ToolPermission>;
  /** Of providers and of chats, these as somebody wrote them; fixed while this host runs. */
  readonly caps: readonly FixedCap[];
  /** Settings that are fixed while this host runs. */
  readonly settings: ReadonlyMap<SettingKey, unknown>;
  /** What was ignored, as sentences with paths. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the file says, gathered: problems of one part do not hide those of another. */
interface Reading {
  readonly environment: Environment;
  readonly problems: ProvisionProblem[];
}

/** Checks the text of a provision file and fills in what stands in the environment; fails with everything that is wrong. */
export function readProvision(text: string, environment: Environment): Result<Provision, readonly ProvisionProblem[]> {
  const raw = parseJson(text);
  if (!raw.ok) return failed([raw.failure]);
  const checked = readFile(raw.value);
  if (!checked.ok) return checked;
  const file = checked.value;
  const reading: Reading = { environment, problems: [] };
  const unknownSettings: string[] = [];
  const provision: Provision = {
    providers: readProviders(file, reading),
    personas: readPersonas(file),
    links: readLinks(file, reading),
    people: file.people.map((entry, index) => ({
      path: `people.${String(index)}`,
      link: entry.link,
      address: entry.address,
      role: entry.remove === true ? null : entry.role,
    })),
    groups: file.groups.map((entry, index) => ({
      path: `groups.${String(index)}`,
      link: entry.link,
      address: entry.address,
      answer: entry.remove === true ? null : entry.answer,
    })),
    mcp: readServers(file, reading),
    tools: new Map(Object.entries(file.tools)),
    caps: readCaps(file),
    settings: readSettings(file, reading, unknownSettings),
    warnings: [...unknownKeys(raw.value, file, []), ...unknownSettings],
  };
  return reading.problems.length === 0 ? ok(provision) : failed(reading.problems);
}

/** The value; what is wrong is noted, and then nothing is made of the file. */
function noted<Value>(reading: Reading, result: Result<Value, ProvisionProblem>): Value | undefined {
  if (result.ok) return result.value;
  reading.problems.push(result.failure);
  return undefined;
}

function readProviders(file: ProvisionFile, reading: Reading): Provision['providers'] {
  return file.providers.map((entry, index) => {
    const path = `providers.${String(index)}`;
    if (entry.remove === true) return { path, remove: true, id: entry.id };
    const { kind, name = null, compatibility } = entry;
    const key = fromEnvironment(entry.apiKey, `${path}.apiKey`, reading);
    return { path, remove: false, id: entry.id, kind, name, compatibility, key, baseUrl: trimmed(entry.baseUrl) };
  });
}

function readPersonas(file: ProvisionFile): Provision['personas'] {
  return file.personas.map((entry, index) => {
    const path = `personas.${String(index)}`;
    const { name } = entry;
    return entry.remove === true ? { path, name, remove: true } : { path, name, remove: false, text: entry.text };
  });
}

function readLinks(file: ProvisionFile, reading: Reading): Provision['links'] {
  return file.links.map((entry, index) => {
    const path = `links.${String(index)}`;
    if (entry.remove === true) return { path, remove: true, id: entry.id };
    const common = { path, remove: false, id: entry.id, enabled: entry.enabled, persona: entry.persona } as const;
    if (entry.kind === 'whatsapp') {
      const { kind, mode, webSocketUrl } = entry;
      const key = fromEnvironment(entry.serverKey, `${path}.serverKey`, reading);
      // A key that is not in the environment was told of already.
      const isMissing = entry.serverKey !== undefined && key === undefined;
      const server = isMissing ? undefined : noted(reading, readServer(webSocketUrl, key, path));
      return { ...common, kind, mode, server };
    }
    const token = fromEnvironment(entry.token, `${path}.token`, reading);
    const apiRoot = entry.apiRoot === undefined ? undefined : trimmed(entry.apiRoot);
    return { ...common, kind: entry.kind, token, apiRoot };
  });
}

function readServers(file: ProvisionFile, reading: Reading): Provision['mcp'] {
  return file.mcp.map((entry, index) => {
    const path = `mcp.${String(index)}`;
    if (entry.remove === true) return { path, remove: true, name: entry.name };
    const { name, command, args, url = '', enabled } = entry;
    const env = readValues(entry.env, `${path}.env`, false, reading);
    const headers = readValues(entry.headers, `${path}.headers`, true, reading);
    const endpoint: McpServerDraft['endpoint'] =
      command === undefined ? { kind: 'http', url, headers } : { kind: 'stdio', command, args, env };
    return { path, remove: false, name, endpoint, enabled };
  });
}

function readCaps({ caps }: ProvisionFile): Provision['caps'] {
  return [
    ...Object.entries(caps.providers).map(([id, amounts]): FixedCap => ({
      as: `caps.providers.${id}`,
      about: { kind: 'provider', id },
      amounts: amountsOf(amounts),
    })),
    ...caps.conversations.map(({ link, address, topic = null, ...amounts }, index): FixedCap => ({
      as: `caps.conversations.${String(index)}`,
      about: { kind: 'chat', link, chat: address, topic },
      amounts: amountsOf(amounts),
    })),
  ];
}

function amountsOf({ perDayUsd, perDayTokens, perMonthUsd, perMonthTokens }: FileAmounts): CapAmounts {
  const micros = (usd: number | undefined): number | null => (usd === undefined ? null : Math.round(usd * 1_000_000));
  return {
    dayCost: micros(perDayUsd),
    dayTokens: perDayTokens ?? null,
    monthCost: micros(perMonthUsd),
    monthTokens: perMonthTokens ?? null,
  };
}

/** What comes from the environment is a secret; headers mostly are one, and all of them are kept as such. */
function readValues(
  given: Readonly<Record<string, string>>,
  path: string,
  allSecret: boolean,
  reading: Reading,
): readonly McpValueDraft[] {
  return Object.entries(given).map(([name, text]) => ({
    name,
    secret: allSecret || text.startsWith('env:'),
    value: fromEnvironment(text, `${path}.${name}`, reading) ?? '',
  }));
}

/** Undefined when the file names neither: what is stored stays. */
function readServer(
  address: string | undefined,
  key: string | undefined,
  path: string,
): Result<WhatsAppServer | undefined, ProvisionProblem> {
  if (address === undefined && key === undefined) return ok(undefined);
  if (address === undefined) return failed(`${path}.webSocketUrl: must be there where a serverKey is`);
  const server = whatsAppServer(address, key);
  if (server.ok) return server;
  return failed(
    server.failure.code === 'input.url-malformed'
      ? `${path}.webSocketUrl: must be a ws: or wss: address`
      : `${path}.serverKey: must be 64 hexadecimal digits, the key that the server at webSocketUrl proves itself with`,
  );
}

function parseJson(text: string): Result<unknown, ProvisionProblem> {
  try {
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return failed(`the file is not JSON: ${error.message}`);
    throw error;
  }
}

function trimmed(address: string): string {
  const checked = normalizeUrl(address);
  return checked.ok ? checked.value : address;
}

/** Undefined where nothing was given, or what was meant is not there. */
function fromEnvironment(
  text: string | undefined,
  path: string,
  { environment, problems }: Reading,
): string | undefined {
  if (text?.startsWith('env:') !== true) return text;
  const variable = text.slice('env:'.length);
  const value = environment[variable]?.trim();
  if (value !== undefined && value !== '') return value;
  problems.push(`${path}: the environment variable ${variable} is not set`);
  return undefined;
}

/** The caps over everything are settings of their own; either place will do, both are one too many. */
const capSettings = {
  perDayUsd: 'budget.perDayUsd',
  perDayTokens: 'budget.perDayTokens',
  perMonthUsd: 'budget.perMonthUsd',
  perMonthTokens: 'budget.perMonthTokens',
} as const satisfies Record<keyof FileAmounts, SettingKey>;

function readSettings(file: ProvisionFile, { problems }: Reading, unknown: string[]): Provision['settings'] {
  const known = new Map<SettingKey, unknown>();
  for (const [key, value] of Object.entries(file.settings)) {
    if (isSettingKey(key)) noteSetting(known, problems, { key, value, path: `settings.${key}` });
    else unknown.push(`settings.${key} is not a setting of this version and was ignored`);
  }
  for (const [name, key] of Object.entries(capSettings)) {
    const value = file.caps[name as keyof FileAmounts];
    if (value === undefined) continue;
    if (known.has(key)) problems.push(`caps.${name}: stands in settings.${key} already`);
    else noteSetting(known, problems, { key, value, path: `caps.${name}` });
  }
  if (file.models.default !== undefined) known.set('models.default', file.models.default);
  if (file.models.fallbacks !== undefined) known.set('models.fallbacks', file.models.fallbacks);
  return known;
}

function noteSetting(
  known: Map<SettingKey, unknown>,
  problems: ProvisionProblem[],
  { key, value, path }: { readonly key: SettingKey; readonly value: unknown; readonly path: string },
): void {
  const checked = checkSetting(key, value);
  if (!checked.ok) problems.push(`${path}: must be ${expectedOf(checked.failure.params ?? {})}`);
  else if (key === 'timeZone' && !isTimeZone(value)) {
    problems.push(`${path}: must be a time zone such as Europe/Berlin`);
  } else known.set(key, checked.value);
}

function expectedOf(params: Readonly<Record<string, string | number>>): string {
  const { expected, min, max } = params;
  return expected === undefined ? `from ${String(min)} to ${String(max)}` : String(expected);
}
