import { describe, expect, it } from 'vitest';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import { startRemote } from '../budget/paid.ts';

const group = -4711;
const asker = { id: ownerChat, first_name: 'Ada' };
const price = { input: 1_000_000, output: 2_000_000, date: '2026-11-01' };
const long = 'y'.repeat(40);

/** FULL commits of `work`, once everything it set off is over. */
async function commitsOf(test: TestGateway, work: () => Promise<unknown>): Promise<number> {
  await test.idle();
  const before = test.store.counters.commits;
  await work();
  await test.idle();
  return test.store.counters.commits - before;
}

describe('one message costs the disk at most three FULL commits: received, begun, ended', () => {
  it('in a private chat, the first one of a person and the next ones alike (bookkeeping that waits for the disk)', async () => {
    await using test = await startGateway();
    for (let count = 1; count <= 3; count++) {
      const commits = await commitsOf(test, async () => {
        test.say(`message ${String(count)}`);
        await test.replies(count);
      });
      expect(commits).toBeLessThanOrEqual(3);
    }
  });

  it('with a model that costs money (a reservation or a charge with a commit of its own)', async () => {
    await using test = await startRemote(price, { telegram: true });
    const commits = await commitsOf(test, async () => {
      test.say('what does it cost?');
      await test.replies(1);
    });
    expect(commits).toBeLessThanOrEqual(3);
    expect(test.read.usage.totals(0, Number.MAX_SAFE_INTEGER).cost).toBeGreaterThan(0);
    expect(test.read.reservations.all()).toEqual([]);
  });

  it('in a group, previewed by a message that is edited (a preview that is as durable as a reply)', async () => {
    // The clock runs ahead of the sockets: no time-out of the model's may come in between.
    await using test = await startGateway({ settings: { 'models.betweenTokensSeconds': 3600 } });
    test.bot.join({ id: group, type: 'group', title: 'Club' }, asker);
    await test.until(() => test.gateway.people.groups().length, 1);
    await test.gateway.people.setGroup('bot', String(group), 'always', 'owner');
    const end = gate();
    test.openai.next({ kind: 'reply', pieces: [long, ' and the end'], gate: [undefined, end.promise] });
    const commits = await commitsOf(test, async () => {
      test.bot.say({ chatId: group, from: asker, text: 'tell me' });
      await test.drive(test.replies(1, group));
      expect(test.sent(group)).toEqual([long]);
      end.open();
      await test.bot.waitForSend(({ kind, text }) => kind === 'edit' && text === `${long} and the end`);
    });
    expect(commits).toBeLessThanOrEqual(3);
  });
});
