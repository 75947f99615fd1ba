/**
 * Files that came with messages are fetched one after the other per link, once the message is one we may hear: what
 * strangers send stays where it is until the owner allowed them. One that fails is asked for again a while later, behind
 * those that came meanwhile, and at last with the next start.
 */
import { MediaDamaged, type Channel } from '../channel.ts';
import { pause } from '../clock.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { fetchBackoff } from '../limits.ts';
import type { LinkRegistry } from '../links/links.ts';
import { describeError } from '../log.ts';
import { noteWhenWell } from '../persist.ts';
import type { AttachmentRow, LinkId, MessageId, MessageRow, MessageState, Millis, Reason } from '../types.ts';

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
  const { storage } = ports;
  const ending = new AbortController();
  const lines = createLines(ports, events, links, ending.signal);
  /** Messages that may not be heard yet, whose files are fetched when they may. */
  const unheard = new Set<MessageId>();

  const wanted = (messages: readonly MessageRow[]): void => {
    for (const message of messages) {
      if (message.kind !== 'person') continue;
      const files = storage.read.attachments.ofMessage(message.id);
      if (files.length === 0) continue;
      if (unheardStates.includes(message.state)) unheard.add(message.id);
      else for (const file of files) lines.enqueue(message, file);
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
      await lines.ended();
    },
  };
}

interface Lines {
  enqueue(message: MessageRow, attachment: AttachmentRow): void;
  /** Resolves when nothing is under way, after the end has been asked for. */
  ended(): Promise<void>;
}

/** One line of fetches per link. Whoever has to be asked for again waits beside it. */
function createLines(ports: GatewayPorts, events: Events, links: LinkRegistry, ending: AbortSignal): Lines {
  const { storage, log } = ports;
  const lines = new Map<LinkId, Promise<void>>();
  const waits = new Set<Promise<void>>();
  /** Neither fetched twice at once nor queued twice. */
  const queued = new Set<string>();

  const enqueue = (message: MessageRow, attachment: AttachmentRow): void => {
    if (attachment.state !== 'pending' || queued.has(attachment.id) || ending.aborted) return;
    queued.add(attachment.id);
    line(message, attachment, 0);
  };
  const line = (message: MessageRow, attachment: AttachmentRow, tries: number): void => {
    const before = lines.get(message.link) ?? Promise.resolve();
    lines.set(
      message.link,
      before.then(() => fetchLogged(message, attachment, tries)),
    );
  };
  const lineLater = (message: MessageRow, attachment: AttachmentRow, tries: number, wait: Millis): void => {
    const waiting = pause(ports.clock, wait, ending).then(() => {
      waits.delete(waiting);
      if (!ending.aborted) line(message, attachment, tries);
    });
    waits.add(waiting);
  };
  const fetchLogged = async (message: MessageRow, attachment: AttachmentRow, tries: number): Promise<void> => {
    let later: Millis | undefined;
    try {
      if (ending.aborted) return;
      const outcome = await fetchOnce(ports, links.channel(message.link), attachment, ending);
      if (outcome === null || ending.aborted) return;
      later = 'code' in outcome && !isFinal(outcome) ? fetchBackoff[tries] : undefined;
      if (later !== undefined) return lineLater(message, attachment, tries + 1, later);
      const fetched = 'code' in outcome ? refused(attachment, outcome) : outcome;
      await noteWhenWell(storage, ending, (tables) => tables.attachments.put(fetched));
      const row = storage.read.messages.get(message.id);
      if (row !== null) events.publish({ kind: 'message', message: row, added: false });
    } catch (error) {
      log.write('error', 'attachment.failed', { link: message.link, error: describeError(error) });
    } finally {
      if (later === undefined) queued.delete(attachment.id);
    }
  };
  return {
    enqueue,
    async ended() {
      await Promise.all([...lines.values(), ...waits]);
    },
  };
}

/** The stored file, or why there is none; null: not now, but perhaps at the next start. */
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

/** Asking again would not help. */
function isFinal({ code }: Reason): boolean {
  return code === 'input.too-large' || code === 'media.gone' || code === 'media.damaged';
}

function refused(attachment: AttachmentRow, { code }: Reason): AttachmentRow {
  const named = code === 'input.too-large' ? 'media.too-large' : code;
  const known = named === 'media.too-large' || named === 'media.gone' || named === 'media.damaged';
  const reason = known ? named : 'media.not-fetched';
  return { ...attachment, state: 'failed', reason: { code: reason, params: { name: attachment.name } } };
}
