/**
 * What may stand in a provision file, and the sentences about what may not. The sentences name the place and what belongs
 * there, never what stands there: it may be a secret.
 */
import { z } from 'zod';
import { failed, ok, type Result } from '../lib/result.ts';
import { normalizeUrl } from './base-url.ts';

const id = z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -');
const modelRef = z.string().regex(/^[a-z0-9-]{1,32}\/.{1,256}$/, 'must be provider/model');
const url = z.string().refine((text) => normalizeUrl(text).ok, 'must be an http: or https: address');
/** Text, or `env:NAME` for the content of an environment variable. */
const secret = z.string().min(1).max(4096);
const gone = { remove: z.literal(true) };
const stays = { remove: z.literal(false).optional() };
const enabled = z.boolean().optional();

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

/** As long as the window takes them. */
const personaName = z.string().trim().min(1).max(80);
const persona = z.discriminatedUnion('remove', [
  z.object({ ...gone, name: personaName }),
  z.object({ ...stays, name: personaName, text: z.string().max(6000) }),
]);

const ofEveryLink = { ...stays, id, persona: personaName.nullable().optional(), enabled };
const link = z.discriminatedUnion('remove', [
  z.object({ ...gone, id }),
  z.discriminatedUnion('kind', [
    z.object({ ...ofEveryLink, kind: z.literal('telegram'), token: secret.optional(), apiRoot: url.optional() }),
    z.object({
      ...ofEveryLink,
      kind: z.literal('whatsapp'),
      webSocketUrl: z.string().optional(),
      serverKey: secret.optional(),
      mode: z.enum(['only-me', 'people']).optional(),
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

/** Dollars are kept in millionths. */
const dollars = z.number().min(0.000_001).max(1_000_000).optional();
const tokens = z.int().min(1).max(1_000_000_000_000).optional();
const amounts = { perDayUsd: dollars, perDayTokens: tokens, perMonthUsd: dollars, perMonthTokens: tokens };
const amountNames = Object.keys(amounts);

const anAmount = {
  message: `must have at least one of ${amountNames.join(', ')}`,
  check: (entry: Readonly<Record<string, unknown>>) => amountNames.some((name) => entry[name] !== undefined),
};
const capsOfProvider = z.object(amounts).refine(anAmount.check, anAmount.message);
const capsOfConversation = z
  .object({ ...amounts, link: id, address, topic: z.string().min(1).max(64).optional() })
  .refine(anAmount.check, anAmount.message);
/** Those over everything are settings, and are held against the limits of these. */
const ofEverything = z.number().optional();
const caps = z.object({
  perDayUsd: ofEverything,
  perDayTokens: ofEverything,
  perMonthUsd: ofEverything,
  perMonthTokens: ofEverything,
  providers: z.record(id, capsOfProvider).default({}),
  conversations: z.array(capsOfConversation).max(1000).default([]),
});

const fileSchema = z.object({
  providers: z.array(provider).default([]),
  models: z.object({ default: modelRef.optional(), fallbacks: z.array(modelRef).max(10).optional() }).default({}),
  personas: z.array(persona).max(100).default([]),
  links: z.array(link).default([]),
  people: z.array(person).default([]),
  groups: z.array(group).default([]),
  mcp: z.array(server).max(100).default([]),
  tools: z.record(z.string().min(1).max(64), z.enum(['always', 'ask', 'never'])).default({}),
  caps: caps.default({ providers: {}, conversations: [] }),
  settings: z.record(z.string(), z.unknown()).default({}),
});
export type ProvisionFile = z.infer<typeof fileSchema>;
export type FileAmounts = Pick<ProvisionFile['caps'], 'perDayUsd' | 'perDayTokens' | 'perMonthUsd' | 'perMonthTokens'>;

/** What is wrong with the file: one sentence that names the path, and the variable where one is missing. */
export type ProvisionProblem = string;

/** Every mistake of form is told, not the first alone; `raw` is what was parsed from the text. */
export function readFile(raw: unknown): Result<ProvisionFile, readonly ProvisionProblem[]> {
  const checked = fileSchema.safeParse(raw, { error: sentenceOf });
  if (!checked.success) return failed(checked.error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}`));
  const file = checked.data;
  const problems = [...doubled(file), ...strangers(file)];
  return problems.length === 0 ? ok(file) : failed(problems);
}

/** `providers.0.baseUrl`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}

const kindWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What belongs there, where the schema itself does not say it. */
function sentenceOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return `must be ${oneOf(discriminatedBy(issue))}`;
    case 'too_small':
      return `must ${sizeWord(issue.origin)} at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${sizeWord(issue.origin)} at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'invalid_key':
      return `is no name that can stand there: it ${issue.issues[0]?.message ?? 'is malformed'}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return 'is malformed';
  }
}

/** Left out means false, so nobody needs to write what stands for it here. */
function discriminatedBy(issue: object): readonly unknown[] {
  const options: readonly unknown[] = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return options.filter((option) => option !== null && option !== undefined);
}

function oneOf(words: readonly unknown[]): string {
  return words.length === 0 ? 'something else' : words.map(String).join(' or ');
}

function sizeWord(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be';
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

/** Which of two entries of one name should win, nobody can know. */
function doubled({ personas, mcp, caps: { conversations } }: ProvisionFile): readonly ProvisionProblem[] {
  const chats = conversations.map(({ link: on, address: chat, topic }) => JSON.stringify([on, chat, topic]));
  return [
    ...twice('personas', 'name', names(personas)),
    ...twice('mcp', 'name', names(mcp)),
    ...twice('caps.conversations', 'address', chats),
  ];
}

function names(entries: readonly { readonly name: string }[]): readonly string[] {
  return entries.map(({ name }) => name);
}

function twice(list: string, field: string, entries: readonly string[]): readonly ProvisionProblem[] {
  return entries.flatMap((entry, index) => {
    const first = entries.indexOf(entry);
    return first === index ? [] : [`${list}.${String(index)}.${field}: stands in ${list}.${String(first)} already`];
  });
}

/** A link's persona has to be one of the file: what the window calls so may be gone tomorrow. */
function strangers(file: ProvisionFile): readonly ProvisionProblem[] {
  const known = new Set(file.personas.flatMap((entry) => (entry.remove === true ? [] : [entry.name])));
  return file.links.flatMap((entry, index) =>
    entry.remove === true || entry.persona === undefined || entry.persona === null || known.has(entry.persona)
      ? []
      : [`links.${String(index)}.persona: must be the name of one of the personas of this file`],
  );
}

/** Keys of the file that the checked value does not have, at any depth, as sentences. */
export function unknownKeys(raw: unknown, known: unknown, path: readonly PropertyKey[]): readonly string[] {
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
