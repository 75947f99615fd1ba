/** How long what a question came with is held: as long as its turn runs, and no longer. */
import { expect, it } from 'vitest';
import { createBudget } from '../../../main/gateway/budget/budget.ts';
import { createCalendar } from '../../../main/gateway/calendar.ts';
import { createEvents } from '../../../main/gateway/events.ts';
import { createMedia } from '../../../main/gateway/media/media.ts';
import { createModels } from '../../../main/gateway/models/models.ts';
import type { StartedTurn } from '../../../main/gateway/turns/start.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import { turnRow } from '../../store/support.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const never = new AbortController().signal;

/** The turn of the last message, as it was begun. */
function turnOf(test: TestGateway): StartedTurn {
  const inputs = test.messages().filter(({ kind }) => kind === 'person');
  const last = inputs.slice(-1);
  const row = test.read.turns.get(last[0]?.turn ?? '');
  const delivery = row === null ? null : test.read.deliveries.ofTurn(row.id);
  const conversation = row === null ? null : test.read.conversations.get(row.conversation);
  const link = row === null ? null : test.read.links.get(row.link);
  if (row === null || delivery === null || conversation === null || link === null) throw new Error('no turn');
  return { row, delivery, conversation, link, role: 'owner', inputs: last };
}

async function askedAbout(test: TestGateway, caption: string, replies: number): Promise<StartedTurn> {
  test.bot.say({
    chatId: ownerChat,
    text: caption,
    media: { kind: 'photo', sizes: [{ width: 9, height: 9, bytes: png }] },
  });
  await test.replies(replies);
  return turnOf(test);
}

it('gives up the pictures of turns that have ended (those of the last 128 stayed: half a gigabyte and more)', async () => {
  await using test = await startGateway({ openai: { blindModels: ['gpt-test'] } });
  const [ended, running] = [await askedAbout(test, 'one', 1), await askedAbout(test, 'two', 2)];
  const { ports } = test;
  const events = createEvents(ports.log);
  const calendar = createCalendar(
    () => 'UTC',
    () => 'UTC',
  );
  const budget = createBudget(ports, events, calendar, () => null);
  const models = createModels(ports, events, budget);
  const media = createMedia({ ports, events, models, calendar });
  const [candidate] = models.pool.candidates(['lab/gpt-test']).order;
  if (candidate === undefined) throw new Error('no model');
  const isKnown = (turn: StartedTurn): boolean => media.unread(turn, candidate.ref) !== null;
  await test.store.commit(({ turns }) => turns.put(turnRow({ ...ended.row, state: 'running', endedAt: null })));
  await media.question(ended, candidate, never);
  expect(isKnown(ended)).toBe(true);
  await test.store.commit(({ turns }) => {
    turns.put(ended.row);
    turns.put(turnRow({ ...running.row, state: 'running', endedAt: null }));
  });
  await media.question(running, candidate, never);
  expect([isKnown(ended), isKnown(running)]).toEqual([false, true]);
});
