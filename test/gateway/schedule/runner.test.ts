import { describe, expect, it } from 'vitest';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { untilResumed } from '../../../main/gateway/limits.ts';
import { scheduler, type ScheduleDraft, type ScheduleStatus } from '../../../main/gateway/schedule/types.ts';
import type { Storage } from '../../../main/gateway/storage.ts';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Each hour, the first time an hour from now. */
function hourly(test: TestGateway, conversation: string, more: Partial<ScheduleDraft> = {}): ScheduleDraft {
  return {
    name: 'Tea',
    prompt: 'Remind me of the tea.',
    conversation,
    timing: { kind: 'every', everyMs: hour, from: test.clock.now() + hour },
    quiet: null,
    catchUp: 'run-late',
    ...more,
  };
}

async function made(test: TestGateway, draft: ScheduleDraft): Promise<ScheduleStatus> {
  const saved = await test.gateway.schedules.save(draft, 'window');
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value;
}

/** What it has asked so far, in a conversation. */
function asked(test: TestGateway, chat: number | string = 'tea'): readonly string[] {
  return test.messages(chat).flatMap(({ author, text }) => (author === scheduler ? [text] : []));
}

async function thread(test: TestGateway): Promise<string> {
  return (await test.gateway.createThread('tea')).id;
}

function reasons(test: TestGateway, id: string): readonly unknown[] {
  return test.gateway.schedules.runs(id, 20).map(({ outcome, reason, row }) => [outcome, reason?.code, row.missed]);
}

describe('a schedule that is due', () => {
  it('asks in its conversation as the owner’s own word, and the answer takes the usual path', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    const { row } = await made(test, hourly(test, test.conversation().id));
    test.openai.next({ kind: 'reply', text: 'Drink your tea.' });
    await test.clock.elapse(hour);
    expect((await test.replies(2)).at(-1)).toContain('Drink your tea.');
    await test.idle();
    const [message] = test.messages().filter(({ author }) => author === scheduler);
    expect(message).toMatchObject({
      text: 'Scheduled: Tea\n\nRemind me of the tea.',
      state: 'answered',
      kind: 'person',
    });
    expect(test.prompt(-1).at(-1)).toBe('user: Scheduled: Tea\n\nRemind me of the tea.');
    expect(test.gateway.schedules.runs(row.id, 5)).toMatchObject([
      { outcome: 'done', row: { slot: row.createdAt + hour, late: false, missed: 0, message: message?.id } },
    ]);
    expect(test.sent().at(-1)).not.toContain('late');
  });

  it('runs on through hours without a wake-up, once each, and an empty thread is called after it', async () => {
    await using test = await startGateway({ telegram: false });
    await made(test, hourly(test, await thread(test)));
    expect(test.conversation('tea').title).toBe('');
    for (let hours = 1; hours <= 3; hours++) {
      await test.clock.elapse(hour);
      await test.asked(hours);
      await test.idle();
    }
    expect(asked(test)).toHaveLength(3);
    expect(test.conversation('tea').title).toBe('Tea');
  });

  it('that is a command to us in its words is none: only the owner himself gives commands', async () => {
    await using test = await startGateway({ telegram: false });
    await made(test, hourly(test, await thread(test), { prompt: '/new', name: '/stop' }));
    await test.clock.elapse(hour);
    await test.asked(1);
    await test.idle();
    expect(test.conversation('tea').contextNo).toBe(1);
  });

  it('is a turn of its own, however many messages wait beside it (its answer would be lost in another)', async () => {
    await using test = await startGateway({ telegram: false });
    const conversation = await thread(test);
    await made(test, hourly(test, conversation));
    const held = gate();
    test.openai.next({ kind: 'reply', text: 'one moment', gate: held.promise });
    await test.submit('first', 'tea');
    await test.asked(1);
    await test.clock.elapse(hour);
    await test.submit('second', 'tea');
    held.open();
    await test.asked(3);
    await test.idle();
    expect(new Set(test.messages('tea').map(({ turn }) => turn)).size).toBe(3);
  });
});

describe('a slot that cannot run in time', () => {
  it('runs once after a sleep, marked late in chat, prompt and history, and what came before is counted', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    const { row } = await made(test, hourly(test, test.conversation().id));
    test.sleep(3 * day + 10 * minute);
    test.gateway.wake('wake');
    const answers = await test.replies(2);
    await test.idle();
    expect(answers.at(-1)).toMatch(/late/i);
    expect(asked(test, ownerChat)).toEqual([expect.stringMatching(/^Scheduled: Tea \(late, it was due on .*\)\n\n/)]);
    expect(test.gateway.schedules.runs(row.id, 5)).toMatchObject([
      { outcome: 'done', row: { late: true, missed: 71 } },
    ]);
  });

  it('is left out where it is not to be made up for, once in the history however often', async () => {
    await using test = await startGateway({ telegram: false });
    const { row } = await made(test, hourly(test, await thread(test), { catchUp: 'skip' }));
    for (let times = 0; times < 2; times++) {
      test.sleep(5 * hour + 10 * minute);
      test.gateway.wake('wake');
      await test.until(() => reasons(test, row.id).length, 1);
      await test.until(() => test.read.schedules.get(row.id)?.handled, row.createdAt + (times + 1) * 5 * hour);
    }
    expect(reasons(test, row.id)).toEqual([['skipped', 'schedule.missed', 9]]);
    expect(asked(test)).toEqual([]);
    await test.clock.elapse(hour - 20 * minute);
    await test.asked(1);
  });

  it('runs late at the next start of the program, and never again for the same slot', async () => {
    await using test = await startGateway({ telegram: false });
    await made(test, hourly(test, await thread(test)));
    await test.stop();
    test.sleep(90 * minute);
    await test.open();
    await test.asked(1);
    await test.idle();
    await test.stop();
    await test.open();
    await test.idle();
    await test.clock.elapse(29 * minute);
    expect(asked(test)).toHaveLength(1);
    await test.clock.elapse(2 * minute);
    await test.asked(2);
  });

  it('does not come again when the clock is set back over it, and the next ones come at their times', async () => {
    await using test = await startGateway({ telegram: false });
    const { row } = await made(test, hourly(test, await thread(test)));
    await test.clock.elapse(hour + minute);
    await test.asked(1);
    await test.idle();
    test.clock.setWall(test.clock.now() - 3 * hour);
    test.gateway.wake('wake');
    await test.clock.elapse(4 * hour - 2 * minute);
    expect(asked(test)).toHaveLength(1);
    await test.clock.elapse(2 * minute);
    await test.asked(2);
    await test.idle();
    expect(test.gateway.schedules.runs(row.id, 5).map(({ row: run }) => run.slot - row.createdAt)).toEqual([
      2 * hour,
      hour,
    ]);
  });

  it('comes in its time again after a clock that was years ahead is set right (it would be silent for years)', async () => {
    await using test = await startGateway({ telegram: false });
    await made(test, hourly(test, await thread(test)));
    test.sleep(3650 * day);
    test.gateway.wake('wake');
    await test.asked(1);
    await test.idle();
    test.sleep(-3650 * day);
    test.gateway.wake('wake');
    await test.clock.elapse(hour);
    await test.asked(2);
  });

  it('is left out while the run before is still going on (a minute’s schedule behind a slow model)', async () => {
    await using test = await startGateway({ telegram: false });
    const { row } = await made(test, hourly(test, await thread(test)));
    const held = gate();
    test.openai.next({ kind: 'reply', text: 'slow', gate: held.promise });
    await test.clock.elapse(hour);
    await test.asked(1);
    test.sleep(hour);
    test.gateway.wake('wake');
    await test.until(() => reasons(test, row.id)[0], ['skipped', 'schedule.still-running', 0]);
    expect(reasons(test, row.id)[1]).toEqual([null, undefined, 0]);
    held.open();
    await test.idle();
    await test.until(() => reasons(test, row.id)[1], ['done', undefined, 0]);
  });
});

describe('a disk that is slow', () => {
  it('delays the slot that comes while another one is being stored, and does not hide it for an hour', async () => {
    let disk = Promise.resolve();
    const wrap = (ports: GatewayPorts): GatewayPorts => {
      const { storage } = ports;
      const commit: Storage['commit'] = (work) => disk.then(() => storage.commit(work));
      return { ...ports, storage: { ...storage, commit } };
    };
    await using test = await startGateway({ telegram: false, wrap });
    const conversation = await thread(test);
    const other = (await test.gateway.createThread('coffee')).id;
    const at = test.clock.now() + hour;
    await made(test, hourly(test, conversation, { timing: { kind: 'once', at } }));
    const timing = { kind: 'once', at: at + 20_000 } as const;
    await made(test, hourly(test, other, { name: 'Coffee', timing, catchUp: 'skip' }));
    const held = gate();
    disk = held.promise;
    await test.clock.elapse(hour + 30_000);
    disk = Promise.resolve();
    held.open();
    await test.until(() => asked(test).length, 1);
    // No time passes: only what is due now runs.
    const due = async (): Promise<number> => {
      await test.clock.elapse(0);
      return asked(test, 'coffee').length;
    };
    await expect.poll(due, { interval: 2, timeout: 15_000 }).toBe(1);
    await test.idle();
  });
});

describe('a pause', () => {
  it('of a schedule has no runs, and leaves none to be made up for when it is resumed', async () => {
    await using test = await startGateway({ telegram: false });
    const { row } = await made(test, hourly(test, await thread(test)));
    await test.gateway.schedules.pause(row.id, untilResumed);
    expect(test.gateway.schedules.get(row.id)).toMatchObject({ next: null, pausedUntil: untilResumed });
    await test.clock.elapse(5 * hour + minute);
    const resumed = await test.gateway.schedules.pause(row.id, null);
    expect(resumed).toMatchObject({ ok: true, value: { pausedUntil: null, next: row.createdAt + 6 * hour } });
    await test.clock.elapse(minute);
    expect(asked(test)).toEqual([]);
    await test.clock.elapse(hour);
    await test.asked(1);
  });

  it('until some time ends by itself', async () => {
    await using test = await startGateway({ telegram: false });
    const { row } = await made(test, hourly(test, await thread(test)));
    await test.gateway.schedules.pause(row.id, row.createdAt + 150 * minute);
    await test.clock.elapse(170 * minute);
    expect(asked(test)).toEqual([]);
    await test.clock.elapse(20 * minute);
    await test.asked(1);
  });

  it.each(['all', 'conversation'] as const)(
    'of %s leaves its slots out, said once, and it goes on after',
    async (kind) => {
      await using test = await startGateway({ telegram: false });
      const conversation = await thread(test);
      const { row } = await made(test, hourly(test, conversation));
      const scope = kind === 'all' ? { kind } : { kind, conversation };
      await test.gateway.pause(scope, untilResumed);
      for (let hours = 0; hours < 3; hours++) await test.clock.elapse(hour);
      await test.until(() => reasons(test, row.id), [['skipped', 'access.paused', 2]]);
      await test.gateway.pause(scope, null);
      await test.clock.elapse(hour);
      await test.asked(1);
      await test.idle();
      expect(reasons(test, row.id)).toEqual([
        ['done', undefined, 0],
        ['skipped', 'access.paused', 2],
      ]);
    },
  );
});

describe('a schedule whose chat is not the owner’s any more', () => {
  it('says nothing there, with the reason in its history (orders of a former owner)', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    const { row } = await made(test, hourly(test, test.conversation().id));
    await test.gateway.people.setRole('bot', String(ownerChat), 'guest', 'owner');
    await test.clock.elapse(hour);
    await test.until(() => reasons(test, row.id), [['skipped', 'schedule.not-owners', 0]]);
    await test.gateway.links.remove('bot');
    await test.clock.elapse(hour);
    await test.until(() => reasons(test, row.id)[0], ['skipped', 'schedule.link-off', 0]);
    expect(asked(test, ownerChat)).toEqual([]);
    expect(test.sent()).toHaveLength(1);
  });

  it('gets no answer either when the role goes between its message and its turn', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    const held = gate();
    test.openai.next({ kind: 'reply', text: 'slow', gate: held.promise });
    test.say('wait');
    await test.asked(2);
    const { row } = await made(test, hourly(test, test.conversation().id));
    test.sleep(hour);
    test.gateway.wake('wake');
    await test.until(() => asked(test, ownerChat).length, 1);
    await test.gateway.people.setRole('bot', String(ownerChat), 'guest', 'owner');
    held.open();
    await test.idle();
    expect(reasons(test, row.id)).toEqual([['skipped', 'schedule.not-owners', 0]]);
    expect(test.openai.chats).toHaveLength(2);
  });
});
