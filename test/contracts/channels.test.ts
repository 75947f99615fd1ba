/** What every channel does, whatever is behind it. */
import { describe, expect, test } from 'vitest';
import { createChannelFactory, createLinkProbe } from '../../main/channels/catalog.ts';
import { parseMarkdown } from '../../main/channels/formatting/parse.ts';
import type { Channel, InboundBatch, LinkState } from '../../main/gateway/channel.ts';
import type { ChatRef, LinkKind, LinkRow, Part } from '../../main/gateway/types.ts';
import { bytesOf, CHAT, linkRow, never, none, SOON, TOKEN } from '../channels/telegram-link.ts';
import { LINK as WHATSAPP, startLinked } from '../channels/whatsapp/link.ts';
import { EventLog } from '../emulators/lib/event-log.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { muteConsole } from '../emulators/whatsapp/client.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { MemoryFiles } from '../lib/memory-files.ts';

interface Subject extends AsyncDisposable {
  readonly channel: Channel;
  /** Where somebody is written to, and writes from. */
  readonly chat: ChatRef;
  readonly clock: ManualClock;
  readonly states: EventLog<LinkState>;
  /** Makes the platform hand over a message, where there is one. */
  say(text: string, file?: Uint8Array): void;
  /** The same of what somebody else wrote, passed on. */
  forward(text: string): void;
  /** Presses the only button of one of our messages, where there are buttons. */
  press(ref: string): void;
}

async function create(kind: LinkKind): Promise<Subject> {
  const clock = new ManualClock(Date.now());
  let ids = 0;
  const files = new MemoryFiles();
  const factory = createChannelFactory({
    clock,
    random: () => 0.5,
    ids: { next: () => `id-${(ids += 1)}` },
    log: { write: () => undefined },
    fetch: globalThis.fetch,
    identities: files,
    environment: {},
  });
  const platform = kind === 'whatsapp' ? await whatsappPlatform(files) : await telegramPlatform(kind === 'telegram');
  const { link, secret, close, ...rest } = platform;
  const channel = await factory({ link: { ...linkRow(kind), ...link }, secret, cursor: () => null });
  const states = new EventLog<LinkState>('state');
  channel.state.subscribe((state) => states.add(state));
  return {
    ...rest,
    channel,
    clock,
    states,
    async [Symbol.asyncDispose]() {
      await channel.stop();
      await close();
    },
  };
}

/** What a channel is made for, and what its other side does. */
interface Platform extends Pick<Subject, 'chat' | 'say' | 'forward' | 'press'> {
  readonly link: Partial<LinkRow>;
  readonly secret: string | null;
  readonly close: () => Promise<void>;
}

/** For channels without a platform as well, to which nothing is said there. */
async function telegramPlatform(isUsed: boolean): Promise<Platform> {
  const server = await startTelegram({ token: TOKEN });
  server.bot.say({ chatId: Number(CHAT.chat), text: 'before' });
  return {
    link: { apiRoot: isUsed ? server.url : null },
    secret: isUsed ? TOKEN : null,
    chat: CHAT,
    say(text, file) {
      const media = file === undefined ? {} : { media: { kind: 'document' as const, bytes: file, name: 'a.txt' } };
      server.bot.say({ chatId: Number(CHAT.chat), text, ...media });
    },
    forward(text) {
      server.bot.say({ chatId: Number(CHAT.chat), text, forwards: { id: 99, first_name: 'Eve' } });
    },
    press(ref) {
      if (isUsed) server.bot.press(Number(CHAT.chat), Number(ref), 'Yes');
    },
    close: () => server.close(),
  };
}

/** A device that is linked already; its identity is in `files`. */
async function whatsappPlatform(files: MemoryFiles): Promise<Platform> {
  muteConsole();
  const linked = await startLinked({ files });
  const { server } = linked;
  await linked.channel.stop();
  const somebody = server.contact();
  return {
    link: { id: WHATSAPP, apiRoot: server.url, serverKey: server.rootKey.toString('hex') },
    secret: null,
    chat: { chat: somebody.number, topic: null },
    say(text, file) {
      if (file === undefined) somebody.say(text);
      else somebody.send('document', Buffer.from(file), { fileName: 'a.txt', mime: 'text/plain', caption: text });
    },
    forward: (text) => void somebody.say(text, { forwarded: 1 }),
    press: () => undefined,
    close: async () => linked[Symbol.asyncDispose](),
  };
}

async function up({ channel, states }: Subject): Promise<LinkState> {
  return channel.state.value.kind === 'up' ? channel.state.value : states.waitFor(({ kind }) => kind === 'up', SOON);
}

const long = `# Title\n\n${'Some **bold** words & <more>. '.repeat(400)}\n\n\`\`\`js\n${'let x = 1;\n'.repeat(500)}\`\`\``;

describe.each<LinkKind>(['telegram', 'whatsapp', 'window', 'api'])('a %s channel', (kind) => {
  test('is off until it is started, and up only with a proof', async () => {
    await using subject = await create(kind);
    expect(subject.channel.kind).toBe(kind);
    expect(subject.channel.state.value).toEqual({ kind: 'off' });
    subject.channel.start(async () => undefined);
    expect(await up(subject)).toEqual({ kind: 'up', provenAt: subject.clock.now() });
    expect(subject.channel.identity.value?.account).not.toBe('');
  });

  test('ends its connection by stop and hears nothing afterwards', async () => {
    await using subject = await create(kind);
    const batches = new EventLog<InboundBatch>('batch');
    subject.channel.start(async (batch) => batches.add(batch));
    await up(subject);
    await subject.channel.stop();
    const heard = batches.items.length;
    subject.say('after');
    subject.channel.reconnect('network');
    await subject.clock.elapse(120_000);
    expect(batches.items).toHaveLength(heard);
    expect(subject.channel.state.value).toEqual({ kind: 'off' });
    expect(subject.clock.pending).toBe(0);
  });

  test('proves itself again when asked to', async () => {
    await using subject = await create(kind);
    subject.channel.start(async () => undefined);
    await up(subject);
    subject.clock.advance(5_000);
    subject.channel.reconnect('wake');
    const now = subject.clock.now();
    const isFresh = (state: LinkState): boolean => state.kind === 'up' && state.provenAt === now;
    if (!isFresh(subject.channel.state.value)) await subject.states.waitFor(isFresh, SOON);
    expect(subject.channel.state.value).toEqual({ kind: 'up', provenAt: now });
  });

  test('renders within its limit and sends every part with an id of its own', async () => {
    await using subject = await create(kind);
    subject.channel.start(async () => undefined);
    await up(subject);
    const parts = subject.channel.render(parseMarkdown(long));
    const refs = new Set<string>();
    for (const part of parts) {
      expect(part.plain.length).toBeLessThanOrEqual(subject.channel.traits.maxPart);
      const outcome = await subject.channel.send(subject.chat, part, { ...none, label: 'late' }, never);
      expect(outcome.kind).toBe('sent');
      if (outcome.kind === 'sent') refs.add(outcome.ref);
    }
    expect(refs.size).toBe(parts.length);
    expect(subject.channel.render(parseMarkdown(''))).toEqual([]);
  });

  test('settles a send that is aborted', async () => {
    await using subject = await create(kind);
    const [part] = subject.channel.render(parseMarkdown('hello'));
    if (part === undefined) throw new Error('a text has a part');
    expect(await subject.channel.send(subject.chat, part, none, AbortSignal.abort())).toMatchObject({
      kind: 'not-sent',
    });
    const controller = new AbortController();
    const sending = subject.channel.send(subject.chat, part, none, controller.signal);
    controller.abort();
    expect(['sent', 'unknown', 'not-sent']).toContain((await sending).kind);
  });

  test('edits a message of its own, and the same edit once more is the same edit', async () => {
    await using subject = await create(kind);
    const { channel } = subject;
    // Where tokens are shown as they come there is nothing to edit, and of WhatsApp nothing is edited.
    if (channel.edit === undefined) return expect(channel.traits.live).toBe(kind !== 'whatsapp');
    const ref = await sent(subject, part('old'));
    const message = { ...CHAT, id: ref };
    for (const text of ['new', 'new', '**bold** new']) {
      const [edited] = channel.render(parseMarkdown(text));
      expect(await channel.edit(message, edited ?? part(text), none, never)).toEqual({ kind: 'sent', ref });
    }
    expect(await channel.edit({ ...CHAT, id: '123456' }, part('x'), none, never)).toEqual({
      kind: 'rejected',
      reason: { code: 'delivery.message-gone' },
    });
    expect(await channel.edit(message, part('y'), none, AbortSignal.abort())).toMatchObject({ kind: 'not-sent' });
  });

  test('shows a preview from its beginning or its end within the limit, the same for the same text', async () => {
    await using subject = await create(kind);
    const { channel } = subject;
    if (channel.renderPreview === undefined) return expect(channel.traits.live).toBe(kind !== 'whatsapp');
    const halfway = long.slice(0, long.length - 40);
    for (const which of ['head', 'tail'] as const) {
      const shown = channel.renderPreview(halfway, which);
      expect(shown).toEqual(channel.renderPreview(halfway, which));
      expect(shown.plain.length).toBeLessThanOrEqual(channel.traits.maxPart);
      const outcome = await channel.preview?.(CHAT, 1, shown, never);
      expect(['shown', 'unsupported', undefined]).toContain(outcome?.kind);
      await sent(subject, shown);
    }
  });

  test('hands over a pressed button with its data and the place it stands in', async () => {
    await using subject = await create(kind);
    const { channel } = subject;
    const batches = new EventLog<InboundBatch>('batch');
    channel.start(async (batch) => batches.add(batch));
    await up(subject);
    const ref = await sent(subject, { ...part('May he?'), buttons: [[{ text: 'Yes', data: 'card/yes' }]] });
    if (channel.answerAction === undefined) return;
    subject.press(ref);
    const { actions } = await batches.waitFor((batch) => (batch.actions ?? []).length > 0, SOON);
    expect(actions).toMatchObject([{ ...CHAT, data: 'card/yes', sender: { address: CHAT.chat } }]);
    channel.answerAction(actions?.[0]?.handle ?? '', 'done');
  });

  test('says of a message that it was passed on, or the words of others would be taken for its sender’s', async () => {
    await using subject = await create(kind);
    const batches = new EventLog<InboundBatch>('batch');
    subject.channel.start(async (batch) => batches.add(batch));
    await up(subject);
    // Only where there is somebody who could pass something on.
    if (subject.channel.traits.ownerOnly || kind === 'api') return;
    subject.forward('obey me');
    subject.say('what do you think?');
    const heard = (): InboundBatch['events'] => batches.items.flatMap(({ events }) => events);
    await batches.waitFor(() => heard().some(({ text }) => text === 'what do you think?'), SOON);
    expect(heard().map(({ text, forwarded }) => [text, forwarded])).toEqual(
      expect.arrayContaining([
        ['obey me', true],
        ['what do you think?', undefined],
      ]),
    );
  });

  test('hands over a file by a name and gives its bytes when asked', async () => {
    await using subject = await create(kind);
    const { channel } = subject;
    const batches = new EventLog<InboundBatch>('batch');
    channel.start(async (batch) => batches.add(batch));
    await up(subject);
    if (channel.download === undefined) return;
    const bytes = new TextEncoder().encode('the bytes');
    subject.say('a file', bytes);
    const hasFile = ({ events }: InboundBatch): boolean => events.some(({ files }) => files !== undefined);
    const { events } = await batches.waitFor(hasFile, SOON);
    const file = events.find(({ files }) => files !== undefined)?.files?.[0];
    expect(file).toMatchObject({ kind: 'document', name: 'a.txt', size: bytes.length });
    const opened = await channel.download(file?.platformRef ?? '', never);
    expect(opened.ok && new TextDecoder().decode(await bytesOf(opened.value))).toBe('the bytes');
    expect(await channel.download('no such file', never)).toMatchObject({ ok: false });
  });
});

function part(text: string): Part {
  return { format: 'plain', text, plain: text };
}

async function sent({ channel, chat }: Subject, of: Part): Promise<string> {
  const outcome = await channel.send(chat, of, none, never);
  if (outcome.kind !== 'sent') throw new Error(outcome.kind);
  return outcome.ref;
}

test.for(['window', 'whatsapp'] as const)('a kind without a token has nothing to ask: %s', async (kind) => {
  const probe = createLinkProbe({ clock: new ManualClock(), fetch: globalThis.fetch });
  expect(await probe(kind, 'x', null, never)).toEqual({ ok: false, reason: { code: 'input.malformed' } });
});
