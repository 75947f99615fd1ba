import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHost, type Host } from '../../main/host.ts';
import type { AnswerOf, CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTestHost } from '../lib/headless.ts';
import { TemporaryDirectory } from '../store/support.ts';

type Called = Pick<Host, 'dispatch'>;

function call<Name extends CommandName>(host: Called, name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>> {
  return host.dispatch.call(name, params);
}

async function value<Name extends CommandName>(
  host: Called,
  name: Name,
  params: ParamsOf<Name>,
): Promise<AnswerOf<Name>> {
  const outcome = await call(host, name, params);
  if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.reason)}`);
  return outcome.value;
}

describe('the self-test', () => {
  it('goes the whole way with the practice model, whatever the default is, and leaves no thread (a surprising bill)', async () => {
    await using lab = await startOpenAi({ keys: ['sk-right'], models: ['gpt-test'] });
    const providers = [{ id: 'lab', kind: 'openai', baseUrl: lab.url, apiKey: 'sk-right' }];
    await using test = await startTestHost({
      provision: { providers, settings: { 'models.default': 'lab/gpt-test' } },
    });
    const { host } = test;
    const { steps, reason, model } = await value(host, 'host.selfTest', { model: 'practice' });
    expect([reason, model]).toEqual([null, 'practice/practice']);
    expect(steps.map(({ step }) => step)).toEqual(['stored', 'started', 'answered', 'delivered']);
    const times = steps.map(({ after }) => after);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(lab.chats).toHaveLength(0);
    expect(await value(host, 'conversations.page', { limit: 9 })).toEqual([]);

    const chosen = await value(host, 'host.selfTest', { model: 'chosen' });
    expect([chosen.reason, chosen.model, chosen.steps.length]).toEqual([null, 'lab/gpt-test', 4]);
    expect(lab.chats).toHaveLength(1);
    expect(await value(host, 'conversations.page', { limit: 9 })).toEqual([]);
  });

  it('says how far it came and why not further: a refused key, a pause (a green light that lies)', async () => {
    await using lab = await startOpenAi({ keys: ['sk-right'], models: ['gpt-test'] });
    const providers = [{ id: 'lab', kind: 'openai', baseUrl: lab.url, apiKey: 'sk-wrong' }];
    await using test = await startTestHost({
      provision: { providers, settings: { 'models.default': 'lab/gpt-test' } },
    });
    const { host } = test;
    const refused = await value(host, 'host.selfTest', { model: 'chosen' });
    expect(refused.reason?.code).toBe('model.key-refused');
    expect(refused.steps.map(({ step }) => step)).toEqual(['stored', 'started']);
    await value(host, 'pause.set', { scope: { kind: 'all' }, until: Number.MAX_SAFE_INTEGER });
    const paused = await value(host, 'host.selfTest', { model: 'practice' });
    expect([paused.reason?.code, paused.steps.map(({ step }) => step)]).toEqual(['access.paused', ['stored']]);
    expect(await value(host, 'conversations.page', { limit: 9 })).toEqual([]);
  });

  it('takes away what a test left behind that was cut by the end of the process, and runs one at a time', async () => {
    await using test = await startTestHost();
    const { host } = test;
    await host.gateway.createThread('self-test');
    const run = () => value(host, 'host.selfTest', { model: 'practice' });
    const both = await Promise.all([run(), run()]);
    expect(both.map(({ reason }) => reason)).toEqual([null, null]);
    expect(await value(host, 'conversations.page', { limit: 9 })).toEqual([]);
  });

  it('removes threads of the window only: a chat of a link belongs to its person', async () => {
    await using test = await startTestHost();
    const { gateway } = test.host;
    expect(await gateway.removeThread('nothing')).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
    const thread = await gateway.createThread();
    expect((await gateway.removeThread(thread.id)).ok).toBe(true);
    expect(test.host.store.read.conversations.get(thread.id)).toBeNull();
  });
});

describe('the health', () => {
  it('says what the program runs on, what is left on the disk, and how each chosen model is', async () => {
    await using lab = await startOpenAi({ keys: ['sk-right'], models: ['gpt-test'] });
    const providers = [{ id: 'lab', kind: 'openai', baseUrl: lab.url, apiKey: 'sk-wrong' }];
    const settings = { 'models.default': 'lab/gpt-test', 'models.fallbacks': ['practice/practice'] };
    await using test = await startTestHost({ provision: { providers, settings } });
    const { host } = test;
    await value(host, 'providers.test', { ref: 'lab/gpt-test' });
    const health = await value(host, 'host.health', {});
    expect(health.runtime).toMatchObject({ node: process.versions.node, electron: null });
    expect(health.runtime.system).toContain(process.arch);
    expect(health.freeBytes ?? 0).toBeGreaterThan(0);
    expect(health.models).toEqual([
      { ref: 'lab/gpt-test', state: 'key-refused', until: null },
      { ref: 'practice/practice', state: 'ready', until: null },
    ]);
  });

  it('numbers log lines, so that a window joins what it read with what it is told (a line twice, or never)', async () => {
    await using test = await startTestHost();
    const lines = await value(test.host, 'host.log', { limit: 50 });
    const numbers = lines.map(({ n }) => n);
    expect(numbers.length).toBeGreaterThan(1);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('makes a report in which no token, name or address stands', async () => {
    const token = '777000:AAtest-token_for-the-report-0001';
    const links = [{ id: 'adas-bot', kind: 'telegram', token, apiRoot: 'http://127.0.0.1:1' }];
    await using test = await startTestHost({ provision: { links } });
    const { text } = await value(test.host, 'host.report', {});
    expect(text).toContain('telegram: ');
    for (const secret of [token, 'adas-bot', test.dataDir, '127.0.0.1']) expect(text).not.toContain(secret);
  });
});

/** Two starts on one directory. */
async function on(dataDir: string): Promise<{ readonly host: Host } & AsyncDisposable> {
  const started = await startHost({
    ...{ mode: 'headless', version: '0.0.0-test', dataDir, environment: {}, provision: null, http: null },
  });
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  return { host: started.value, [Symbol.asyncDispose]: () => started.value.stop(2000) };
}

describe('backups', () => {
  it('are made on demand and take the place of the database at the next start, with what was unfinished held', async () => {
    using directory = new TemporaryDirectory();
    await using first = await on(directory.path);
    const made = await value(first.host, 'backups.make', {});
    expect(made.size).toBeGreaterThan(0);
    await first.host.gateway.createThread();
    const planned = await value(first.host, 'backups.plan', { name: made.name });
    expect([planned.planned, planned.backups.map(({ name }) => name)]).toEqual([made.name, [made.name]]);
    expect(await value(first.host, 'conversations.page', { limit: 9 })).toHaveLength(1);
    await first[Symbol.asyncDispose]();

    await using second = await on(directory.path);
    const { notices } = await value(second.host, 'host.get', {});
    expect(notices).toEqual([{ code: 'host.restored' }]);
    expect(await value(second.host, 'conversations.page', { limit: 9 })).toEqual([]);
    expect((await value(second.host, 'backups.list', {})).planned).toBeNull();
    expect(readdirSync(directory.path).some((name) => name.startsWith('porchlight.damaged-'))).toBe(true);
    await second[Symbol.asyncDispose]();

    await using third = await on(directory.path);
    expect((await value(third.host, 'host.get', {})).notices).toEqual([]);
  });

  it('are not planned when they are not there or damaged, and a plan can be taken back (a database lost to a bad copy)', async () => {
    using directory = new TemporaryDirectory();
    await using ground = await on(directory.path);
    const { name } = await value(ground.host, 'backups.make', {});
    expect(await call(ground.host, 'backups.plan', { name: '../porchlight.db' })).toMatchObject({
      ok: false,
      reason: { code: 'input.not-found' },
    });
    const path = join(directory.path, 'backups', name);
    const good = readFileSync(path);
    writeFileSync(path, 'no database');
    expect(await call(ground.host, 'backups.plan', { name })).toMatchObject({
      ok: false,
      reason: { code: 'host.backup-damaged', params: { name } },
    });
    writeFileSync(path, good);
    await value(ground.host, 'backups.plan', { name });
    expect((await value(ground.host, 'backups.plan', { name: null })).planned).toBeNull();
    expect(existsSync(join(directory.path, 'restore-next'))).toBe(false);
  });

  it('that went between plan and start leave the database as it is, which is said once (a start that fails for ever)', async () => {
    using directory = new TemporaryDirectory();
    await using first = await on(directory.path);
    const { name } = await value(first.host, 'backups.make', {});
    await first.host.gateway.createThread();
    await value(first.host, 'backups.plan', { name });
    await first[Symbol.asyncDispose]();
    rmSync(join(directory.path, 'backups', name));

    await using second = await on(directory.path);
    expect((await value(second.host, 'host.get', {})).notices).toEqual([
      { code: 'host.restore-failed', params: { name } },
    ]);
    expect(await value(second.host, 'conversations.page', { limit: 9 })).toHaveLength(1);
    await second[Symbol.asyncDispose]();
    await using third = await on(directory.path);
    expect((await value(third.host, 'host.get', {})).notices).toEqual([]);
  });
});
