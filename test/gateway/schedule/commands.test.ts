/** Schedules as a window makes, shows and changes them, over the socket of a host. */
import { describe, expect, it } from 'vitest';
import type { ScheduleDraft, TimingView } from '../../../preload/contract/agent-views.ts';
import { RpcClient, startTestHost } from '../../lib/headless.ts';

const hour = 3_600_000;
const day = 24 * hour;

async function begin() {
  const stack = new AsyncDisposableStack();
  const test = stack.use(await startTestHost({ provision: { settings: { language: 'en', timeZone: 'UTC' } } }));
  const client = stack.use(await new RpcClient(test.url).opened());
  client.subscribe((await client.value('host.get', {})).seq);
  const { id: conversation } = await client.value('conversations.create', {});
  const draft = (timing: TimingView, more: Partial<ScheduleDraft> = {}): ScheduleDraft => ({
    name: 'Morning',
    prompt: 'What is on today?',
    conversation,
    timing,
    quiet: null,
    catchUp: 'run-late',
    ...more,
  });
  /** The code of the refusal, or `ok`. */
  const save = async (schedule: ScheduleDraft): Promise<string> => {
    const outcome = await client.call('schedules.save', { schedule });
    return outcome.ok ? 'ok' : outcome.reason.code;
  };
  return { test, client, conversation, draft, save, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const cron = (expression: string, timeZone = 'Europe/Berlin'): TimingView => ({ kind: 'cron', expression, timeZone });

describe('schedules in the window', () => {
  it('are made, shown in words with their next run, changed, paused, resumed and removed, each change told', async () => {
    await using test = await begin();
    const { client, draft } = test;
    const made = await client.value('schedules.save', { schedule: draft(cron('0 9 * * *')) });
    await client.event(({ kind }) => kind === 'schedules.changed');
    expect(made).toMatchObject({
      ...draft(cron('0 9 * * *')),
      words: expect.stringMatching(/^Every day at 0?9:00.* \(Europe\/Berlin\)\.$/) as string,
      origin: 'window',
      pausedUntil: null,
      lastRun: null,
    });
    expect(made.next).toBeGreaterThan(Date.now());
    expect((made.next ?? 0) - Date.now()).toBeLessThanOrEqual(day);
    expect(await client.value('schedules.list', {})).toEqual([made]);
    const changed = await client.value('schedules.save', {
      schedule: { ...draft(cron('0 9 * * *')), id: made.id, name: 'Later' },
    });
    expect(changed).toMatchObject({ id: made.id, name: 'Later', next: made.next });
    const until = Number.MAX_SAFE_INTEGER;
    const paused = await client.value('schedules.pause', { schedule: made.id, until });
    expect(paused).toMatchObject({ pausedUntil: until, next: null });
    expect(paused.words).toMatch(/Paused\.$/);
    expect(await client.value('schedules.pause', { schedule: made.id, until: null })).toMatchObject({
      pausedUntil: null,
      next: made.next,
    });
    expect(await client.value('schedules.runs', { schedule: made.id, limit: 10 })).toEqual([]);
    await client.value('schedules.remove', { schedule: made.id });
    expect(await client.value('schedules.list', {})).toEqual([]);
    expect(await client.call('schedules.remove', { schedule: made.id })).toMatchObject({
      reason: { code: 'input.not-found' },
    });
  });

  it('tell what is wrong with what was entered (a schedule that looks saved and never runs)', async () => {
    await using test = await begin();
    const { draft, save } = test;
    const now = Date.now();
    const every = (everyMs: number): TimingView => ({ kind: 'every', everyMs, from: now });
    const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
    expect(await save(draft({ kind: 'once', at: now - 1000 }))).toBe('schedule.past');
    expect(await save(draft({ kind: 'once', at: now + 60 * 366 * day }))).toBe('schedule.too-far');
    expect(await save(draft(every(30_000)))).toBe('schedule.too-often');
    expect(await save(draft(every(90_000)))).toBe('schedule.too-often');
    expect(await save(draft(every(400 * day)))).toBe('schedule.too-rare');
    expect(await save(draft(cron('0 9 * *')))).toBe('schedule.fields');
    expect(await save(draft(cron('0 9 32 * *')))).toBe('schedule.field-day');
    expect(await save(draft(cron('0 9 * * *', 'Mars/Olympus')))).toBe('schedule.zone-unknown');
    expect(await save(draft(cron('0 9 30 2 *')))).toBe('schedule.never');
    expect(await save(draft(cron('0 23 * * *'), { quiet: night, catchUp: 'skip' }))).toBe('schedule.never');
    expect(await save(draft(cron('0 9 * * *'), { quiet: { ...night, to: '22:00' } }))).toBe('schedule.quiet-empty');
    expect(await save(draft(cron('0 9 * * *'), { quiet: { ...night, timeZone: 'Nowhere' } }))).toBe(
      'schedule.zone-unknown',
    );
    expect(await save(draft(cron('0 9 * * *'), { prompt: '  ' }))).toBe('input.malformed');
    expect(await save(draft(cron('0 9 * * *'), { conversation: 'none' }))).toBe('schedule.not-owners');
    expect(await save(draft(cron('0 9 * * *'), { id: 'none' }))).toBe('input.not-found');
    expect(await save(draft(cron('0 23 * * *'), { quiet: night }))).toBe('ok');
  });

  it('preview when a form would run before it says what and where, and store nothing', async () => {
    await using test = await begin();
    const { client, draft } = test;
    const from = Date.now() + hour;
    const form = draft({ kind: 'every', everyMs: hour, from }, { conversation: 'new', name: '–', prompt: '–' });
    expect(await client.value('schedules.preview', { schedule: form })).toEqual({
      ok: true,
      words: 'Every hour.',
      next: [0, 1, 2, 3, 4].map((hours) => from + hours * hour),
    });
    const past = draft({ kind: 'once', at: 5 });
    expect(await client.value('schedules.preview', { schedule: past })).toEqual({
      ok: false,
      reason: { code: 'schedule.past' },
    });
    expect(await client.value('schedules.list', {})).toEqual([]);
  });

  it('keep their name when only that changes after they have run (an edit refused as past)', async () => {
    await using test = await begin();
    const { client, draft } = test;
    const at = Date.now() + 1_500;
    const made = await client.value('schedules.save', { schedule: draft({ kind: 'once', at }) });
    const runs = () => client.value('schedules.runs', { schedule: made.id, limit: 5 });
    await expect.poll(async () => (await runs()).map(({ outcome }) => outcome)).toEqual(['done']);
    const [run] = await runs();
    expect(run).toMatchObject({ slot: at, late: false, missed: 0, reason: null });
    const schedule = { ...draft({ kind: 'once', at }), id: made.id, name: 'Done' };
    const renamed = await client.value('schedules.save', { schedule });
    expect(renamed).toMatchObject({ name: 'Done', next: null, lastRun: run });
  });
});
