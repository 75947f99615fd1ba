/**
 * Files that came with messages are fetched one after the other per link, once the message is one we may hear: what
 * strangers send stays where it is until the owner allowed them. A fetch that fails is tried again with the next start.
 */
import { MediaDamaged, type Channel } from './channel.ts';
import { pause } from './clock.ts';
import type { Events } from './events.ts';
import type { GatewayPorts } from './gateway.ts';
import { fetchBackoff } from './limits.ts';
import type { LinkRegistry } from './links.ts';
import { describeError } from './log.ts';
import { noteWhenWell } from './persist.ts';
import type { AttachmentRow, LinkId, MessageId, MessageRow, MessageState, Reason } from './types.ts';

export interface Attachments {
  /** Messages came in, or may be heard now. */
  wanted(messages: readonly MessageRow[]): void;
  /** The link has come up: what could not be fetched is tried again. */
  linkUp(link: LinkId): void;
  /** Cuts what is under way; it is fetched at the next start. */
  stop(): Promise<void>;
}

/** At a start, so many files that were not fetched are looked for. */
const atOnce = 200;

const unheardStates: readonly MessageState[] = ['kept', 'ignored'];

export function createAttachments(ports: GatewayPorts, events: Events, links: LinkRegistry): Attachments {
  const { storage, log } = ports;
  const ending = new AbortController();
  const queues = new Map<LinkId, Promise<void>>();
  /** Neither fetched twice at once nor queued twice. */
  const queued = new Set<string>();
  /** Messages that may not be heard yet, whose files are fetched when they may. */
  const unheard = new Set<MessageId>();

  const enqueue = (message: MessageRow, attachment: AttachmentRow): void => {
    if (attachment.state !== 'pending' || queued.has(attachment.id) || ending.signal.aborted) return;
    queued.add(attachment.id);
    const before = queues.get(message.link) ?? Promise.resolve();
    queues.set(
      message.link,
      before.then(() => fetchLogged(message, attachment)),
    );
  };
  const fetchLogged = async (message: MessageRow, attachment: AttachmentRow): Promise<void> => {
    try {
      const fetched = await fetchFile(ports, () => links.channel(message.link), attachment, ending.signal);
      if (fetched === null) return;
      await noteWhenWell(storage, ending.signal, (tables) => tables.attachments.put(fetched));
      const row = storage.read.messages.get(message.id);
      if (row !== null) events.publish({ kind: 'message', message: row, added: false });
    } catch (error) {
      log.write('error', 'attachment.failed', { link: message.link, error: describeError(error) });
    } finally {
      queued.delete(attachment.id);
    }
  };
  const wanted = (messages: readonly MessageRow[]): void => {
    for (const message of messages) {
      if (message.kind !== 'person') continue;
      const files = storage.read.attachments.ofMessage(message.id);
      if (files.length === 0) continue;
      if (unheardStates.includes(message.state)) unheard.add(message.id);
      else for (const file of files) enqueue(message, file);
    }
  };
  const watching = events.subscribe((event) => {
    if (event.kind !== 'message' || unheardStates.includes(event.message.state)) return;
    if (unheard.delete(event.message.id)) wanted([event.message]);
  });
  return {
    wanted,
    linkUp(link) {
      const ids = new Set(storage.read.attachments.pending(atOnce).map(({ message }) => message));
      const messages = [...ids].map((id) => storage.read.messages.get(id)).filter((message) => message !== null);
      wanted(messages.filter((message) => message.link === link));
    },
    async stop() {
      watching[Symbol.dispose]();
      ending.abort();
      await Promise.all(queues.values());
    },
  };
}

/** Null: not now, but perhaps at the next start. */
async function fetchFile(
  ports: GatewayPorts,
  channel: () => Channel | null,
  attachment: AttachmentRow,
  signal: AbortSignal,
): Promise<AttachmentRow | null> {
  for (const wait of [...fetchBackoff, null]) {
    if (signal.aborted) return null;
    const outcome = await fetchOnce(ports, channel(), attachment, signal);
    if (outcome === null || !('code' in outcome)) return outcome;
    if (outcome.code === 'input.too-large') return refused(attachment, 'media.too-large');
    if (outcome.code === 'media.gone' || outcome.code === 'media.damaged') return refused(attachment, outcome.code);
    if (wait === null) return refused(attachment, 'media.not-fetched');
    await pause(ports.clock, wait, signal);
  }
  return null;
}

async function fetchOnce(
  ports: GatewayPorts,
  channel: Channel | null,
  attachment: AttachmentRow,
  signal: AbortSignal,
): Promise<AttachmentRow | Reason | null> {
  if (channel?.download === undefined) return null;
  const source = await channel.download(attachment.platformRef, signal);
  if (!source.ok) return source.failure;
  try {
    const stored = await ports.files.put(source.value, { name: attachment.name, type: attachment.type }, signal);
    if (!stored.ok) return stored.failure.code === 'input.too-large' ? stored.failure : null;
    const { id, size } = stored.value;
    return { ...attachment, state: 'stored', file: id, size, reason: null };
  } catch (error) {
    ports.log.write('info', 'attachment.cut', { error: describeError(error) });
    return { code: error instanceof MediaDamaged ? 'media.damaged' : 'media.not-fetched' };
  }
}

type Refusal = 'media.too-large' | 'media.gone' | 'media.damaged' | 'media.not-fetched';

function refused(attachment: AttachmentRow, code: Refusal): AttachmentRow {
  return { ...attachment, state: 'failed', reason: { code, params: { name: attachment.name } } };
}
