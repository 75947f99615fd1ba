/**
 * What the product's rules say about each message, told as simply as possible and apart from the gateway's own code:
 * who may be answered, what waits, what is being answered, and so which chat may hear anything at all.
 *
 * The rule itself is {@link Oracle.mayBeAnswered}; everything else only follows messages to the moment at which it counts.
 */
import type { GroupAnswer, Role } from '../../../../main/gateway/types.ts';
import { groups, people, type Place } from './cast.ts';

const minute = 60_000;
const starts = 5;

/**
 * `absent`: not stored at all. `aside`: answered only when the owner asks for it. `queued`: its turn has not begun.
 * `unsure`: the rules leave it open what becomes of it; looked up once the gateway is quiet.
 */
export type Standing =
  'absent' | 'overheard' | 'kept' | 'aside' | 'ignored' | 'queued' | 'running' | 'answered' | 'stopped' | 'unsure';

export interface Said {
  readonly id: number;
  readonly who: number;
  readonly place: Place;
  readonly topic: boolean;
  readonly command: string | null;
  /** Milliseconds, to the second. */
  readonly at: number;
  addressed: boolean;
  standing: Standing;
  order: number;
  /** The owner wants it answered, whatever its age and whatever is paused. */
  asked: boolean;
  once: boolean;
  deaths: number;
  /** A turn was begun for it. */
  begun: boolean;
  /** Something of its answer may still come. */
  open: boolean;
  /** Not held to exactly one answer: chance, or the owner, had a hand in it. */
  excused: boolean;
}

export class Oracle {
  readonly #early = new Set<Said>();
  readonly said: Said[] = [];
  readonly roles: Role[] = people.map(({ role }) => role);
  readonly groups: GroupAnswer[] = groups.map(({ answer }) => answer);
  readonly paused = { all: false, link: false, conversations: new Set<string>() };
  everyone = false;
  held = false;
  linkedAt = 0;
  readonly #mode: 'collect' | 'followup';
  readonly #now: () => number;
  #orders = 0;

  constructor(mode: 'collect' | 'followup', now: () => number) {
    this.#mode = mode;
    this.#now = now;
  }

  /** The rule. Whoever is blocked never is; groups are the owner's to allow, private chats each person's own. */
  mayBeAnswered({ who, place, once }: Said): boolean {
    const role = this.roles[who];
    if (role === 'blocked') return false;
    if (place.kind === 'group') return ['mention', 'always'].includes(this.groups[place.group] ?? 'off');
    return role === 'owner' || role === 'guest' || this.everyone || once;
  }

  /** Anything may be heard in its chat because of this message, now. */
  isHeard(said: Said): boolean {
    if (!said.open) return false;
    if (said.standing === 'queued' || said.standing === 'unsure') return this.mayBeAnswered(said);
    // Begun when it was allowed: only a plain no takes it back.
    const off = said.place.kind === 'group' && this.groups[said.place.group] === 'off';
    return ['running', 'answered', 'stopped'].includes(said.standing) && this.roles[said.who] !== 'blocked' && !off;
  }

  arrives(said: Said): void {
    const role = this.roles[said.who];
    const { place } = said;
    const answer = place.kind === 'group' ? this.groups[place.group] : null;
    said.order = ++this.#orders;
    if (answer === 'off') return;
    if (answer !== null && answer !== 'always' && !said.addressed) {
      if (answer === 'mention' && role !== 'blocked') said.standing = 'overheard';
      return;
    }
    if (role === 'blocked') said.standing = 'ignored';
    else if (said.at < this.linkedAt) said.standing = 'ignored';
    else if (!this.mayBeAnswered(said)) said.standing = 'kept';
    else if (this.#isTooLate(said)) said.standing = 'aside';
    else if (this.#isPaused(said)) said.standing = 'aside';
    else this.#queue(said);
    if (said.standing === 'queued' && said.command === 'stop') this.#stop(said);
    this.#drain(said);
  }

  /** Its author changed it; only talk is changed. */
  edited(said: Said, mention: boolean): void {
    if (said.standing !== 'absent' && said.standing !== 'overheard') return;
    said.addressed = mention || said.place.kind === 'private';
    // Forgotten and said anew: another message.
    if (said.begun) said.excused = true;
    this.arrives(said);
  }

  setRole(who: number, role: Exclude<Role, 'unknown'>): void {
    this.roles[who] = role;
    for (const said of this.said.filter((one) => one.who === who)) {
      if (role === 'blocked') this.#shutOut(said);
      else if (said.standing === 'kept' && said.place.kind === 'private') this.#queue(this.#asGuest(said), true);
    }
    this.#drainAll();
  }

  allowOnce(who: number): void {
    if (this.roles[who] !== 'unknown' || this.everyone) return;
    for (const said of this.said) {
      if (said.who !== who || said.standing !== 'kept' || said.place.kind !== 'private') continue;
      said.once = true;
      this.#queue(this.#asGuest(said), true);
    }
    this.#drainAll();
  }

  forget(who: number): void {
    this.roles[who] = 'unknown';
    this.paused.conversations.delete(`private ${String(who)}`);
    for (const said of this.said) {
      if (said.who === who && said.place.kind === 'private')
        Object.assign(said, { standing: 'absent', open: false, once: false });
    }
    this.#drainAll();
  }

  setEveryone(on: boolean): void {
    this.everyone = on;
    for (const said of on ? this.said : []) {
      if (said.standing !== 'kept' || said.place.kind !== 'private' || !this.mayBeAnswered(said)) continue;
      if (this.#isTooLate(said)) said.standing = 'aside';
      else this.#queue(said);
    }
    this.#drainAll();
  }

  setGroup(group: number, answer: 'off' | 'mention' | 'always'): void {
    this.groups[group] = answer;
    for (const said of this.said.filter(({ place }) => place.kind === 'group' && place.group === group)) {
      if (said.standing === 'kept' && answer === 'off') said.standing = 'ignored';
      else if (said.standing === 'kept') this.#queue(said, true);
      else if (said.standing === 'running' && answer === 'off') said.standing = 'stopped';
      else if (said.open && answer === 'off') said.excused = true;
    }
    this.#drainAll();
  }

  /** `all`, `link`, or a conversation. */
  pause(what: string, on: boolean): void {
    if (what === 'all') this.paused.all = on;
    else if (what === 'link') this.paused.link = on;
    else if (on) this.paused.conversations.add(what);
    else this.paused.conversations.delete(what);
  }

  /** True: it has to be answered if it may be. False: it has to be refused. Null: either. */
  answerNow(said: Said): boolean | null {
    if (said.standing === 'kept') return false;
    if (said.standing !== 'aside') return null;
    this.#queue(said, true);
    this.#drain(said);
    return true;
  }

  retry(conversation: string): void {
    const here = this.said.filter((said) => conversationOf(said) === conversation);
    if (here.some(({ standing }) => standing === 'running')) return;
    const over = here.filter(({ begun, command, standing }) => begun && command === null && standing !== 'absent');
    for (const said of over) Object.assign(said, { standing: 'unsure', open: true, asked: true, excused: true });
  }

  /** The program ends and begins anew: what was running is judged as at its beginning. */
  restart(how: 'orderly' | 'death'): void {
    for (const said of this.said) if (said.standing === 'running') said.deaths += how === 'death' ? 1 : 0;
    const running = Map.groupBy(
      this.said.filter(({ standing }) => standing === 'running'),
      conversationOf,
    );
    for (const turn of running.values()) {
      // How its answer began may stand in the chat already.
      if (turn.some((said) => this.#isTooLate(said)))
        for (const said of turn) Object.assign(said, { standing: 'aside', excused: true });
      else if (turn.some(({ deaths }) => deaths >= starts))
        for (const said of turn) Object.assign(said, { standing: 'stopped' });
      else for (const said of turn) if (!this.mayBeAnswered(said)) this.#fallOut(said);
    }
    for (const said of this.said) if (said.standing === 'queued' && this.#isTooLate(said)) said.standing = 'aside';
    this.#drainAll();
  }

  /** The link is taken away with what waits there and with everybody's role, and another one comes under its name. */
  relink(): void {
    this.linkedAt = this.#now();
    this.paused.link = false;
    this.everyone = false;
    this.roles.fill('unknown');
    this.groups.fill('unknown');
    for (const said of this.said) {
      if (['queued', 'kept'].includes(said.standing)) said.standing = 'aside';
      if (said.standing === 'running' || (said.standing === 'answered' && said.open)) said.excused = true;
    }
  }

  /** Nobody was there: what is still on its way may have become too old to go out by itself. */
  slept(): void {
    for (const said of this.said) if (said.open && said.standing === 'answered') said.excused = true;
  }

  release(): void {
    this.held = false;
    for (const said of this.said) if (said.standing === 'running') said.standing = 'answered';
    this.#drainAll();
  }

  /** Written before its author was anybody: it is answered, and orders nothing. */
  #asGuest(said: Said): Said {
    this.#early.add(said);
    return said;
  }

  #queue(said: Said, asked = false): void {
    Object.assign(said, { standing: 'queued', open: true, asked });
  }

  #shutOut(said: Said): void {
    if (said.standing === 'kept') said.standing = 'ignored';
    if (said.standing === 'aside') Object.assign(said, { standing: 'unsure', open: false });
    if (said.standing === 'answered' && said.open) said.excused = true;
    if (said.standing !== 'running') return;
    Object.assign(said, { standing: 'ignored', open: false });
    // Who asked along is answered without him, or not at all where the chat was shown a part of it.
    for (const other of this.said) {
      if (other.standing !== 'running' || conversationOf(other) !== conversationOf(said)) continue;
      Object.assign(other, { standing: 'unsure', excused: true });
    }
  }

  #fallOut(said: Said): void {
    const off = said.place.kind === 'group' && this.groups[said.place.group] === 'off';
    const standing = off || this.roles[said.who] === 'blocked' ? 'ignored' : 'kept';
    Object.assign(said, { standing, asked: false });
  }

  /** Owners' commands work all the same: one of them ends the pause. */
  #isPaused(said: Said): boolean {
    if (said.command !== null && this.roles[said.who] === 'owner') return false;
    return this.paused.all || this.paused.link || this.paused.conversations.has(conversationOf(said));
  }

  #isTooLate({ at, asked, who, place }: Said): boolean {
    const age = this.#now() - at;
    const owners = place.kind === 'private' && this.roles[who] === 'owner';
    return !asked && age > (owners ? 24 * 60 : 30) * minute;
  }

  #stop(stop: Said): void {
    for (const said of this.said) {
      if (conversationOf(said) !== conversationOf(stop) || said === stop) continue;
      if (said.standing === 'running') Object.assign(said, { standing: 'stopped', excused: true });
      if (said.standing === 'queued') said.standing = 'aside';
    }
  }

  #drainAll(): void {
    for (const said of this.said) if (said.standing === 'queued') this.#drain(said);
  }

  /** Turn after turn of one conversation begins, until one has to wait for the model. */
  #drain(of: Said): void {
    const here = this.said.filter((said) => conversationOf(said) === conversationOf(of));
    while (!here.some(({ standing }) => standing === 'running')) {
      const waiting = here
        .filter(({ standing }) => standing === 'queued')
        .sort((one, other) => one.order - other.order);
      const [first] = waiting;
      if (first === undefined) return;
      const firstCommand = waiting.findIndex(({ command }) => command !== null);
      const end = firstCommand === -1 ? waiting.length : Math.max(1, firstCommand);
      for (const said of waiting.slice(0, this.#mode === 'followup' ? 1 : end)) this.#begin(said);
    }
  }

  #begin(said: Said): void {
    if (!this.mayBeAnswered(said)) this.#fallOut(said);
    else if (this.#isPaused(said) && !said.asked) said.standing = 'aside';
    else if (said.command !== null) this.#obey(said);
    else Object.assign(said, { standing: this.held ? 'running' : 'answered', begun: true });
  }

  #obey(said: Said): void {
    said.standing = 'answered';
    const here = conversationOf(said);
    if (said.command === 'retry') this.retry(here);
    if (this.roles[said.who] !== 'owner' || this.#early.has(said)) return;
    if (said.command === 'pause') this.pause(here, true);
    if (said.command === 'resume') this.pause(here, false);
  }
}

/** One (chat, topic). */
export function conversationOf({ place, topic }: Pick<Said, 'place' | 'topic'>): string {
  if (place.kind === 'private') return `private ${String(place.who)}`;
  return `group ${String(place.group)}${topic ? ' topic' : ''}`;
}
