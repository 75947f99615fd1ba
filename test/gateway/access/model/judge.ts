/**
 * Holds what the platform was asked for against the rules: each call that is addressed to a chat needs a message there
 * that may be answered, each answer names only such messages, and in the end each message that was to be answered is,
 * once. Owners' private chats also hear of cards.
 */
import { expect } from 'vitest';
import type { RecordedRequest } from '../../../emulators/telegram/types.ts';
import { answeredIn, people, placeOf, wordsOf, type Place } from './cast.ts';
import { conversationOf, type Said } from './oracle.ts';
import { chatOf, conversationRow, noteRows, standingNow, type Stage } from './stage.ts';

/** They say nothing to anybody; a menu that is taken away is nothing to be seen either. */
const silent = ['getupdates', 'getme', 'getwebhookinfo', 'getfile', 'file', 'deletemycommands'];
const sends = ['sendmessage', 'sendrichmessage', 'senddocument', 'editmessagetext'];

export class Judge {
  readonly #stage: Stage;
  /** Messages because of which something could be heard since it was last quiet. */
  readonly #heard = new Set<number>();
  readonly #owners = new Set<number>();
  readonly #named = new Set<number>();
  /** Said or changed while nobody waited. */
  readonly #hasty = new Set<Said>();
  /** Answers that were sent. */
  readonly #sent = new Set<number>();
  /** Answers whose last send did not go well (of commands: the place), and places where ever one did not. */
  readonly #failing = new Set<string | number>();
  readonly #failed = new Set<string>();
  /** Messages that have or had a sign of ours. */
  readonly #signs = new Set<string>();
  #seen: number;
  #inHaste = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#seen = stage.test.telegram.requests.length;
  }

  /** After a step: `hasty` when the next one does not wait for what follows from it. */
  look(hasty: boolean): void {
    const { oracle, touched } = this.#stage;
    this.#inHaste ||= hasty;
    if (this.#inHaste) for (const said of touched) this.#hasty.add(said);
    touched.clear();
    for (const said of oracle.said) {
      if (oracle.isHeard(said) || (this.#hasty.has(said) && oracle.mayBeAnswered(said))) this.#heard.add(said.id);
    }
    for (const [who, role] of oracle.roles.entries()) {
      if (role === 'owner') this.#owners.add(who);
      if (role === 'owner' || role === 'guest') this.#named.add(who);
    }
  }

  /** It is quiet: what was heard meanwhile is judged, and what was left open is looked up. */
  settle(what: string): void {
    const { oracle, test } = this.#stage;
    const fresh = test.telegram.requests.slice(this.#seen);
    this.#seen = test.telegram.requests.length;
    for (const request of fresh) this.#judge(request, what);
    noteRows(this.#stage);
    if (this.#inHaste) for (const said of oracle.said) this.#leaveOpen(said);
    if (this.#inHaste) for (const said of oracle.said) this.#lookUpPause(said);
    for (const said of oracle.said) if (said.standing === 'unsure') this.#lookUp(said, what);
    for (const said of oracle.said) {
      const over = said.standing === 'answered' || said.standing === 'stopped';
      if (over && !this.#isHeldUp(said)) said.open = false;
    }
    this.#inHaste = false;
    for (const set of [this.#heard, this.#owners, this.#named, this.#hasty]) set.clear();
  }

  /** Everything was released and has had its time. */
  end(): void {
    const { oracle, test } = this.#stage;
    for (const said of oracle.said) {
      const chats = new Set([chatOf(this.#stage, said.place), this.#stage.written[said.id]?.chat.id ?? 0]);
      const ours = [...chats].flatMap((chat) =>
        test.bot.history(chat).filter(({ from }) => from.id === test.bot.me.id),
      );
      const answers = ours.filter((message) => answeredIn(JSON.stringify(message)).includes(said.id)).length;
      const name = `answers to ${this.#describe(said)}`;
      const twice = this.#failed.has(keyOf(said.place));
      if (said.standing === 'answered' && !said.excused) {
        expect(answers, name).toBeGreaterThan(0);
        expect(answers, name).toBeLessThanOrEqual(twice ? 2 : 1);
      }
    }
  }

  #judge(request: RecordedRequest, what: string): void {
    const method = request.apiMethod?.toLowerCase() ?? '';
    if (silent.includes(method) || this.#takesSignAway(method, request)) return;
    const { params } = request;
    const told = `${what}: ${String(request.apiMethod)} ${JSON.stringify(params)}`;
    if (method === 'answercallbackquery') {
      return expect([...this.#stage.handles], told).toContain(params['callback_query_id']);
    }
    const chat = chatIn(params);
    if (method === 'setmycommands') return this.#judgeMenu(chat, told);
    const place = placeOf(Number(chat));
    if (place === null) return expect.unreachable(`${told}: to nobody we know`);
    if (sends.includes(method)) this.#note(place, request);
    const isOwners = place.kind === 'private' && this.#owners.has(place.who);
    const here = this.#stage.oracle.said.filter((said) => keyOf(said.place) === keyOf(place));
    const because = here.filter(({ id }) => this.#heard.has(id));
    if (!isOwners && because.length === 0) {
      expect.unreachable(
        `${told}: nothing there may be answered\n${here.map((said) => this.#describe(said)).join('\n')}`,
      );
    }
    for (const id of answeredIn(JSON.stringify(params))) {
      const said = this.#stage.oracle.said[id];
      const mayBe = this.#heard.has(id) && said !== undefined && keyOf(said.place) === keyOf(place);
      if (!mayBe) expect.unreachable(`${told}: may not be answered: ${said === undefined ? '' : this.#describe(said)}`);
    }
  }

  /** A sign of ours that goes says as little as a menu that does; that it came was judged. */
  #takesSignAway(method: string, { params }: RecordedRequest): boolean {
    if (method !== 'setmessagereaction') return false;
    const message = `${String(chatIn(params))} ${String(params['message_id'])}`;
    if (JSON.stringify(params['reaction']) === '[]') return this.#signs.has(message);
    this.#signs.add(message);
    return false;
  }

  #judgeMenu(chat: unknown, told: string): void {
    if (chat === undefined) return;
    const place = placeOf(Number(chat));
    const theirs = place?.kind === 'private' && this.#named.has(place.who);
    expect(theirs, `${told}: a menu for somebody who was not allowed`).toBe(true);
  }

  #note(place: Place, { status, answer, params }: RecordedRequest): void {
    const named = answeredIn(JSON.stringify(params));
    const about = named.length === 0 ? [keyOf(place)] : [...named, keyOf(place)];
    const well = status === 200 && answer?.ok === true;
    for (const one of about) {
      if (well) this.#failing.delete(one);
      else this.#failing.add(one);
    }
    for (const one of named) {
      if (well) this.#sent.add(one);
      else this.#sent.delete(one);
    }
    if (!well) this.#failed.add(keyOf(place));
  }

  /** Its own answer is tried again, or stands behind one that is. */
  #isHeldUp({ id, place }: Said): boolean {
    if (this.#sent.has(id)) return false;
    const there = this.#stage.oracle.said.filter((other) => keyOf(other.place) === keyOf(place));
    return this.#failing.has(keyOf(place)) || there.some((other) => this.#failing.has(other.id));
  }

  /** Chance had a hand in it: what became of it is looked up, and only held against what could be heard. */
  #leaveOpen(said: Said): void {
    const settled = said.standing === 'answered' && !said.open && !this.#hasty.has(said);
    if (!settled) Object.assign(said, { standing: 'unsure', excused: true });
  }

  #lookUp(said: Said, what: string): void {
    const standing = standingNow(this.#stage, said);
    const begun = standing === 'running' || standing === 'answered';
    if (begun && !said.begun && !this.#heard.has(said.id))
      expect.unreachable(`${what}: a turn was begun for ${this.#describe(said)}`);
    Object.assign(said, {
      standing,
      excused: true,
      begun: said.begun || begun,
      open: ['queued', 'running', 'answered'].includes(standing),
    });
  }

  /** A command may have come before or after what took away the right to it. */
  #lookUpPause(said: Said): void {
    const row = conversationRow(this.#stage, said);
    if (row !== null) this.#stage.oracle.pause(conversationOf(said), row.pausedUntil !== null);
  }

  #describe(said: Said): string {
    const { id, who, place, standing, addressed, open, once, command } = said;
    const role = this.#stage.oracle.roles[who];
    const at = place.kind === 'private' ? 'in private' : `in group ${String(place.group)}`;
    const more = JSON.stringify({ standing, addressed, open, once, command });
    return `${wordsOf(id)} of ${String(people[who]?.id)} (${String(role)}) ${at} ${more}`;
  }
}

function keyOf(place: Place): string {
  return place.kind === 'private' ? `private ${String(place.who)}` : `group ${String(place.group)}`;
}

function chatIn(params: Readonly<Record<string, unknown>>): unknown {
  const { chat_id: chat, scope } = params as { readonly chat_id?: unknown; readonly scope?: unknown };
  if (scope === undefined) return chat;
  const read: unknown = typeof scope === 'string' ? JSON.parse(scope) : scope;
  return (read as { readonly chat_id?: unknown }).chat_id;
}
