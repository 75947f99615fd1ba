import { expect, it } from 'vitest';
import { Child } from './processes.ts';
import { openTestStore, TemporaryDirectory } from './support.ts';

it.each([
  { point: 'before-commit', found: ['before'] },
  { point: 'after-commit', found: ['before', 'committed'] },
  { point: 'after-note', found: ['before', 'committed', 'noted'] },
])('killed with -9 at $point, exactly what had resolved is there at the next start', async ({ point, found }) => {
  using directory = new TemporaryDirectory();
  await using child = new Child('writer.ts', directory.path, point);
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
  await using opened = await openTestStore(directory.path);
  expect(opened.store.read.links.all().map((row) => row.id)).toEqual(found);
  expect(opened.store.trouble.value).toBeNull();
});

it('after an unclean end the database is checked later, in the worker, and not while starting', async () => {
  using directory = new TemporaryDirectory();
  await using child = new Child('writer.ts', directory.path, 'after-commit');
  await child.ended;
  await using opened = await openTestStore(directory.path);
  const events = (): readonly string[] => opened.log.lines.map((line) => line.event);
  expect(events()).toEqual([]);
  opened.clock.advance(5 * 60_000);
  await expect.poll(events).toContain('store.checked');
});
