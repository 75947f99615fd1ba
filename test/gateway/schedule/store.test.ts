/** What every implementation of the port `Storage` must do with schedules. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ScheduleRow, ScheduleRunRow } from '../../../main/gateway/schedule/types.ts';
import { restoreBackup } from '../../../main/store/backups.ts';
import { storeForEach } from '../../store/each.ts';
import { conversationRow } from '../../store/support.ts';

const opened = storeForEach(({ conversations }) => conversations.put(conversationRow({ id: 'c1', chat: 'old' })));

function schedule(over: Partial<ScheduleRow> = {}): ScheduleRow {
  return {
    id: 's1',
    name: 'Morning',
    prompt: 'Say good morning.',
    conversation: 'c1',
    timing: { kind: 'cron', expression: '0 9 * * *', timeZone: 'Europe/Berlin' },
    quiet: { from: '22:00', to: '07:00', timeZone: 'UTC' },
    catchUp: 'skip',
    pausedUntil: null,
    handled: 1000,
    origin: 'tool',
    createdAt: 900,
    ...over,
  };
}

function run(slot: number, over: Partial<ScheduleRunRow> = {}): ScheduleRunRow {
  const slotKey = `s1@${String(slot)}`;
  return { slotKey, schedule: 's1', slot, at: slot + 5, late: false, missed: 0, message: null, reason: null, ...over };
}

test('a schedule is read as it was written, in each of its kinds (a time zone or a policy lost on the way)', async () => {
  const rows = [
    schedule(),
    schedule({ id: 's2', timing: { kind: 'once', at: 5 }, quiet: null, catchUp: 'run-late', origin: 'window' }),
    schedule({
      id: 's3',
      timing: { kind: 'every', everyMs: 60_000, from: 7 },
      pausedUntil: Number.MAX_SAFE_INTEGER,
    }),
  ];
  await opened.store.commit(({ schedules }) => rows.forEach((row) => schedules.put(row)));
  expect(opened.store.read.schedules.all()).toEqual(rows);
  await opened.store.commit(({ schedules }) => schedules.put(schedule({ name: 'Later', handled: 2000 })));
  expect(opened.store.read.schedules.get('s1')).toEqual(schedule({ name: 'Later', handled: 2000 }));
  expect(opened.store.read.schedules.get('none')).toBeNull();
});

test('a slot has one run, whatever tries to give it a second (a reminder twice after a crash)', async () => {
  const late = run(20, { late: true, missed: 3, reason: { code: 'schedule.still-running' } });
  await opened.store.commit(({ schedules }) => {
    schedules.put(schedule());
    schedules.addRun(run(10, { message: 'm1' }));
    schedules.addRun(late);
  });
  expect(opened.store.read.schedules.runs('s1', 10)).toEqual([late, run(10, { message: 'm1' })]);
  expect(opened.store.read.schedules.hasRun('s1@10')).toBe(true);
  await expect(opened.store.commit(({ schedules }) => schedules.addRun(run(10, { message: 'm2' })))).rejects.toThrow();
  expect(opened.store.read.schedules.runs('s1', 10)).toHaveLength(2);
  await opened.store.commit(({ schedules }) => {
    schedules.removeRun('s1@20');
    schedules.forgetRuns('s1', 10);
  });
  expect(opened.store.read.schedules.runs('s1', 10)).toEqual([run(10, { message: 'm1' })]);
  await opened.store.commit(({ schedules }) => schedules.forgetRuns('s1', 11));
  expect(opened.store.read.schedules.runs('s1', 10)).toEqual([]);
});

test('a message knows the schedule that asked it, by the name it has now, until that is gone', async () => {
  await opened.store.commit(({ schedules }) => {
    schedules.put(schedule());
    schedules.addRun(run(10, { message: 'm1' }));
    schedules.addRun(run(20, { message: null, reason: { code: 'schedule.missed' } }));
    schedules.put(schedule({ name: 'Later' }));
  });
  const askedBy = (): unknown => opened.store.read.schedules.askedBy(['m1', 'm2']);
  expect(askedBy()).toEqual(new Map([['m1', { id: 's1', name: 'Later' }]]));
  expect(opened.store.read.schedules.askedBy([])).toEqual(new Map());
  await opened.store.commit(({ schedules }) => schedules.remove('s1'));
  expect(askedBy()).toEqual(new Map());
});

test('a conversation that is forgotten takes its schedules with it (it could not be forgotten at all)', async () => {
  await opened.store.commit(({ schedules }) => {
    schedules.put(schedule());
    schedules.addRun(run(10));
  });
  await opened.store.commit(({ conversations }) => conversations.forget('c1'));
  expect(opened.store.read.schedules.all()).toEqual([]);
  expect(opened.store.read.schedules.hasRun('s1@10')).toBe(false);
});

test('schedules go with a private chat whose person is called differently now, history included', async () => {
  await opened.store.commit(({ schedules, conversations, addresses }) => {
    conversations.put(conversationRow({ id: 'c2', chat: 'new' }));
    schedules.put(schedule());
    schedules.addRun(run(10));
    const { link } = conversationRow();
    addresses.migrate(link, 'old', 'new');
  });
  expect(opened.store.read.conversations.get('c1')).toBeNull();
  expect(opened.store.read.schedules.get('s1')?.conversation).toBe('c2');
  expect(opened.store.read.schedules.runs('s1', 10)).toHaveLength(1);
});

test('standing on a backup, a schedule makes up for nothing that was due before (every reminder of the week again)', async () => {
  await opened.store.commit(({ schedules }) => schedules.put(schedule({ handled: 1000 })));
  await opened.store.backups.make();
  const { dataDir } = opened;
  const [name = ''] = readdirSync(join(dataDir, 'backups'));
  await opened.reopen(() => restoreBackup(dataDir, name, Date.UTC(2026, 10, 22)));
  expect(opened.store.restored).toBe(true);
  expect(opened.store.read.schedules.get('s1')?.handled).toBe(opened.clock.now());
});
