/**
 * `--provision FILE`: sets a host up without clicking. Two steps, so that a wrong file changes nothing:
 *
 *   readProvision   text → checked and complete, or one problem with its path (the host ends with code 2)
 *   applyProvision  the same to the gateway
 *
 * What the file names wins at each start; what it does not name is left alone; nothing is deleted for being missing
 * (`"remove": true` on an entry does that). Unknown keys are warned about with their path and ignored.
 */
import { z } from 'zod';
import type { McpServerDraft, McpValueDraft } from '../../preload/contract/agent-views.ts';
import { checkSetting, isSettingKey, type SettingKey } from '../gateway/settings.ts';
import type { GroupAnswer, LinkId, LinkMode, ProviderId, Role } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { normalizeUrl } from './base-url.ts';
import { isTimeZone } from './commands/host.ts';
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
export type ProvisionedLink = { readonly id: LinkId; readonly enabled: boolean | undefined } & (
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
  /** Settings that are fixed while this host runs. */
  readonly settings: ReadonlyMap<SettingKey, unknown>;
  /** What was ignored, as sentences with paths. */
  readonly warnings: readonly string[];
}

const id = z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -');
const modelRef = z.string().regex(/^[a-z0-9-]{1,32}\/.{1,256}$/, 'must be provider/model');
const url = z.string().refine((text) => normalizeUrl(text).ok, 'must be an http: or https: address');
/** Text, or `env:NAME` for the content of an environment variable. */
const secret = z.string().min(1).max(4096);
const gone = { remove: z.literal(true) };
const stays = { remove: z.literal(false).optional() };

const provider = z.discriminatedUnion('remove', [
  z.object({ ...gone, id }),
  z.object({
    ...stays,
    id,
    kind: z.enum(['openai', 'ollama']),
    name: z.string().max(80).optional(),
    baseUrl: url,
    apiKey: secret.optional(),
    compatibility: z.record(z.string(), z.unknown()).optional(),
  }),
]);
const enabled = z.boolean().optional();
const link = z.discriminatedUnion('remove', [
  z.object({ ...gone, id }),
  z.discriminatedUnion('kind', [
    z.object({
      ...stays,
      id,
      kind: z.literal('telegram'),
      token: secret.optional(),
      apiRoot: url.optional(),
      enabled,
    }),
    z.object({
      ...stays,
      id,
      kind: z.literal('whatsapp'),
      webSocketUrl: z.string().optional(),
      serverKey: secret.optional(),
      mode: z.enum(['only-me', 'people']).optional(),
      enabled,
    }),
  ]),
]);
const address = z.string().min(1).max(128);
const person = z.discriminatedUnion('remove', [
  z.object({ ...gone, link: id, address }),
  z
    .object({ ...stays, link: id, address, role: z.enum(['owner', 'guest', 'blocked']) })
    .refine((entry) => entry.address !== '*' || entry.role === 'guest', {
      path: ['role'],
      message: 'must be guest for the address *, which means everyone who is not listed',
    }),
]);
const group = z.discriminatedUnion('remove', [
  z.object({ ...gone, link: id, address }),
  z.object({ ...stays, link: id, address, answer: z.enum(['off', 'mention', 'always']) }),
]);
const values = z.record(z.string().min(1).max(128), z.string().max(8192)).default({});
const serverName = z.string().min(1).max(64);
const server = z.discriminatedUnion('remove', [
  z.object({ ...gone, name: serverName }),
  z
    .object({
      ...stays,
      name: serverName,
      command: z.string().min(1).max(1024).optional(),
      args: z.array(z.string().max(4096)).max(100).default([]),
      env: values,
      url: z.string().min(1).max(2048).optional(),
      headers: values,
      enabled,
    })
    .refine((entry) => (entry.command === undefined) !== (entry.url === undefined), {
      path: ['command'],
      message: 'must have either a command or a url',
    }),
]);
const fileSchema = z.object({
  providers: z.array(provider).default([]),
  models: z.object({ default: modelRef.optional(), fallbacks: z.array(modelRef).max(10).optional() }).default({}),
  links: z.array(link).default([]),
  people: z.array(person).default([]),
  groups: z.array(group).default([]),
  mcp: z.array(server).max(100).default([]),
  settings: z.record(z.string(), z.unknown()).default({}),
});
type ProvisionFile = z.infer<typeof fileSchema>;

/** What is wrong with the file: one sentence that names the path, and the variable where one is missing. */
export type ProvisionProblem = string;

/** Checks the text of a provision file and fills in what stands in the environment. */
export function readProvision(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<Provision, ProvisionProblem> {
  const raw = parseJson(text);
  if (!raw.ok) return raw;
  const checked = fileSchema.safeParse(raw.value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return failed(`${pathOf(issue?.path ?? [])}: ${issue?.message ?? 'is malformed'}`);
  }
  const file = checked.data;
  const settings = readSettings(file);
  if (!settings.ok) return settings;
  const providers: Provision['providers'][number][] = [];
  for (const [index, entry] of file.providers.entries()) {
    const path = `providers.${String(index)}`;
    if (entry.remove === true) {
      providers.push({ path, remove: true, id: entry.id });
      continue;
    }
    const key = fromEnvironment(entry.apiKey, `${path}.apiKey`, environment);
    if (!key.ok) return key;
    const { kind, name = null, compatibility } = entry;
    providers.push({
      path,
      remove: false,
      id: entry.id,
      kind,
      name,
      compatibility,
      key: key.value,
      baseUrl: trimmed(entry.baseUrl),
    });
  }
  const links = readLinks(file, environment);
  if (!links.ok) return links;
  const mcp = readServers(file, environment);
  if (!mcp.ok) return mcp;
  return ok({
    providers,
    links: links.value,
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
    mcp: mcp.value,
    settings: settings.value.known,
    warnings: [...unknownKeys(raw.value, file, []), ...settings.value.unknown],
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

function readLinks(
  file: ProvisionFile,
  environment: Readonly<Record<string, string | undefined>>,
): Result<Provision['links'], ProvisionProblem> {
  const links: Provision['links'][number][] = [];
  for (const [index, entry] of file.links.entries()) {
    const path = `links.${String(index)}`;
    if (entry.remove === true) {
      links.push({ path, remove: true, id: entry.id });
      continue;
    }
    if (entry.kind === 'whatsapp') {
      const key = fromEnvironment(entry.serverKey, `${path}.serverKey`, environment);
      if (!key.ok) return key;
      const server = readServer(entry.webSocketUrl, key.value, path);
      if (!server.ok) return server;
      const { kind, mode, enabled: on } = entry;
      links.push({ path, remove: false, id: entry.id, kind, server: server.value, mode, enabled: on });
      continue;
    }
    const token = fromEnvironment(entry.token, `${path}.token`, environment);
    if (!token.ok) return token;
    const apiRoot = entry.apiRoot === undefined ? undefined : trimmed(entry.apiRoot);
    const { kind, enabled: on } = entry;
    links.push({ path, remove: false, id: entry.id, kind, token: token.value, apiRoot, enabled: on });
  }
  return ok(links);
}

function readServers(file: ProvisionFile, environment: Environment): Result<Provision['mcp'], ProvisionProblem> {
  const servers: Provision['mcp'][number][] = [];
  for (const [index, entry] of file.mcp.entries()) {
    const path = `mcp.${String(index)}`;
    if (entry.remove === true) {
      servers.push({ path, remove: true, name: entry.name });
      continue;
    }
    const { name, command, args, url = '', enabled: on } = entry;
    const env = readValues(entry.env, `${path}.env`, false, environment);
    if (!env.ok) return env;
    const headers = readValues(entry.headers, `${path}.headers`, true, environment);
    if (!headers.ok) return headers;
    const endpoint: McpServerDraft['endpoint'] =
      command === undefined
        ? { kind: 'http', url, headers: headers.value }
        : { kind: 'stdio', command, args, env: env.value };
    servers.push({ path, remove: false, name, endpoint, enabled: on });
  }
  return ok(servers);
}

/** What comes from the environment is a secret; headers mostly are one, and all of them are kept as such. */
function readValues(
  given: Readonly<Record<string, string>>,
  path: string,
  allSecret: boolean,
  environment: Environment,
): Result<readonly McpValueDraft[], ProvisionProblem> {
  const read: McpValueDraft[] = [];
  for (const [name, text] of Object.entries(given)) {
    const value = fromEnvironment(text, `${path}.${name}`, environment);
    if (!value.ok) return value;
    read.push({ name, secret: allSecret || text.startsWith('env:'), value: value.value ?? '' });
  }
  return ok(read);
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

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}

function trimmed(address: string): string {
  const checked = normalizeUrl(address);
  return checked.ok ? checked.value : address;
}

function fromEnvironment(
  text: string | undefined,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<string | undefined, ProvisionProblem> {
  if (text?.startsWith('env:') !== true) return ok(text);
  const variable = text.slice('env:'.length);
  const value = environment[variable]?.trim();
  return value === undefined || value === ''
    ? failed(`${path}: the environment variable ${variable} is not set`)
    : ok(value);
}

function readSettings(
  file: ProvisionFile,
): Result<{ readonly known: ReadonlyMap<SettingKey, unknown>; readonly unknown: readonly string[] }, ProvisionProblem> {
  const known = new Map<SettingKey, unknown>();
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(file.settings)) {
    if (!isSettingKey(key)) {
      unknown.push(`settings.${key} is not a setting of this version and was ignored`);
      continue;
    }
    const checked = checkSetting(key, value);
    if (!checked.ok) return failed(`settings.${key}: must be ${expectedOf(checked.failure.params ?? {})}`);
    if (key === 'timeZone' && !isTimeZone(value)) {
      return failed(`settings.${key}: must be a time zone such as Europe/Berlin`);
    }
    known.set(key, checked.value);
  }
  if (file.models.default !== undefined) known.set('models.default', file.models.default);
  if (file.models.fallbacks !== undefined) known.set('models.fallbacks', file.models.fallbacks);
  return ok({ known, unknown });
}

function expectedOf(params: Readonly<Record<string, string | number>>): string {
  const { expected, min, max } = params;
  return expected === undefined ? `from ${String(min)} to ${String(max)}` : String(expected);
}

/** Keys of the file that the checked value does not have, at any depth. */
function unknownKeys(raw: unknown, known: unknown, path: readonly PropertyKey[]): readonly string[] {
  if (Array.isArray(raw) && Array.isArray(known)) {
    return raw.flatMap((entry, index) => unknownKeys(entry, known[index], [...path, index]));
  }
  if (!isRecord(raw) || !isRecord(known)) return [];
  return Object.entries(raw).flatMap(([key, value]) =>
    Object.hasOwn(known, key)
      ? unknownKeys(value, known[key], [...path, key])
      : [`${pathOf([...path, key])} is not known and was ignored`],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
