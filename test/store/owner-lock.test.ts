import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeOwnership } from '../../main/store/owner-lock.ts';
import { counts } from '../counts.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { Child, systemClock } from './processes.ts';
import { TemporaryDirectory } from './support.ts';

describe('the lock of a data directory', () => {
  it(
    'is held by one process, names it to the other, and is free as soon as the owner is killed with -9',
    async () => {
      using directory = new TemporaryDirectory();
      for (let round = 0; round < counts.lockRaces; round += 1) {
        await using first = new Child('owner.ts', directory.path, 'desktop');
        await using second = new Child('owner.ts', directory.path, 'headless');
        const said = await Promise.all([first.says(), second.says()]);
        const kinds = said.map((answer) => (answer as { kind: string }).kind);
        expect(kinds.toSorted()).toEqual(['held', 'owned']);
        const [owner, loser] = kinds[0] === 'held' ? [first, second] : [second, first];
        const mode = kinds[0] === 'held' ? 'desktop' : 'headless';
        expect(said[kinds.indexOf('owned')]).toMatchObject({ owner: { pid: owner.process.pid, mode } });
        expect(await loser.ended).toEqual({ code: 0, signal: null });
        const taken = await takeOwnership(directory.path, 'headless', systemClock);
        expect(taken).toMatchObject({
          kind: 'owned',
          owner: { pid: owner.process.pid, mode, url: 'http://127.0.0.1:1/' },
        });
        if (round < counts.lockKills) owner.kill();
        else owner.process.stdin?.end();
        await owner.ended;
      }
    },
    counts.lockRaces * 5000,
  );

  it('is not fooled by a file that names somebody: only the lock decides', async () => {
    using directory = new TemporaryDirectory();
    writeFileSync(
      join(directory.path, 'owner.json'),
      JSON.stringify({ pid: process.pid, mode: 'desktop', url: null, since: 1 }),
    );
    const taken = await takeOwnership(directory.path, 'headless', new ManualClock(77));
    if (taken.kind !== 'held') throw new Error('not held');
    expect(JSON.parse(readFileSync(join(directory.path, 'owner.json'), 'utf8'))).toEqual({
      pid: process.pid,
      mode: 'headless',
      url: null,
      since: 77,
    });
    taken.lock[Symbol.dispose]();
    expect(() => readFileSync(join(directory.path, 'owner.json'))).toThrow(/ENOENT/);
  });

  it('says that somebody has it even when the owner file is garbage', async () => {
    using directory = new TemporaryDirectory();
    await using owner = new Child('owner.ts', directory.path, 'headless');
    await owner.says();
    writeFileSync(join(directory.path, 'owner.json'), '{"pid":');
    expect(await takeOwnership(directory.path, 'headless', systemClock)).toEqual({ kind: 'owned', owner: null });
  });
});
