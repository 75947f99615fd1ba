import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSettings, type SettingsFile } from '../../main/store/settings-file.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { recordedLog, TemporaryDirectory } from './support.ts';

const open = (directory: TemporaryDirectory): Promise<SettingsFile> =>
  openSettings({ dataDir: directory.path, clock: new ManualClock(Date.UTC(2026, 10, 22)), log: recordedLog() });
const file = (directory: TemporaryDirectory): string => join(directory.path, 'settings.json');
const onDisk = (directory: TemporaryDirectory): unknown => JSON.parse(readFileSync(file(directory), 'utf8'));

describe('the settings file', () => {
  it('gives the defaults without a file, and keeps what is set under its dotted key', async () => {
    using directory = new TemporaryDirectory();
    const settings = await open(directory);
    expect(settings.get('turns.parallel')).toBe(16);
    expect(settings.get('models.fallbacks')).toEqual([]);
    expect(settings.set('turns.parallel', 3)).toEqual({ ok: true, value: undefined });
    expect(settings.set('models.fallbacks', ['lab/a', 'lab/b']).ok).toBe(true);
    expect(settings.get('turns.parallel')).toBe(3);
    expect(onDisk(directory)).toEqual({ 'turns.parallel': 3, 'models.fallbacks': ['lab/a', 'lab/b'] });
    const next = await open(directory);
    expect(next.get('turns.parallel')).toBe(3);
    expect(next.notices).toEqual([]);
  });

  it('tells watchers of a change once it is written, and not of one that is refused', async () => {
    using directory = new TemporaryDirectory();
    const settings = await open(directory);
    const seen: unknown[] = [];
    using _watch = settings.subscribe((key) => seen.push([key, settings.get('turns.parallel')]));
    settings.set('turns.parallel', 2);
    expect(settings.set('turns.parallel', 0)).toMatchObject({ failure: { code: 'settings.out-of-range' } });
    expect(settings.set('turns.parallel', '2')).toMatchObject({ failure: { code: 'settings.wrong-type' } });
    expect(seen).toEqual([['turns.parallel', 2]]);
    expect(settings.get('turns.parallel')).toBe(2);
  });

  it('keeps keys it does not know and values that do not fit, says so, and uses the default for them', async () => {
    using directory = new TemporaryDirectory();
    const written = { 'of.a.newer.version': { deep: [1] }, 'turns.parallel': 'many', persona: 'Be brief.' };
    writeFileSync(file(directory), JSON.stringify(written));
    const settings = await open(directory);
    expect(settings.get('turns.parallel')).toBe(16);
    expect(settings.get('persona')).toBe('Be brief.');
    expect(settings.notices).toMatchObject([
      { code: 'settings.unknown-key', params: { key: 'of.a.newer.version' } },
      { code: 'settings.wrong-type', params: { key: 'turns.parallel' } },
    ]);
    settings.set('persona', 'Be kind.');
    expect(onDisk(directory)).toEqual({ ...written, persona: 'Be kind.' });
  });

  it.each(['{"turns.parallel": 3', '[]', 'null', '', '\u0000\u0000'])(
    'that is broken (%j) is set aside whole, and the last good copy is used',
    async (broken) => {
      using directory = new TemporaryDirectory();
      const first = await open(directory);
      first.set('turns.parallel', 3);
      first.set('persona', 'Be brief.');
      writeFileSync(file(directory), broken);
      const settings = await open(directory);
      const name = 'settings.broken-2026-11-22T00-00-00-000Z.json';
      expect(settings.notices).toEqual([{ code: 'settings.restored', params: { name } }]);
      expect(settings.get('turns.parallel')).toBe(3);
      expect(onDisk(directory)).toEqual({ 'turns.parallel': 3, persona: 'Be brief.' });
      expect(readFileSync(join(directory.path, name), 'utf8')).toBe(broken);
      expect((await open(directory)).notices).toEqual([]);
    },
  );

  it('edited by hand while we were off is the new good copy', async () => {
    using directory = new TemporaryDirectory();
    (await open(directory)).set('turns.parallel', 3);
    writeFileSync(file(directory), '{"turns.parallel": 5}');
    await open(directory);
    writeFileSync(file(directory), '{');
    expect((await open(directory)).get('turns.parallel')).toBe(5);
  });

  it('is overlaid by what a provision file fixes, which is never written into it', async () => {
    using directory = new TemporaryDirectory();
    const settings = await open(directory);
    settings.set('turns.parallel', 3);
    expect(settings.fix({ 'turns.parallel': 8, 'no.such': 1 })).toMatchObject({
      failure: { code: 'settings.unknown-key' },
    });
    expect(settings.fix({ 'turns.parallel': 'x' })).toMatchObject({ failure: { code: 'settings.wrong-type' } });
    expect(settings.get('turns.parallel')).toBe(3);
    expect(settings.fix({ 'turns.parallel': 8 }).ok).toBe(true);
    expect(settings.get('turns.parallel')).toBe(8);
    expect([...settings.fixed()]).toEqual(['turns.parallel']);
    expect(settings.set('turns.parallel', 4)).toMatchObject({ failure: { code: 'settings.fixed-by-file' } });
    settings.set('persona', 'x');
    expect(onDisk(directory)).toEqual({ 'turns.parallel': 3, persona: 'x' });
    expect(readdirSync(directory.path)).not.toContain('settings.json.new');
  });

  it('does not make a data directory anew that was moved away: the change is refused', async () => {
    using directory = new TemporaryDirectory();
    const dataDir = join(directory.path, 'home');
    mkdirSync(dataDir);
    const settings = await openSettings({ dataDir, clock: new ManualClock(), log: recordedLog() });
    renameSync(dataDir, join(directory.path, 'away'));
    expect(settings.set('turns.parallel', 3)).toMatchObject({ failure: { code: 'host.data-gone' } });
    expect(settings.get('turns.parallel')).toBe(16);
    expect(existsSync(dataDir)).toBe(false);
  });
});
