/** Ways in which somebody who may not hear from us could notice us all the same; each was found by the access property. */
import { describe, expect, it } from 'vitest';
import { untilResumed } from '../../../main/gateway/limits.ts';
import { groups, people } from '../access/model/cast.ts';
import { openStage, type Stage } from '../access/model/stage.ts';

const [owner = 0, guest = 0, stranger = 0, other = 0] = people.map(({ id }) => id);
const [group = 0] = groups.map(({ id }) => id);

/** What was called for a chat while `work` was done and until it is quiet again. */
async function calledFor(stage: Stage, chat: number, work: () => Promise<unknown>): Promise<readonly string[]> {
  const { telegram } = stage.test;
  const before = telegram.requests.length;
  await work();
  await stage.traffic.quiet(stage.test);
  const theirs = telegram.requests.slice(before).filter(({ params }) => String(params['chat_id']) === String(chat));
  return theirs.map(({ apiMethod }) => apiMethod ?? '');
}

async function say(stage: Stage, from: number, text: string, chatId = from): Promise<void> {
  stage.test.bot.say({ chatId, from: { id: from }, text });
  await stage.traffic.quiet(stage.test);
}

const started = { mode: 'followup', talkative: false } as const;

describe('no typing sign is shown', () => {
  it('to a stranger in whose chat the owner presses Retry', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    await say(stage, stranger, 'hello');
    const { id } = test.conversation(stranger);
    expect(await calledFor(stage, stranger, () => test.gateway.turns.retry(id))).toEqual([]);
  });

  it('to somebody who was blocked since, when the owner asks for a message of theirs to be answered', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    await test.gateway.pause({ kind: 'all' }, untilResumed);
    await say(stage, guest, 'hello');
    const { id, state } = test.message('hello', guest);
    expect(state).toBe('paused');
    await test.gateway.people.setRole('bot', String(guest), 'blocked', 'owner');
    expect(await calledFor(stage, guest, () => test.gateway.turns.answerNow(id))).toEqual([]);
    expect(test.message('hello', guest).state).toBe('ignored');
  });

  it('to somebody whose message waited when the program ended, and who is not allowed any more', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    stage.model.hold();
    await say(stage, stranger, 'one');
    await say(stage, stranger, 'two');
    await test.gateway.people.forget('bot', '*');
    const begunAnew = async (): Promise<void> => {
      await test.crash();
      await test.open();
    };
    expect(await calledFor(stage, stranger, begunAnew)).toEqual([]);
    expect(test.messages(stranger).map(({ state }) => state)).toEqual(['kept', 'kept']);
  });
});

describe('a reply that did not get through is not tried again', () => {
  it('in a group that was switched off', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    test.bot.fault('sendMessage', { kind: 'drop', executed: true });
    await say(stage, stranger, `@${String(test.bot.me.username)} hello`, group);
    await test.gateway.people.setGroup('bot', String(group), 'off', 'owner');
    expect(await calledFor(stage, group, () => stage.traffic.pass(test, 40_000))).toEqual([]);
  });

  it('in a group, to somebody who was blocked', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    test.bot.fault('sendMessage', { kind: 'status', status: 500 });
    await say(stage, stranger, `@${String(test.bot.me.username)} hello`, group);
    await test.gateway.people.setRole('bot', String(stranger), 'blocked', 'owner');
    expect(await calledFor(stage, group, () => stage.traffic.pass(test, 40_000))).toEqual([]);
  });
});

describe('a former owner', () => {
  it('sees nothing of what becomes of the cards that were told there', async () => {
    const stage = await openStage(started);
    await using test = stage.test;
    const { people: gates } = test.gateway;
    await gates.setRole('bot', String(other), 'owner', 'owner');
    await say(stage, owner, 'hello');
    await say(stage, stranger, 'may I?');
    expect(test.sent(owner).at(-1)).toContain('may I?');
    const decided = async (): Promise<void> => {
      await gates.setRole('bot', String(owner), 'guest', 'owner');
      await gates.setRole('bot', String(stranger), 'blocked', 'owner');
    };
    expect(await calledFor(stage, owner, decided)).toEqual([]);
  });
});
