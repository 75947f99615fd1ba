/** Lets one step happen, at the gateway and in the rules. What follows from it is waited for elsewhere. */
import { assertNever } from '../../../../main/lib/assert-never.ts';
import type { Card, CardAnswer } from '../../../../main/gateway/cards/types.ts';
import { untilResumed } from '../../../../main/gateway/limits.ts';
import { expect } from 'vitest';
import { forum, groups, migrating, movedTo, oddCommand, people, wordsOf, type Place } from './cast.ts';
import { conversationOf, type Said } from './oracle.ts';
import { chatOf, conversationRow, noteRows, storedRow, type Stage } from './stage.ts';
import type { Among, Step } from './steps.ts';

const minute = 60_000;

export async function perform(stage: Stage, step: Step): Promise<void> {
  const { test, oracle, traffic, model, met } = stage;
  const { bot } = test;
  switch (step.kind) {
    case 'say':
      return say(stage, step);
    case 'edit':
      return edit(stage, step);
    case 'role':
      return setRole(stage, step);
    case 'once':
      return allowOnce(stage, step);
    case 'forget':
      return forget(stage, step.who);
    case 'everyone':
      return setEveryone(stage, step.on);
    case 'group':
      return setGroup(stage, step);
    case 'migrate':
      return migrate(stage);
    case 'press':
      return press(stage, step);
    case 'restart':
    case 'crash':
      return begin(stage, step.kind);
    case 'relink':
      return relink(stage);
    case 'pause':
      return pause(stage, step);
    case 'sleep':
      met.add('the computer sleeps');
      test.sleep(step.minutes * minute);
      return oracle.slept();
    case 'answer-now':
      return answerNow(stage, step);
    case 'retry':
      return retry(stage, step.pick);
    case 'fault':
      met.add(step.fault === 'unknown' ? 'a send of which nobody knows' : 'a send that fails');
      if (step.fault === 'unknown') return bot.fault('sendMessage', { kind: 'drop', executed: true });
      return bot.fault('sendMessage', { kind: 'status', status: 500 });
    case 'pass':
      return traffic.pass(test, step.ms);
    case 'hold':
      oracle.held = true;
      return model.hold();
    case 'release':
      model.release();
      return oracle.release();
    default:
      return assertNever(step, 'step');
  }
}

function say(stage: Stage, step: Extract<Step, { kind: 'say' }>): void {
  const { test, oracle, met, written } = stage;
  const { bot, clock } = test;
  const { who, where } = step;
  const place: Place = where.kind === 'private' ? { kind: 'private', who } : { kind: 'group', group: where.group };
  const topic = where.kind === 'group' && where.group === forum && where.topic;
  const chatId = chatOf(stage, place);
  const id = oracle.said.length;
  const command = commandFor(stage, who, step.command);
  const replied = where.kind === 'group' && where.how === 'reply' ? lastOfOurs(stage, chatId) : undefined;
  const mention = where.kind === 'group' && where.how === 'mention' && command === null;
  const words = command === null ? wordsOf(id) : command === 'odd' ? oddCommand(id) : `/${command}`;
  const { message } = bot.say({
    chatId,
    from: { id: people[who]?.id ?? 0 },
    text: mention ? `@${String(bot.me.username)} ${words}` : words,
    ...(topic ? { thread: stage.topic } : {}),
    ...(replied === undefined || topic ? {} : { replyTo: replied }),
    ...(step.age === 0 ? {} : { date: Math.floor(clock.now() / 1000) - step.age * 60 }),
  });
  written[id] = message;
  const addressed = place.kind === 'private' || command !== null || mention || (replied !== undefined && !topic);
  const said: Said = {
    ...{ id, who, place, topic, command, addressed, at: message.date * 1000 },
    ...{ standing: 'absent', order: 0, asked: false, once: false, deaths: 0, begun: false, open: false },
    excused: command !== null && command !== 'odd',
  };
  noteSaying(stage, said, step.age);
  oracle.said.push(said);
  stage.touched.add(said);
  oracle.arrives(said);
  if (said.standing === 'queued') met.add('a message that waits behind another');
}

/** What an owner's command decides is decided by other steps here; of others it must decide nothing. */
function commandFor({ oracle }: Stage, who: number, command: string | null): string | null {
  return decides(command) && oracle.roles[who] === 'owner' ? 'help' : command;
}

function decides(command: string | null): boolean {
  return command?.startsWith('allow') === true || command?.startsWith('ignore') === true;
}

/** A command that is kept is obeyed with the rights of the one who sent it, as they are then. */
function hasDecided({ oracle }: Stage, who: number): boolean {
  return oracle.said.some((said) => said.who === who && decides(said.command) && said.standing !== 'answered');
}

function lastOfOurs({ test }: Stage, chatId: number): number | undefined {
  return test.bot.history(chatId).findLast(({ from }) => from.id === test.bot.me.id)?.message_id;
}

function noteSaying({ oracle, met }: Stage, { who, place, command, addressed, topic }: Said, age: number): void {
  const role = oracle.roles[who] ?? 'unknown';
  met.add(`a message of: ${role}`);
  if (age > 0) met.add('a message that comes late');
  if (command !== null && role !== 'owner') met.add(`a command of: ${role}`);
  if (place.kind === 'private') met.add('a private message');
  if (place.kind !== 'group') return;
  const answer = oracle.groups[place.group] ?? 'off';
  met.add(`in a group (${answer}): ${addressed ? 'for us' : 'for others'}`);
  if (topic) met.add('a message in a topic');
}

function among({ oracle, moved, written }: Stage, kind: Among, pick: number): Said | undefined {
  const lost = (said: Said): boolean =>
    moved && said.place.kind === 'group' && said.place.group === migrating && written[said.id]?.chat.id !== movedTo;
  const found = oracle.said.filter(
    (said) => said.command === null && !lost(said) && (kind === 'any' || said.standing === kind),
  );
  return found[pick % Math.max(1, found.length)];
}

function edit(stage: Stage, { among: kind, pick, mention }: Extract<Step, { kind: 'edit' }>): void {
  const { test, oracle, met, written } = stage;
  const said = among(stage, kind, pick);
  const message = said === undefined ? undefined : written[said.id];
  if (said === undefined || message === undefined) return;
  const before = said.standing;
  met.add(`an edit of a message that is: ${before}`);
  if (mention && before === 'overheard') met.add('an edit that adds a mention');
  const words = `${wordsOf(said.id)} changed ${String(test.telegram.requests.length)}`;
  const named = mention ? `@${String(test.bot.me.username)} ${words}` : words;
  stage.touched.add(said);
  written[said.id] = test.bot.edit(message.chat.id, message.message_id, named);
  oracle.edited(said, mention);
}

const cardAnswers = { owner: 'owner', guest: 'allow', blocked: 'ignore' } as const;

async function setRole(stage: Stage, { who, role: wanted, by }: Extract<Step, { kind: 'role' }>): Promise<void> {
  const { test, oracle, met } = stage;
  const role = wanted === 'owner' && hasDecided(stage, who) ? 'guest' : wanted;
  const before = oracle.roles[who] ?? 'unknown';
  if (role === 'blocked') met.add('block');
  else met.add(before === 'owner' && role === 'guest' ? 'revoke' : 'approve');
  noteLoss(stage, who, role === 'blocked');
  const address = String(people[who]?.id);
  if (by === 'window' || !(await answerCard(stage, address, cardAnswers[role], by))) {
    await test.gateway.people.setRole('bot', address, role, 'owner');
  }
  oracle.setRole(who, role);
}

/** A right is taken away while something of that person waits: what the checks at the beginning of a turn are for. */
function noteLoss({ oracle, met }: Stage, who: number, blocked: boolean): void {
  const theirs = oracle.said.filter((said) => said.who === who && (blocked || said.place.kind === 'private'));
  if (theirs.some(({ standing }) => standing === 'queued')) met.add('a right lost while a message waits');
  if (blocked && theirs.some(({ standing }) => standing === 'running')) met.add('a block while a turn runs');
  if (blocked && theirs.some(({ standing, open }) => standing === 'answered' && open))
    met.add('a block before a resend');
}

/** False: there is no such card, or no message with its button. */
async function answerCard(stage: Stage, address: string, answer: CardAnswer, by: 'card' | 'button'): Promise<boolean> {
  const { test, oracle, met, handles } = stage;
  const isTheirs = (card: Card): boolean => card.kind === 'person' && card.address === address;
  const card = test.gateway.cards.open().find(isTheirs);
  if (card?.answers.includes(answer) !== true) return false;
  if (by === 'card') {
    met.add('a decision on a card');
    return (await test.gateway.cards.answer(card.id, answer)).ok;
  }
  const owner = people[0]?.id ?? 0;
  const data = `${card.id}/${answer}`;
  const message = test.bot
    .history(owner)
    .findLast(({ reply_markup: below }) => below?.inline_keyboard.flat().some((one) => one.callback_data === data));
  if (message === undefined || oracle.roles[0] !== 'owner') return false;
  met.add('a decision by a button');
  handles.add(test.bot.press(owner, message.message_id, data));
  // It goes through the platform: what the owner does next in the window would come before it.
  await test.until(() => test.gateway.cards.open().some(({ id }) => id === card.id), false);
  return true;
}

async function allowOnce(stage: Stage, { who, by }: Extract<Step, { kind: 'once' }>): Promise<void> {
  const address = String(people[who]?.id);
  const done = by === 'card' && (await answerCard(stage, address, 'once', 'card'));
  const allowed = done || (await stage.test.gateway.people.allowOnce('bot', address)).ok;
  if (allowed) stage.met.add('allow once');
  stage.oracle.allowOnce(who);
}

async function forget(stage: Stage, who: number): Promise<void> {
  const { test, oracle, met } = stage;
  noteLoss(stage, who, false);
  if (oracle.roles[who] === 'owner' || oracle.roles[who] === 'guest') met.add('revoke');
  const forgotten = await test.gateway.people.forget('bot', String(people[who]?.id));
  if (!forgotten.ok) return;
  met.add('forget');
  oracle.forget(who);
}

async function setEveryone(stage: Stage, on: boolean): Promise<void> {
  const { test, oracle, met } = stage;
  const { people: gates } = test.gateway;
  if (oracle.everyone !== on) met.add(on ? 'everyone may write' : 'not everyone may write any more');
  if (!on) for (const who of people.keys()) if (oracle.roles[who] === 'unknown') noteLoss(stage, who, false);
  if (on) await gates.setRole('bot', '*', 'guest', 'owner');
  else await gates.forget('bot', '*');
  oracle.setEveryone(on);
}

async function setGroup(stage: Stage, { group, answer }: Extract<Step, { kind: 'group' }>): Promise<void> {
  const { test, oracle, met } = stage;
  met.add(`a group: ${answer}`);
  const chat = String(chatOf(stage, { kind: 'group', group }));
  await test.gateway.people.setGroup('bot', chat, answer, 'owner');
  oracle.setGroup(group, answer);
}

/** Waited for, since the owner decides about the group under its new name from then on. */
async function migrate(stage: Stage): Promise<void> {
  if (stage.moved) return;
  stage.met.add('a group moves');
  await stage.traffic.quiet(stage.test);
  noteRows(stage);
  stage.test.bot.migrate(groups[migrating]?.id ?? 0, movedTo);
  stage.moved = true;
  await stage.traffic.quiet(stage.test);
}

/** Of people whose presses count for nothing: strangers, and everybody but owners where it is about cards. */
function press(stage: Stage, { who, data, pick }: Extract<Step, { kind: 'press' }>): void {
  const { test, oracle, met } = stage;
  const role = oracle.roles[who];
  const id = people[who]?.id ?? 0;
  if (role === 'owner' || (data === 'stop' && (role === 'guest' || oracle.everyone))) return;
  met.add('a press with guessed data');
  const chat = { id, type: 'private', first_name: 'Somebody' } as const;
  if (data === 'stop') return void test.bot.inject([{ stopped_message_generation: { chat, draft_id: 1 } }]);
  const open = test.gateway.cards.open();
  const card = open[pick % Math.max(1, open.length)]?.id ?? `p:bot:${String(id)}`;
  const answer = ['allow', 'once', 'owner', 'mention', 'always', 'resume'][pick % 6] ?? 'allow';
  const message = { message_id: 1 + (pick % 50), from: test.bot.me, chat, date: test.bot.seconds() };
  test.bot.pressed(message, data === 'card' ? `${card}/${answer}` : 'p:bot:*/owner', { id });
}

async function begin({ test, oracle, met }: Stage, how: 'restart' | 'crash'): Promise<void> {
  met.add(how === 'crash' ? 'a crash' : 'an orderly restart');
  if (oracle.said.some(({ standing }) => standing === 'running')) met.add('the program ends while a turn runs');
  await (how === 'crash' ? test.crash() : test.stop());
  await test.open();
  oracle.restart(how === 'crash' ? 'death' : 'orderly');
}

/** On the second: what is older than the link is told apart by the platform's time stamps, which are no finer. */
async function relink(stage: Stage): Promise<void> {
  const { test, oracle, met, traffic } = stage;
  met.add('a link removed and added again');
  const { links } = test.gateway;
  await traffic.pass(test, 1000 - (test.clock.now() % 1000));
  await links.remove('bot');
  await links.add({
    id: 'bot',
    kind: 'telegram',
    secret: test.bot.token,
    apiRoot: test.telegram.url,
    fixedByFile: false,
  });
  const before = { roles: [...oracle.roles], groups: [...oracle.groups], everyone: oracle.everyone };
  oracle.relink();
  await introduce(stage, before);
  await traffic.quiet(test);
}

/** A new link knows nobody: the owner says again who is who. */
async function introduce(stage: Stage, before: Pick<Stage['oracle'], 'roles' | 'groups' | 'everyone'>): Promise<void> {
  const { people: gates } = stage.test.gateway;
  for (const [who, role] of before.roles.entries()) {
    if (role === 'unknown') continue;
    const given = role === 'owner' && hasDecided(stage, who) ? 'guest' : role;
    await gates.setRole('bot', String(people[who]?.id), given, 'owner');
    stage.oracle.setRole(who, given);
  }
  for (const [group, answer] of before.groups.entries()) {
    if (answer === 'unknown') continue;
    await gates.setGroup('bot', String(chatOf(stage, { kind: 'group', group })), answer, 'owner');
    stage.oracle.setGroup(group, answer);
  }
  if (before.everyone) await gates.setRole('bot', '*', 'guest', 'owner');
  stage.oracle.setEveryone(before.everyone);
}

async function pause(stage: Stage, { scope, pick, on }: Extract<Step, { kind: 'pause' }>): Promise<void> {
  const { test, oracle, met } = stage;
  const until = on ? untilResumed : null;
  met.add(on ? 'pause' : 'resume');
  if (scope === 'all') await test.gateway.pause({ kind: 'all' }, until);
  if (scope === 'link') await test.gateway.pause({ kind: 'link', link: 'bot' }, until);
  if (scope !== 'conversation') return oracle.pause(scope, on);
  const said = among(stage, 'any', pick);
  const row = said === undefined ? null : conversationRow(stage, said);
  if (said === undefined || row === null) return;
  await test.gateway.pause({ kind: 'conversation', conversation: row.id }, until);
  oracle.pause(conversationOf(said), on);
}

async function answerNow(stage: Stage, { among: kind, pick }: Extract<Step, { kind: 'answer-now' }>): Promise<void> {
  const { test, oracle, met } = stage;
  const said = among(stage, kind, pick);
  const row = said === undefined ? null : storedRow(stage, said);
  if (said === undefined || row === null) return;
  met.add(`answer now, of a message that is: ${said.standing}`);
  const done = await test.gateway.turns.answerNow(row.id);
  const expected = oracle.answerNow(said);
  if (expected !== null) expect(done.ok, `answer now of ${wordsOf(said.id)}`).toBe(expected);
}

async function retry(stage: Stage, pick: number): Promise<void> {
  const { test, oracle, met } = stage;
  const said = among(stage, 'any', pick);
  const row = said === undefined ? null : conversationRow(stage, said);
  if (said === undefined || row === null) return;
  met.add('retry');
  await test.gateway.turns.retry(row.id);
  oracle.retry(conversationOf(said));
}
