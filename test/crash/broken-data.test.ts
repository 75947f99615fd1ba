/** Data that cannot be used as it is: the host says so in one sentence, ends with code 4, and overwrites nothing. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  globSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../main/store/database.ts';
import { RpcClient } from '../lib/headless.ts';
import { Workplace, type BuiltOptions, type Ended, type HostProcess } from './lib/host-process.ts';
import { readLedger } from './lib/ledger.ts';
import { settled } from './lib/lives.ts';
import { markerOf, startMarkedModel, type MarkedModel } from './lib/marked-model.ts';

const waiting = markerOf('1', 2);

interface Ground {
  readonly dataDir: string;
  readonly conversation: string;
}

describe('data that cannot be used', () => {
  let workplace: Workplace;
  let model: MarkedModel;
  let ground: Ground;
  beforeAll(async () => {
    workplace = new Workplace();
    model = await startMarkedModel(1);
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    workplace[Symbol.dispose]();
  });
  beforeEach(async () => {
    ground = await lived();
  });

  async function withWindow<T>(host: HostProcess, use: (window: RpcClient) => Promise<T>): Promise<T> {
    const { url, token } = await host.ready();
    using window = await new RpcClient(url, token).opened();
    return await use(window);
  }

  /** A directory with a sealed key, changed settings, one answered message and one whose turn the end cut. */
  async function lived(): Promise<Ground> {
    const dataDir = workplace.newDataDir();
    await using host = workplace.startBuilt(dataDir);
    const conversation = await withWindow(host, async (window) => {
      const baseUrl = model.emulator.url;
      await window.value('providers.save', { provider: { id: 'lab', kind: 'openai', baseUrl, key: 'sk-test' } });
      await window.value('models.choose', { default: 'lab/gpt-test' });
      await window.value('settings.set', { key: 'persona', value: 'You are the porch light.' });
      const { id } = await window.value('conversations.create', {});
      await window.value('messages.send', { conversation: id, text: `First ${markerOf('1', 1)}`, key: 'first' });
      await settled(await host.ready(), window);
      const asked = model.emulator.chats.length;
      model.emulator.next({ kind: 'hang' });
      await window.value('messages.send', { conversation: id, text: `Second ${waiting}`, key: 'second' });
      await model.emulator.waitFor(() => model.emulator.chats.length > asked);
      return id;
    });
    await host.kill();
    return { dataDir, conversation };
  }

  async function refusal(options: BuiltOptions = {}): Promise<Ended> {
    await using host = workplace.startBuilt(ground.dataDir, options);
    return await host.ended;
  }

  const file = (name: string): string => join(ground.dataDir, name);

  /** What is in the files that matter, by a digest; logs and the lock may change. */
  function contents(): Readonly<Record<string, string>> {
    const names = readdirSync(ground.dataDir).filter((name) => /^(porchlight|settings|key|token)/.test(name));
    const digest = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(file(name)))
        .digest('hex');
    // The index of the log lives as long as a process that reads it.
    return Object.fromEntries(names.filter((name) => !name.endsWith('-shm')).map((name) => [name, digest(name)]));
  }

  /** The whole database in one file, as a clean end leaves it; and that file as the newest backup. */
  function backedUp(): string {
    const connection = openConnection(file('porchlight.db'), { synchronous: 'full', busyTimeout: 0, cacheKib: 1024 });
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
    const name = 'porchlight-2026-01-02T03-04-05-006Z.db';
    copyFileSync(file('porchlight.db'), join(ground.dataDir, 'backups', name));
    return name;
  }

  function damage(from: number, upTo: number): void {
    const handle = openSync(file('porchlight.db'), 'r+');
    const { size } = statSync(file('porchlight.db'));
    const begin = Math.floor(size * from);
    writeSync(handle, randomBytes(Math.floor(size * upTo) - begin), 0, undefined, begin);
    closeSync(handle);
  }

  it('the data key is missing: said with its path, no new one is made, and the recovery key leads back', async () => {
    const key = readFileSync(file('key.file'), 'utf8');
    rmSync(file('key.file'));
    backedUp();
    const before = contents();
    const { code, said } = await refusal();
    expect({ code, said }).toEqual({
      code: 4,
      said: expect.stringContaining(`The data key is missing: ${file('key.file')}`) as string,
    });
    expect(contents()).toEqual(before);
    await using host = workplace.startBuilt(ground.dataDir, { environment: { PORCHLIGHT_KEY: key.trim() } });
    await withWindow(host, async (window) => {
      await settled(await host.ready(), window);
    });
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(readLedger(ground.dataDir).turns).toMatchObject([{ state: 'done' }, { state: 'done', starts: 2 }]);
  });

  it('the data key is another one: said with its path, and it is left as it is', async () => {
    writeFileSync(file('key.file'), `${randomBytes(32).toString('base64')}\n`);
    backedUp();
    const before = contents();
    const { code, said } = await refusal();
    expect(code).toBe(4);
    expect(said).toContain(`The data key cannot be used here: ${file('key.file')}`);
    expect(contents()).toEqual(before);
    const wrong = await refusal({ environment: { PORCHLIGHT_KEY: 'not a key' } });
    expect(wrong).toMatchObject({ code: 4, said: expect.stringContaining('PORCHLIGHT_KEY') as string });
    expect(contents()).toEqual(before);
  });

  it('the settings are garbage: set aside, the last good ones are used and the window is told', async () => {
    const garbage = Buffer.concat([Buffer.from('{"persona": "half a'), randomBytes(64)]);
    writeFileSync(file('settings.json'), garbage);
    await using host = workplace.startBuilt(ground.dataDir);
    const { notices, persona } = await withWindow(host, async (window) => ({
      notices: (await window.value('host.get', {})).notices,
      persona: (await window.value('settings.list', {})).find(({ key }) => key === 'persona')?.value,
    }));
    expect(await host.stop()).toMatchObject({ code: 0 });
    const [aside = '', ...more] = globSync('settings.broken-*.json', { cwd: ground.dataDir });
    expect(more).toEqual([]);
    expect(readFileSync(file(aside)).equals(garbage)).toBe(true);
    expect(notices).toEqual([{ code: 'settings.restored', params: { name: aside } }]);
    expect(persona).toBe('You are the porch light.');
  });

  it.each([
    { where: 'at its head', from: 0, upTo: 0.02 },
    { where: 'in its middle', from: 0.1, upTo: 0.9 },
  ])(
    'the database is damaged $where: the backup is named, and restoring it holds what was unfinished',
    async (place) => {
      const name = backedUp();
      damage(place.from, place.upTo);
      const before = contents();
      const { code, said } = await refusal();
      expect(code).toBe(4);
      expect(said).toContain(`The database is damaged (${ground.dataDir})`);
      expect(said).toContain(`the newest good backup is ${name}`);
      expect(contents(), 'nothing is overwritten').toEqual(before);

      const unknown = await refusal({ args: ['--port', '0', '--restore-backup', 'porchlight-2000.db'] });
      expect(unknown).toMatchObject({ code: 2, said: expect.stringContaining(`There are: ${name}.`) as string });
      expect(contents()).toEqual(before);

      const calls = model.calls.length;
      await using host = workplace.startBuilt(ground.dataDir, { args: ['--port', '0', '--restore-backup', name] });
      await withWindow(host, async (window) => {
        await settled(await host.ready(), window);
        const { messages } = await window.value('conversations.thread', {
          conversation: ground.conversation,
          limit: 9,
        });
        const last = messages.at(-1);
        expect(last).toMatchObject({ state: 'held', reason: { code: 'access.held' } });
        expect(last?.text).toContain(waiting);
        expect(model.calls.length, 'nothing unfinished runs by itself').toBe(calls);
        await window.value('messages.answerNow', { message: last?.id ?? '' });
        await settled(await host.ready(), window);
      });
      expect(await host.stop()).toMatchObject({ code: 0 });
      expect(readLedger(ground.dataDir).turns.at(-1)).toMatchObject({ state: 'done', inputs: [{ state: 'answered' }] });
      const [aside = ''] = globSync('porchlight.damaged-*.db', { cwd: ground.dataDir });
      expect(
        createHash('sha256')
          .update(readFileSync(file(aside)))
          .digest('hex'),
      ).toBe(before['porchlight.db']);
      expect(existsSync(join(ground.dataDir, 'backups', name))).toBe(true);
    },
  );

  it('the database is damaged and there is no backup: said without inventing one, nothing is overwritten', async () => {
    backedUp();
    for (const name of readdirSync(file('backups'))) rmSync(join(file('backups'), name));
    damage(0, 1);
    const before = contents();
    const { code, said } = await refusal();
    expect(code).toBe(4);
    expect(said).toContain('The database is damaged');
    expect(said).not.toContain('newest good backup');
    expect(contents()).toEqual(before);
  });

  it('the database is of a newer program: said, and not a byte is changed', async () => {
    backedUp();
    const connection = openConnection(file('porchlight.db'), { synchronous: 'full', busyTimeout: 0, cacheKib: 64 });
    connection.exec('PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
    const before = contents();
    const { code, said } = await refusal();
    expect(code).toBe(4);
    expect(said).toContain('The database was made by a newer version of Porchlight.');
    expect(contents()).toEqual(before);
  });
});
