/** Checks for everything that comes in over the contract. Only `main/api` uses them. */
import { z } from 'zod';
import { agentSchemas } from './agent-schemas.ts';
import type { CommandName, ParamsOf } from './commands.ts';

const nothing = z.strictObject({});
const id = z.string().min(1).max(64);
const linkId = z.string().regex(/^[a-z0-9-]{1,32}$/);
const modelRef = z.string().regex(/^[a-z0-9-]{1,32}\/.{1,256}$/);
/** As Ollama writes them: `qwen3:8b`, `somebody/model:tag`, `hf.co/somebody/model`. */
const modelName = z
  .string()
  .regex(/^[\w.-]+(?:[:/][\w.-]+)*$/)
  .max(256);
const address = z.string().min(1).max(128);
const url = z.string().min(1).max(2048);
const text = z.string().min(1).max(200_000);
const secret = z.string().max(4096);
/** As people write it; digits are taken out of it by the adapter. */
const phoneNumber = z.string().min(1).max(40);
const limit = z.int().min(1).max(200);
const seq = z.int().min(0);
/** Micro-dollars per million tokens: up to a thousand dollars. */
const price = z.int().min(0).max(1_000_000_000);

const providerDraft = z.strictObject({
  id: linkId,
  kind: z.enum(['openai', 'ollama']),
  name: z.string().max(80).exactOptional(),
  baseUrl: url,
  key: secret.exactOptional(),
});

export const commandSchemas = {
  ...agentSchemas,
  'host.get': nothing,
  'host.health': nothing,
  'host.log': z.strictObject({ limit: z.int().min(1).max(2000) }),
  'host.report': nothing,
  'host.selfTest': z.strictObject({ model: z.enum(['practice', 'chosen']) }),
  'backups.list': nothing,
  'backups.make': nothing,
  'backups.plan': z.strictObject({ name: z.string().min(1).max(100).nullable() }),
  'desktop.get': nothing,
  'desktop.setLogin': z.strictObject({ on: z.boolean() }),
  'desktop.restart': nothing,
  'conversations.page': z.strictObject({
    limit,
    before: z.strictObject({ lastAt: z.int(), id }).exactOptional(),
    link: linkId.exactOptional(),
  }),
  'conversations.titled': z.strictObject({ query: z.string().max(100), limit }),
  'conversations.create': nothing,
  'conversations.thread': z.strictObject({
    conversation: id,
    limit,
    beforeSeq: seq.exactOptional(),
    afterSeq: seq.exactOptional(),
  }),
  'conversations.markRead': z.strictObject({ conversation: id }),
  'conversations.setModel': z.strictObject({ conversation: id, model: modelRef.nullable() }),
  'conversations.context': z.strictObject({ conversation: id }),
  'conversations.search': z.strictObject({ query: z.string().max(500), limit, link: linkId.exactOptional() }),
  'conversations.export': z.strictObject({
    conversation: id.nullable(),
    format: z.enum(['markdown', 'json']),
    after: z
      .strictObject({
        conversation: z.string().max(64),
        ...{ seq, skip: seq, done: seq, total: seq, until: seq, at: z.int() },
      })
      .nullable(),
  }),
  'messages.send': z.strictObject({
    conversation: id,
    text: z.string().max(200_000),
    key: id,
    files: z.array(id).max(10).exactOptional(),
  }),
  'conversations.say': z.strictObject({ conversation: id, text, key: id }),
  'messages.answerNow': z.strictObject({ message: id }),
  'messages.revisions': z.strictObject({ message: id }),
  'turns.stop': z.strictObject({ conversation: id }),
  'turns.retry': z.strictObject({ conversation: id }),
  'deliveries.retry': z.strictObject({ turn: id }),
  'deliveries.troubled': z.strictObject({ limit }),
  'pause.set': z.strictObject({
    scope: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('all') }),
      z.strictObject({ kind: z.literal('link'), link: linkId }),
      z.strictObject({ kind: z.literal('conversation'), conversation: id }),
    ]),
    until: z.int().min(0).nullable(),
  }),
  'links.list': nothing,
  'links.probe': z.strictObject({ kind: z.literal('telegram'), token: secret, apiRoot: url.exactOptional() }),
  'links.addTelegram': z.strictObject({ id: linkId, token: secret, apiRoot: url.exactOptional() }),
  'links.addWhatsApp': z.strictObject({
    id: linkId,
    number: phoneNumber.exactOptional(),
    webSocketUrl: url.exactOptional(),
    serverKey: z.string().max(200).exactOptional(),
  }),
  'links.pair': z.strictObject({ link: linkId, number: phoneNumber.exactOptional() }),
  'links.cancelPairing': z.strictObject({ link: linkId }),
  'links.setMode': z.strictObject({ link: linkId, mode: z.enum(['only-me', 'people']) }),
  'links.setToken': z.strictObject({ link: linkId, token: secret }),
  'links.setEnabled': z.strictObject({ link: linkId, enabled: z.boolean() }),
  'links.reconnect': z.strictObject({ link: linkId }),
  'links.remove': z.strictObject({ link: linkId }),
  'links.removeObstacle': z.strictObject({ link: linkId }),
  'links.setLanguage': z.strictObject({ link: linkId, language: z.string().min(2).max(16).nullable() }),
  'cards.list': nothing,
  'cards.answer': z.strictObject({
    card: z.string().min(1).max(200),
    answer: z.enum(['owner', 'allow', 'once', 'ignore', 'mention', 'always', 'answer', 'leave', 'resume']),
  }),
  'people.list': nothing,
  'people.setRole': z.strictObject({ link: linkId, address, role: z.enum(['owner', 'guest', 'blocked']) }),
  'people.forget': z.strictObject({ link: linkId, address }),
  'groups.list': nothing,
  'groups.set': z.strictObject({ link: linkId, chat: address, answer: z.enum(['off', 'mention', 'always']) }),
  'providers.list': nothing,
  'providers.save': z.strictObject({ provider: providerDraft }),
  'providers.remove': z.strictObject({ provider: linkId }),
  'providers.test': z.union([
    z.strictObject({ provider: providerDraft, model: z.string().min(1).max(256) }),
    z.strictObject({ ref: modelRef }),
  ]),
  'providers.stopTests': nothing,
  'providers.listDraft': z.strictObject({ provider: providerDraft }),
  'providers.detectOllama': nothing,
  'models.list': nothing,
  'models.recent': nothing,
  'models.pulls': nothing,
  'models.pull': z.strictObject({ provider: linkId, name: modelName }),
  'models.cancelPull': z.strictObject({ provider: linkId, name: modelName }),
  'models.delete': z.strictObject({ ref: modelRef }),
  'models.choice': nothing,
  'models.choose': z.strictObject({
    default: modelRef.exactOptional(),
    fallbacks: z.array(modelRef).max(10).exactOptional(),
  }),
  'settings.list': nothing,
  'settings.set': z.strictObject({ key: z.string().max(100), value: z.unknown() }),
  'budget.get': nothing,
  'prices.list': nothing,
  'prices.set': z.strictObject({
    model: modelRef,
    price: z.strictObject({ input: price, output: price }).nullable(),
  }),
  'usage.series': z.strictObject({ bounds: z.array(z.int().min(0)).min(2).max(400) }),
  'usage.totals': z.strictObject({ from: z.int().min(0), to: z.int().min(0) }),
} as const satisfies { [Name in CommandName]: z.ZodType<ParamsOf<Name>> };

/** One frame from a client of `/rpc`. */
export const clientFrameSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('call'), id: z.int().min(0), name: z.string().max(64), params: z.unknown() }),
  z.strictObject({ kind: z.literal('subscribe'), since: z.int().min(0) }),
]);
