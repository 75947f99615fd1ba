/**
 * What a socket tells becomes batches for the core, in order and one at a time.
 *
 * tap → noted in the journal → order of the stanzas → queue → read → `receive` → settled in the journal. What the core
 * could not store is offered again after a pause, and what was noted but not settled when the socket or the process ended
 * is offered before anything new when the next socket is attached (docs/whatsapp-protocol.md, Lost messages; Messages
 * that come in).
 */
import type { BaileysEventMap, BinaryNode, WAMessage } from 'baileys';
import type { InboundBatch, InboundFile, InboundMembership, Migration, Receive } from '../../gateway/channel.ts';
import { pause } from '../../gateway/clock.ts';
import { describeError } from '../../gateway/log.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { LinkId, Millis } from '../../gateway/types.ts';
import { isGroupJid, isOwn, ownOf } from './addresses.ts';
import { isMarkedId } from './content.ts';
import type { Groups } from './groups.ts';
import type { Reading, ReadMessage } from './inbound-message.ts';
import { isForUs, isStub, readMessage } from './inbound-message.ts';
import type { Live, WhatsAppDeps } from './parts.ts';
import { ArrivalOrder } from './order.ts';
import type { ServerTime } from './server-time.ts';
import { tapMessages } from './tap.ts';

export interface InboundParts {
  readonly link?: LinkId;
  readonly receive: Receive;
  readonly groups: Groups;
  /** Outlives the socket: what the one before did not come to tell was said by a clock that is known. */
  readonly time: ServerTime;
  /** The files that come with a message (`media.ts`). */
  readonly filesOf: (message: WAMessage) => readonly InboundFile[];
}

type Deps = Pick<WhatsAppDeps, 'clock' | 'log'>;

/** Between two offers of a batch that could not be stored. */
const STORE_PAUSE: Millis = 3_000;
/** What waited at the server comes one by one, and is handed on together when the last has come, or after this. */
const GATHER: Millis = 1_000;
/** How long the names of groups may hold up a batch; one that has none by then is called by its id. */
const NAMES_LIMIT: Millis = 5_000;
const MOST_TOGETHER = 200;
const MOST_UNENCRYPTED = 1_000;

type Item =
  | { readonly kind: 'message'; readonly message: WAMessage }
  | { readonly kind: 'membership'; readonly group: string; readonly member: boolean };

interface Told {
  readonly message: WAMessage;
  readonly type: BaileysEventMap['messages.upsert']['type'];
}

/** Listens to a socket until it is disposed; nothing of it is received after that. */
export function attachInbound(deps: Deps, live: Live, parts: InboundParts): Disposable {
  const inlet = new Inlet(deps, live, parts);
  inlet.open();
  return inlet;
}

class Inlet implements Disposable {
  readonly #deps: Deps;
  readonly #live: Live;
  readonly #parts: InboundParts;
  readonly #ended = new AbortController();
  readonly #undo = new DisposableStack();
  readonly #queue: Item[] = [];
  /** People whose number was told to the core since this socket began. */
  readonly #renamed = new Set<string>();
  readonly #unencrypted = new Set<string>();
  readonly #order: ArrivalOrder<Told>;
  #gathering: Disposable | null = null;
  #isWorking = false;

  constructor(deps: Deps, live: Live, parts: InboundParts) {
    this.#deps = deps;
    this.#live = live;
    this.#parts = parts;
    this.#order = this.#undo.use(new ArrivalOrder(deps.clock, (told) => this.#take(told)));
  }

  open(): void {
    const { socket, identity } = this.#live;
    for (const message of identity.journal.open()) this.#queue.push({ kind: 'message', message });
    const released = (): void => this.#work();
    const founded = (all: BaileysEventMap['groups.upsert']): void => {
      for (const { id } of all) this.#membership(id, true);
    };
    const moved = (change: BaileysEventMap['group-participants.update']): void => this.#moved(change);
    const arriving = (stanza: BinaryNode): void => this.#look(stanza);
    const greeted = ({ attrs }: BinaryNode): void => this.#parts.time.greeted(attrs['t']);
    socket.ev.on('messages.upsert', released);
    this.#undo.defer(() => socket.ev.off('messages.upsert', released));
    socket.ev.on('groups.upsert', founded);
    this.#undo.defer(() => socket.ev.off('groups.upsert', founded));
    socket.ev.on('group-participants.update', moved);
    this.#undo.defer(() => socket.ev.off('group-participants.update', moved));
    socket.ws.on('CB:message', arriving);
    this.#undo.defer(() => void socket.ws.off('CB:message', arriving));
    socket.ws.on('CB:success', greeted);
    this.#undo.defer(() => void socket.ws.off('CB:success', greeted));
    this.#undo.use(tapMessages(socket.ev, (message, type) => this.#hear(message, type)));
    this.#work();
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#gathering?.[Symbol.dispose]();
    this.#undo.dispose();
    this.#queue.length = 0;
  }

  /**
   * The library takes a private message that is not encrypted at all for one like any other; no client sends such, so
   * whoever put it into the stream is not the one it names (docs/whatsapp-protocol.md, What the library gets wrong).
   */
  #look(stanza: BinaryNode): void {
    this.#order.arrived(stanza);
    const { attrs, content } = stanza;
    if (!Array.isArray(content) || !content.some(({ tag }) => tag === 'plaintext')) return;
    this.#unencrypted.add(attrs['id'] ?? '');
    if (this.#unencrypted.size <= MOST_UNENCRYPTED) return;
    for (const oldest of this.#unencrypted) return void this.#unencrypted.delete(oldest);
  }

  #hear(message: WAMessage, type: BaileysEventMap['messages.upsert']['type']): void {
    const { journal } = this.#live.identity;
    const isUnencrypted = this.#unencrypted.has(message.key.id ?? '');
    if (isUnencrypted) this.#deps.log.write('warn', 'whatsapp.unencrypted', { link: this.#parts.link });
    if (isUnencrypted || !isForUs(message, (id) => this.#isSent(id))) {
      // A stub may still become the message that it stands for.
      if (!isStub(message)) this.#safely('settle', () => journal.settle([message]));
      return this.#order.told(message, null);
    }
    this.#safely('note', () => journal.note(message));
    this.#order.told(message, { message, type });
  }

  #take({ message, type }: Told): void {
    this.#queue.push({ kind: 'message', message });
    if (type === 'notify') return this.#work();
    this.#gathering ??= this.#deps.clock.after(GATHER, () => this.#work());
  }

  #moved({ id, participants, action }: BaileysEventMap['group-participants.update']): void {
    const own = ownOf(this.#live.identity.auth.creds.me);
    const isAboutUs =
      own !== null && participants.some((one) => [one.id, one.lid, one.phoneNumber].some((jid) => isOwn(own, jid)));
    if (isAboutUs && (action === 'add' || action === 'remove')) this.#membership(id, action === 'add');
  }

  #membership(group: string, member: boolean): void {
    this.#queue.push({ kind: 'membership', group, member });
    this.#work();
  }

  /** Hands on what is in the queue, until it is empty. */
  #work(): void {
    this.#gathering?.[Symbol.dispose]();
    this.#gathering = null;
    if (this.#isWorking || this.#queue.length === 0) return;
    this.#isWorking = true;
    void this.#drain().finally(() => {
      this.#isWorking = false;
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && !this.#ended.signal.aborted) {
      const items = this.#queue.splice(0, MOST_TOGETHER);
      await this.#offer(items);
    }
  }

  /** Offers a batch until it is stored or the socket has ended; then it lies in the journal. */
  async #offer(items: readonly Item[]): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        await this.#handOn(items);
        return;
      } catch (error) {
        if (!(error instanceof StorageTrouble)) return this.#oneByOne(items, error);
        this.#deps.log.write('warn', 'whatsapp.not-stored', { link: this.#parts.link, reason: error.reason.code });
        await pause(this.#deps.clock, STORE_PAUSE, this.#ended.signal);
      }
    }
  }

  /** One message that cannot be read or stored, a bug, must not hold up the others. It stays in the journal. */
  async #oneByOne(items: readonly Item[], error: unknown): Promise<void> {
    const [only] = items;
    if (items.length > 1) {
      for (const item of items) await this.#offer([item]);
      return;
    }
    const message = only?.kind === 'message' ? (only.message.key.id ?? null) : null;
    this.#deps.log.write('error', 'whatsapp.left-out', {
      link: this.#parts.link,
      message,
      error: describeError(error),
    });
  }

  async #handOn(items: readonly Item[]): Promise<void> {
    const messages = items.flatMap((item) => (item.kind === 'message' ? [item.message] : []));
    const reading = this.#reading();
    // Not linked, or not any more: there is nobody whose messages these are.
    if (reading === null) return;
    const batch = await this.#read(reading, items, messages);
    if (this.#ended.signal.aborted) return;
    if (batch !== null) await this.#parts.receive(batch);
    this.#safely('settle', () => this.#live.identity.journal.settle(messages));
  }

  /** By this program, or by another like it that is linked with the same account. */
  #isSent(id: string): boolean {
    return isMarkedId(id) || this.#live.identity.sent.has(id);
  }

  /** Null: there is nothing in it for anybody. */
  async #read(reading: Reading, items: readonly Item[], messages: readonly WAMessage[]): Promise<InboundBatch | null> {
    const groups = [...messages.map(({ key }) => key.remoteJid ?? ''), ...items.map(groupOf)];
    await this.#learnTitles(new Set(groups.filter(isGroupJid)));
    const read: ReadMessage[] = [];
    for (const message of messages) {
      const one = await readMessage(reading, message);
      if (one !== null) read.push(one);
    }
    const memberships = items.flatMap((item): InboundMembership[] =>
      item.kind === 'membership'
        ? [{ chat: item.group, title: reading.titleOf(item.group) ?? item.group, member: item.member }]
        : [],
    );
    if (read.length === 0 && memberships.length === 0) return null;
    return {
      events: read.flatMap((one) => (one.kind === 'message' ? [one.message] : [])),
      deletions: read.flatMap((one) => (one.kind === 'deletion' ? [one.deletion] : [])),
      memberships,
      migrations: this.#newNames(read.flatMap(({ migrations }) => migrations)),
      cursor: null,
    };
  }

  #reading(): Reading | null {
    const { identity, socket } = this.#live;
    const { groups, filesOf, time } = this.#parts;
    const { me } = identity.auth.creds;
    const own = ownOf(me);
    if (own === null) return null;
    return {
      own,
      ownName: me?.name ?? '',
      numbers: socket.signalRepository.lidMapping,
      isSent: (id) => this.#isSent(id),
      filesOf,
      titleOf: (jid) => groups.nameOf(jid),
      isAdmin: (group, member) => groups.isAdmin(this.#live, group, member),
      now: () => this.#deps.clock.now(),
      here: (at) => time.here(at),
    };
  }

  async #learnTitles(jids: ReadonlySet<string>): Promise<void> {
    if (jids.size === 0) return;
    const all = Promise.all([...jids].map((jid) => this.#parts.groups.title(this.#live, jid)));
    const enough = new AbortController();
    const limit = pause(this.#deps.clock, NAMES_LIMIT, AbortSignal.any([enough.signal, this.#ended.signal]));
    await Promise.race([all, limit]);
    enough.abort();
  }

  /** The core repeats it without harm; once for each socket is enough. */
  #newNames(migrations: readonly Migration[]): readonly Migration[] {
    return migrations.filter(({ from, to }) => {
      const name = `${from} ${to}`;
      const isNew = !this.#renamed.has(name);
      this.#renamed.add(name);
      return isNew;
    });
  }

  /** The message goes on its way all the same: it is the journal that may then offer it once more. */
  #safely(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#deps.log.write('error', `whatsapp.journal-${what}`, {
        link: this.#parts.link,
        error: describeError(error),
      });
    }
  }
}

function groupOf(item: Item): string {
  return item.kind === 'membership' ? item.group : '';
}
