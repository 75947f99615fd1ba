/**
 * Turns, one at a time per conversation: what the last run left comes first, then what waits.
 *
 * begin (commit) → model or command → final text (commit) → outbox. An abort by the owner, by the deadline or by the end
 * of the process is obeyed at any point; the lane is released whatever happens. A turn that the end of the process cut
 * stays `running` in the store, its start taken off, and goes on at the next start.
 */
import { acknowledge, markRead } from '../delivery/acknowledgement.ts';
import { ParkedTurns, parkedStatus } from '../agent/parked.ts';
import type { ModelCall } from '../models/attempts.ts';
import { parseCommand } from '../commands/commands.ts';
import type { Fewer } from '../access/decision.ts';
import type { TurnStatus } from '../events.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { maxStarts } from '../limits.ts';
import { commitWhenWell, whenWell } from '../persist.ts';
import { StorageTrouble, type Tables } from '../storage.ts';
import {
  answerWithModel,
  interrupt,
  newRunningTurn,
  restartForEdit,
  restartWithFewer,
  type RunningTurn,
  type TurnParts,
} from './shown-answer.ts';
import { commandEnding, noticeEnding, unsupportedMedia } from './ending.ts';
import { finishTurn, renderEnding, type TurnEnding } from './finish.ts';
import { LeftOverTurns, type LeftOver } from './left-over.ts';
import { cameTooLate, fallOut, obstacleOf, setAside, tooLate, type Obstacle } from './obstacles.ts';
import { clearQueue, pickBatch, queued, wholeQueue } from './queue.ts';
import { retryDead, retryLast } from './retry.ts';
import { beginTurn, resumeTurn, unansweredInputs, type StartedTurn } from './start.ts';
import { statusOf, TurnTeller } from './tell.ts';
import type { ConversationId, LinkRow, MessageId, MessageRow, Millis, TurnId, TurnRow } from '../types.ts';
import { addUsage } from '../budget/usage.ts';

export class TurnEngine {
  readonly #parts: TurnParts;
  readonly #lanes: Lanes;
  readonly #running = new Map<ConversationId, RunningTurn>();
  readonly #leftOver = new LeftOverTurns();
  readonly #tell: TurnTeller;
  readonly #parked: ParkedTurns;
  /** Stop messages that did stop something; their answer says so. */
  readonly #stoppedBy = new Set<MessageId>();
  readonly #ending = new AbortController();

  constructor(parts: TurnParts) {
    this.#parts = parts;
    this.#tell = new TurnTeller(parts.ports, parts.events);
    this.#parked = new ParkedTurns(parts.ports, (turn) => this.decided(turn));
    this.#lanes = createLanes({
      limit: () => parts.ports.settings.get('turns.parallel'),
      log: parts.ports.log,
      work: (conversation) => this.#next(conversation),
      changed: parts.presence.follow(),
    });
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** The running turn of a conversation, or one that waits there for the owner to decide. */
  status(conversation: ConversationId): TurnStatus | null {
    return this.#running.get(conversation)?.status ?? this.#parked.status(conversation);
  }

  /** The owner has decided about a call of this turn, or his time is over: it goes on as soon as its lane is free. */
  decided(turn: TurnId): void {
    const row = this.#parked.takeDecided(turn);
    if (row !== null) this.#goOn(row, { stopped: false, silenced: false });
  }

  #goOn(row: TurnRow, how: Omit<LeftOver, 'row'>): void {
    this.#leftOver.add(row, how);
    this.#lanes.kick(row.conversation);
  }

  /** What has no lane yet ends when it gets one: all of it, or this one turn. */
  #endWaiting(conversation: ConversationId, silenced: boolean, only?: TurnId): void {
    this.#leftOver.stop(conversation, silenced, only);
    for (const row of this.#parked.takeAll(conversation, only)) this.#goOn(row, { stopped: true, silenced });
  }

  /** There may be something to answer in this conversation. */
  kick(conversation: ConversationId): void {
    this.#lanes.kick(conversation);
  }

  /** Stored just now: "stop" acts at once, everything else waits for its lane. */
  async arrived(messages: readonly MessageRow[]): Promise<void> {
    for (const message of messages) {
      if (message.state !== 'waiting') continue;
      const kind = this.#parts.links.row(message.link)?.kind ?? 'window';
      const isStop = parseCommand(message, kind)?.name === 'stop';
      if (isStop) await this.#stopFor(message);
      this.#lanes.kick(message.conversation);
    }
  }

  /** Their authors changed them; what is being answered and was not shown yet is answered as it reads now. */
  revised(messages: readonly MessageRow[]): void {
    for (const message of messages) {
      if (message.state === 'waiting') this.#lanes.kick(message.conversation);
      const running = this.#running.get(message.conversation);
      const isIts = running?.status?.row.id === message.turn;
      if (message.state === 'answering' && running !== undefined && isIts) restartForEdit(running);
    }
  }

  /** The message is stored whatever happens here: a disk that is full now must not make its channel offer it again. */
  async #stopFor(message: MessageRow): Promise<void> {
    try {
      if (await this.stop(message.conversation, message.seq)) this.#stoppedBy.add(message.id);
    } catch (error) {
      if (!(error instanceof StorageTrouble)) throw error;
      this.#parts.ports.log.write('warn', 'turn.queue-not-cleared', { reason: error.reason.code });
    }
  }

  /** Aborts the running turn and clears what waits before `beforeSeq`; false when there was neither. */
  async stop(conversation: ConversationId, beforeSeq = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    const running = this.#running.get(conversation);
    if (running !== undefined) interrupt(running, 'stop');
    this.#endWaiting(conversation, false);
    const { cleared, cut } = await this.#parts.ports.storage.commit((tables) => {
      const ids = clearQueue(tables, conversation, beforeSeq);
      // The store knows best: a turn that is just beginning is in it, one that has just ended is not.
      const begun = tables.turns.running().filter((turn) => turn.conversation === conversation);
      return { cleared: ids, cut: begun.some(({ kind }) => kind === 'reply') };
    });
    for (const id of cleared) this.#stoppedBy.delete(id);
    this.#tell.messages(cleared);
    return cut || cleared.length > 0;
  }

  /**
   * Ends the running turn, if there is one, and those that wait for the owner, or this one alone, without another word to
   * the chat; what waits behind it stays. Resolves when the lane is free. Never rejects.
   */
  async cut(conversation: ConversationId, only?: TurnId): Promise<void> {
    this.#endWaiting(conversation, true, only);
    const running = this.#running.get(conversation);
    // One that is just beginning looks by itself which questions it has.
    if (running === undefined || (only !== undefined && running.status?.row.id !== only)) return;
    running.silenced = true;
    interrupt(running, 'stop');
    await running.over.promise;
  }

  /** The turn begins anew with the questions that are left, where its chat has not been shown anything of it. */
  fewer({ conversation, turn, shown }: Fewer): void {
    const running = this.#running.get(conversation);
    // One that waits for the owner goes on with what is left by itself, and so does one that is just beginning.
    if (running?.status?.row.id !== turn || restartWithFewer(running) || shown === 'goes-on') return;
    void this.cut(conversation, turn);
  }

  /** Reads what the last run left and sets aside what is too old by now. Nothing begins yet. */
  async recover(): Promise<void> {
    const { storage } = this.#parts.ports;
    for (const row of storage.read.turns.running()) {
      // What the owner is asked about goes on being asked, and does not hold up what came after it.
      if (!this.#parked.add(row)) this.#leftOver.add(row);
    }
    const waiting = storage.read.messages.conversationsWaiting();
    const late = waiting.flatMap((conversation) =>
      queued(storage.read, conversation).filter((message) => cameTooLate(this.#parts, message)),
    );
    if (late.length > 0) {
      const ids = late.map(({ id }) => id);
      await storage.commit((tables) => tables.messages.mark(ids, 'late', { code: 'access.late' }));
    }
  }

  /** Running turns of the last run go on. Only once the links are there, or their answers would not be rendered for them. */
  resume(): void {
    for (const conversation of this.#leftOver.conversations()) this.#lanes.kick(conversation);
  }

  /** Begins nothing new and gives running turns `grace`, then cuts them; they go on at the next start. */
  async drain(grace: Millis): Promise<void> {
    const ended = this.#lanes.stop();
    this.#parked.close();
    using _grace = this.#parts.ports.clock.after(grace, () => {
      this.#ending.abort('shutdown');
      for (const running of this.#running.values()) interrupt(running, 'shutdown');
    });
    await ended;
  }

  async #next(conversation: ConversationId): Promise<boolean> {
    const running = newRunningTurn();
    this.#running.set(conversation, running);
    try {
      const leftOver = this.#leftOver.take(conversation);
      if (leftOver === undefined) return await this.#nextWaiting(conversation, running);
      running.silenced = leftOver.silenced;
      if (leftOver.stopped) interrupt(running, 'stop');
      const row = this.#parts.ports.storage.read.turns.get(leftOver.row.id);
      if (row?.state === 'running') await this.#resume(row, running);
      return true;
    } finally {
      this.#running.delete(conversation);
      running.over.resolve();
    }
  }

  async #nextWaiting(conversation: ConversationId, running: RunningTurn): Promise<boolean> {
    const { ports, links } = this.#parts;
    const waiting = await wholeQueue(ports, conversation, running.abort.signal);
    const link = links.row(waiting[0]?.link ?? '');
    if (link === null) return false;
    const batch = pickBatch(waiting, ports.settings.get('turns.mode'), link.kind);
    const turn = await commitWhenWell(ports.storage, this.#ending.signal, (tables) =>
      beginTurn(ports, tables, link, batch),
    );
    if (turn !== null) await this.#run(turn, running);
    else this.#notBegun(link, conversation, batch);
    return !this.#ending.signal.aborted;
  }

  /** Blocked, paused or stopped meanwhile, or the loop breaker stepped in. */
  #notBegun(link: LinkRow, conversation: ConversationId, batch: readonly MessageRow[]): void {
    const { events } = this.#parts;
    this.#tell.messages(batch.map(({ id }) => id));
    events.publish({ kind: 'conversation', conversation });
    events.publish({ kind: 'card', link: link.id });
  }

  async #resume(row: TurnRow, running: RunningTurn): Promise<void> {
    const { ports, links } = this.#parts;
    const link = links.row(row.link);
    const asked = unansweredInputs(ports.storage.read, row.id);
    const held = asked.map((message) => obstacleOf(this.#parts, link, message));
    // One that came too late holds up its whole turn: how the answer began may stand in the chat already.
    const late = held.includes(tooLate);
    const inputs = asked.filter((_, index) => held[index] === null);
    if (link === null || late || inputs.length === 0) return this.#setAside(row, asked, late ? [tooLate] : held);
    if (inputs.length < asked.length) await this.#fallOut(asked, held);
    if (row.starts >= maxStarts) {
      const delivery = ports.storage.read.deliveries.ofTurn(row.id);
      const conversation = ports.storage.read.conversations.get(row.conversation);
      if (delivery === null || conversation === null) return;
      const turn: StartedTurn = { row, delivery, conversation, link, role: 'unknown', inputs };
      return this.#finish(turn, noticeEnding(this.#parts, turn, 'dead', { code: 'turn.dead-letter' }, false));
    }
    const turn = await commitWhenWell(ports.storage, this.#ending.signal, (tables) => resumeTurn(tables, link, row));
    if (turn !== null) await this.#run(turn, running);
  }

  async #run(turn: StartedTurn, running: RunningTurn): Promise<void> {
    running.status = statusOf(turn.row);
    this.#tell.turn(running.status);
    this.#tell.messages(turn.inputs.map(({ id }) => id));
    markRead(this.#parts.ports, this.#parts.links, turn);
    if (turn.row.kind === 'command') return this.#runCommand(turn);
    const media = unsupportedMedia(this.#parts.ports.storage.read, turn);
    if (media !== null) return this.#finish(turn, noticeEnding(this.#parts, turn, 'done', media, true));
    using _sign = acknowledge(this.#parts.ports, this.#parts.links, turn);
    const replied = await answerWithModel(this.#parts, turn, running, (status) => this.#tell.turn(status));
    if (replied.kind === 'cut') return await this.#keepForNextStart(turn, replied.calls);
    if (replied.kind === 'asking') return this.#park(turn, running);
    // A cut may come when the last word has just been made: it stays here all the same.
    const { ending } = replied;
    return await this.#finish(turn, running.silenced ? { ...ending, deliver: false } : ending);
  }

  /** Its lane is free for what comes after it. A stop that came just now, or a decision, makes it go on at once. */
  #park({ row: { id } }: StartedTurn, running: RunningTurn): void {
    const row = this.#parts.ports.storage.read.turns.get(id);
    running.status = null;
    if (row === null || running.interrupted === 'shutdown') return;
    const stopped = running.interrupted === 'stop';
    if (stopped || !this.#parked.add(row)) return this.#goOn(row, { stopped, silenced: running.silenced });
    this.#tell.turn(parkedStatus(row));
  }

  /** Cut by the end of the process: not the turn's fault, so the start does not count. What was asked was asked, though. */
  async #keepForNextStart({ row }: StartedTurn, calls: readonly ModelCall[]): Promise<void> {
    const { storage, ids } = this.#parts.ports;
    await commitWhenWell(storage, this.#ending.signal, (tables) => {
      const now = tables.turns.get(row.id);
      if (now !== null) tables.turns.put({ ...now, starts: row.starts - 1 });
      addUsage(tables, row, calls, ids);
    });
  }

  async #runCommand(turn: StartedTurn): Promise<void> {
    const [message] = turn.inputs;
    const stopped = message !== undefined && this.#stoppedBy.delete(message.id);
    const { conversation } = turn.row;
    const made = await whenWell(this.#parts.ports.storage, this.#ending.signal, () =>
      commandEnding(this.#parts, turn, stopped),
    );
    if (made === null) return;
    const { ending, result } = made;
    if (result.retryLast !== true) {
      await this.#finish(turn, ending);
      return result.after?.();
    }
    const asked: MessageId[] = [];
    // Said and done in one commit: whoever reads that it is tried again can rely on it.
    const apply = (tables: Tables): void => void asked.splice(0, asked.length, ...retryLast(tables, conversation));
    await this.#finish(turn, { ...ending, apply });
    this.#askedAgain(conversation, asked);
  }

  async #finish(turn: StartedTurn, ending: TurnEnding): Promise<void> {
    const { ports, events, links, outbox } = this.#parts;
    const channel = links.channel(turn.row.link);
    const parts = renderEnding(ports, channel, ending);
    const newPartId = (): string | null => channel?.newPartId() ?? null;
    const finished = await commitWhenWell(ports.storage, this.#ending.signal, (tables) =>
      finishTurn(ports, tables, turn, ending, parts, newPartId),
    );
    if (finished === null) return;
    if (finished.send) outbox.kick(turn.row.conversation);
    else if (ending.deliver) links.noteOut(turn.row.link);
    events.publish({ kind: 'message', message: finished.answer, added: true });
    for (const message of finished.inputs) events.publish({ kind: 'message', message, added: false });
    const row = ports.storage.read.turns.get(turn.row.id) ?? turn.row;
    // The lane is still taken, but for whoever looks the turn is over.
    const running = this.#running.get(row.conversation);
    if (running !== undefined) running.status = null;
    this.#tell.turn({ ...statusOf(row), model: row.model });
    const parked = this.#parked.status(row.conversation);
    if (parked !== null) this.#tell.turn(parked);
    if (ending.calls.length > 0) events.publish({ kind: 'usage' });
    this.#tell.calls(row);
  }

  /** The messages of the last reply wait again; its answer is superseded. False when there is none to repeat. */
  retryLast(conversation: ConversationId): Promise<boolean> {
    const { storage } = this.#parts.ports;
    return this.#again(
      conversation,
      storage.commit((tables) => retryLast(tables, conversation)),
    );
  }

  /** The same for a dead letter, which need not be the last; false when the turn is none. */
  retryDead(message: MessageRow): Promise<boolean> {
    return this.#again(message.conversation, retryDead(this.#parts.ports.storage, message));
  }

  async #again(conversation: ConversationId, asking: Promise<readonly MessageId[]>): Promise<boolean> {
    const changed = await asking;
    this.#askedAgain(conversation, changed);
    return changed.length > 0;
  }

  #askedAgain(conversation: ConversationId, changed: readonly MessageId[]): void {
    this.#tell.messages(changed);
    if (changed.length > 0) this.#lanes.kick(conversation);
  }

  /** A turn of the last run ends without an answer; its questions become what holds each of them up. */
  async #setAside(row: TurnRow, inputs: readonly MessageRow[], held: readonly (Obstacle | null)[]): Promise<void> {
    const { storage, clock } = this.#parts.ports;
    await commitWhenWell(storage, this.#ending.signal, (tables) => setAside(tables, row, inputs, held, clock.now()));
    this.#tell.messages(inputs.map(({ id }) => id));
    this.#tell.calls(row);
  }

  /** Some of the questions of a turn of the last run may not be answered any more; the others are. */
  async #fallOut(inputs: readonly MessageRow[], held: readonly (Obstacle | null)[]): Promise<void> {
    const out = await commitWhenWell(this.#parts.ports.storage, this.#ending.signal, (tables) =>
      fallOut(tables, inputs, held),
    );
    this.#tell.messages(out ?? []);
  }
}
