/**
 * What is known about groups: their names and who is in them, so that a message to one needs no question first
 * (docs/whatsapp-protocol.md, Acknowledging and re-sending), and who wrote what in them lately, which a quote, a sign
 * and a receipt have to say.
 *
 * events of a socket → memory; what is not there is asked once, one question at a time, and a refusal is remembered.
 */
import type { AuthenticationCreds, BaileysEventMap, Contact, GroupMetadata, WAMessageKey, WASocket } from 'baileys';
import type { LinkId, Millis } from '../../gateway/types.ts';
import { describeError } from '../../gateway/log.ts';
import { isGroupJid, isOwn, ownOf, parseJid } from './addresses.ts';
import type { WhatsAppDeps } from './parts.ts';
import { Recent } from './recent.ts';

/** How long a group is waited for when it is asked about, and how long it is left alone after it did not answer. */
const ANSWER_LIMIT: Millis = 10_000;
const FAILURE_LIFE: Millis = 10 * 60_000;
/** Groups whose members are known, people whose names are, and messages whose authors are. */
const MOST_GROUPS = 1_000;
const MOST_PEOPLE = 5_000;
const MOST_AUTHORS = 5_000;

/** What is needed of a socket and its account. */
interface Source {
  readonly socket: Pick<WASocket, 'ev' | 'groupMetadata'>;
  readonly identity: { readonly auth: { readonly creds: Pick<AuthenticationCreds, 'me'> } };
}

export interface Groups {
  /** What the socket is given as `cachedGroupMetadata`; undefined makes it ask. */
  cached(jid: string): Promise<GroupMetadata | undefined>;
  /** The group's name; its id when it cannot be had within 10 s. Never rejects. */
  title(live: Source, jid: string): Promise<string>;
  /** What a group or person is called, as far as that was told here; null otherwise. Asks nobody. */
  nameOf(jid: string): string | null;
  /** Whether a member may take the messages of others back; false when that cannot be known. */
  isAdmin(live: Source, jid: string, member: string): Promise<boolean>;
  /** The key of a message of a group as it came in; null when it was not seen by this process. */
  keyOf(jid: string, id: string): WAMessageKey | null;
  /** It has shown to be out of date; the next send asks. */
  forget(jid: string): void;
  /** Listens to a socket. What was learnt stays when it ends. */
  attach(live: Source): Disposable;
}

type Deps = Pick<WhatsAppDeps, 'clock' | 'log'>;

export function createGroups(deps: Deps, link?: LinkId): Groups {
  const memory = new Memory(deps);
  const known = async (live: Source, jid: string): Promise<GroupMetadata | null> =>
    memory.groups.get(jid) ?? (await memory.ask(live, jid, link));
  return {
    cached: async (jid) => memory.groups.get(jid),
    title: async (live, jid) => memory.titles.get(jid) ?? (await known(live, jid))?.subject ?? jid,
    nameOf: (jid) => memory.titles.get(jid) ?? memory.people.get(jid) ?? null,
    async isAdmin(live, jid, member) {
      const group = await known(live, jid);
      const found = group?.participants.find((one) =>
        [one.id, one.lid, one.phoneNumber].some((at) => isSame(at, member)),
      );
      return found?.admin === 'admin' || found?.admin === 'superadmin';
    },
    keyOf: (jid, id) => memory.keys.get(`${jid}|${id}`) ?? null,
    forget: (jid) => void memory.groups.delete(jid),
    attach: (live) => memory.attach(live),
  };
}

function isSame(one: string | undefined, other: string): boolean {
  const [a, b] = [parseJid(one), parseJid(other)];
  return a !== null && b !== null && a.user === b.user && a.server === b.server;
}

class Memory {
  readonly groups = new Recent<GroupMetadata>(MOST_GROUPS);
  /** Names outlive what is known about members. */
  readonly titles = new Recent<string>(MOST_GROUPS);
  readonly people = new Recent<string>(MOST_PEOPLE);
  readonly keys = new Recent<WAMessageKey>(MOST_AUTHORS);
  readonly #deps: Deps;
  #failures = new Recent<Millis>(MOST_GROUPS);
  readonly #asked = new Map<string, Promise<GroupMetadata | null>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Asks the server; null when it did not say within the limit, and for a while after that. */
  ask(live: Source, jid: string, link: LinkId | undefined): Promise<GroupMetadata | null> {
    const failedAt = this.#failures.get(jid);
    if (failedAt !== undefined && this.#deps.clock.monotonic() - failedAt < FAILURE_LIFE) return Promise.resolve(null);
    const asking = this.#asked.get(jid) ?? this.#turn.then(() => this.#query(live, jid, link));
    this.#asked.set(jid, asking);
    this.#turn = asking;
    return asking;
  }

  async #query(live: Source, jid: string, link: LinkId | undefined): Promise<GroupMetadata | null> {
    const known = this.groups.get(jid);
    if (known !== undefined) return this.#settled(jid, known);
    const { clock, log } = this.#deps;
    const limit = Promise.withResolvers<null>();
    const timer = clock.after(ANSWER_LIMIT, () => limit.resolve(null));
    const answer = live.socket.groupMetadata(jid).catch((error: unknown) => {
      log.write('info', 'whatsapp.group-unknown', { link, group: jid, error: describeError(error) });
      return null;
    });
    const group = await Promise.race([answer, limit.promise]);
    timer[Symbol.dispose]();
    return this.#settled(jid, group);
  }

  #settled(jid: string, group: GroupMetadata | null): GroupMetadata | null {
    this.#asked.delete(jid);
    if (group === null) this.#failures.set(jid, this.#deps.clock.monotonic());
    else this.#learn(group);
    return group;
  }

  attach({ socket: { ev }, identity }: Source): Disposable {
    // They may have been the end of the socket before.
    this.#failures = new Recent(MOST_GROUPS);
    const upserted = (all: BaileysEventMap['groups.upsert']): void => all.forEach((group) => this.#learn(group));
    const updated = (all: BaileysEventMap['groups.update']): void => all.forEach((change) => this.#change(change));
    const moved = (change: BaileysEventMap['group-participants.update']): void => {
      const own = ownOf(identity.auth.creds.me);
      const isAboutUs = own !== null && change.participants.some((one) => isOwn(own, one.id));
      // Being outside, nothing more is told about it; being inside again, nothing of before counts.
      if (isAboutUs) this.groups.delete(change.id);
      else this.#members(change);
      this.#failures.delete(change.id);
    };
    const chats = (all: BaileysEventMap['chats.update']): void => {
      for (const { id, ephemeralExpiration } of all) this.#vanishing(id, ephemeralExpiration);
    };
    const messages = ({ messages: all }: BaileysEventMap['messages.upsert']): void => {
      for (const { key } of all) this.#author(key);
    };
    const contacts = (all: readonly Partial<Contact>[]): void => all.forEach((contact) => this.#person(contact));
    const history = ({ contacts: all }: BaileysEventMap['messaging-history.set']): void => contacts(all);
    ev.on('contacts.upsert', contacts);
    ev.on('contacts.update', contacts);
    ev.on('messaging-history.set', history);
    ev.on('groups.upsert', upserted);
    ev.on('groups.update', updated);
    ev.on('group-participants.update', moved);
    ev.on('chats.update', chats);
    ev.on('messages.upsert', messages);
    return {
      [Symbol.dispose]() {
        ev.off('contacts.upsert', contacts);
        ev.off('contacts.update', contacts);
        ev.off('messaging-history.set', history);
        ev.off('groups.upsert', upserted);
        ev.off('groups.update', updated);
        ev.off('group-participants.update', moved);
        ev.off('chats.update', chats);
        ev.off('messages.upsert', messages);
      },
    };
  }

  #learn(group: GroupMetadata): void {
    this.groups.set(group.id, group);
    this.titles.set(group.id, group.subject);
    this.#failures.delete(group.id);
  }

  #change(change: Partial<GroupMetadata>): void {
    const { id } = change;
    if (id === undefined) return;
    if (change.subject !== undefined) this.titles.set(id, change.subject);
    if (isWhole(change)) return this.#learn(change);
    const known = this.groups.get(id);
    if (known !== undefined) this.groups.set(id, { ...known, ...change });
  }

  /** Who came, went or was given rights. A changed number has other addresses: that is asked about anew. */
  #members({ id, participants, action }: BaileysEventMap['group-participants.update']): void {
    const known = this.groups.get(id);
    if (known === undefined) return;
    const others = known.participants.filter((one) => !participants.some((changed) => isSame(changed.id, one.id)));
    switch (action) {
      case 'add':
        return this.groups.set(id, { ...known, participants: [...others, ...participants] });
      case 'remove':
        return this.groups.set(id, { ...known, participants: others });
      case 'promote':
      case 'demote': {
        const rights = action === 'promote' ? ADMIN : NO_ADMIN;
        const changed = known.participants.filter((one) => !others.includes(one)).map((one) => ({ ...one, ...rights }));
        return this.groups.set(id, { ...known, participants: [...others, ...changed] });
      }
      case 'modify':
        return void this.groups.delete(id);
    }
  }

  #vanishing(id: string | null | undefined, seconds: number | null | undefined): void {
    const known = this.groups.get(id ?? '');
    if (known === undefined || seconds === undefined) return;
    const { ephemeralDuration: _before, ...others } = known;
    this.groups.set(known.id, seconds === null ? others : { ...others, ephemeralDuration: seconds });
  }

  /** As they call themselves; the names of the owner's address book stay on his phone. */
  #person({ id, notify, verifiedName }: Partial<Contact>): void {
    const name = notify ?? verifiedName;
    if (id !== undefined && name !== undefined && name !== '') this.people.set(id, name);
  }

  #author(key: WAMessageKey): void {
    const { remoteJid, id, participant } = key;
    if (typeof remoteJid !== 'string' || typeof id !== 'string' || !isGroupJid(remoteJid)) return;
    if (typeof participant === 'string' && participant !== '') this.keys.set(`${remoteJid}|${id}`, key);
  }
}

const ADMIN = { admin: 'admin', isAdmin: true } as const;
const NO_ADMIN = { admin: null, isAdmin: false } as const;

function isWhole(change: Partial<GroupMetadata>): change is GroupMetadata {
  return change.id !== undefined && change.subject !== undefined && Array.isArray(change.participants);
}
