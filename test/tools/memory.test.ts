import { appendFileSync, lstatSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { link, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merged } from '../../main/tools/memory/entries.ts';
import { asideFrom, isNote, largestNote } from '../../main/tools/memory/folder.ts';
import { debounce, lookAnyway, lookInstead } from '../../main/tools/memory/watch.ts';
import { counts } from '../counts.ts';
import { atRest, memoryHouse, watchByHand } from './memory/house.ts';

function failingWith(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

describe('remembering', () => {
  test('what is true for good goes to MEMORY.md, what happened to the log of the day, each as one point', async () => {
    await using house = memoryHouse();
    expect(await house.use('remember', { text: 'Anna likes tea.', where: 'memory' })).toMatchObject({ ok: true });
    expect(await house.use('remember', { text: ' Met Bo.\n\n# Not a heading\nand left ', where: 'today' })).toEqual({
      ok: true,
      text: 'Written to 2026-11-22.md.',
    });
    expect(house.text('MEMORY.md')).toBe('# Memory\n\n- Anna likes tea.\n');
    expect(house.text('2026-11-22.md')).toBe('# 2026-11-22\n\n- 22:30 Met Bo.\n  # Not a heading\n  and left\n');
    expect(house.names()).toEqual(['2026-11-22.md', 'MEMORY.md']);
    expect(statSync(join(house.folder, 'MEMORY.md')).mode & 0o777).toBe(0o600);
  });

  test('the day is the one of the setting, from its next use on (a log of yesterday after midnight)', async () => {
    await using house = memoryHouse();
    house.zone = 'Asia/Kathmandu';
    await house.use('remember', { text: 'Late.', where: 'today' });
    expect(house.text('2026-11-23.md')).toBe('# 2026-11-23\n\n- 04:15 Late.\n');
  });

  test('the same fact a second time is no second line (a call that is made again after a crash)', async () => {
    await using house = memoryHouse();
    await house.memory.remember('Anna likes tea.', 'memory');
    expect(await house.use('remember', { text: 'Anna likes tea.', where: 'memory' })).toMatchObject({
      ok: true,
      text: 'MEMORY.md has this already.',
    });
    expect(house.text('MEMORY.md').match(/tea/g)).toHaveLength(1);
    expect(await house.memory.remember('Anna likes', 'memory')).toMatchObject({ value: { added: true } });
  });

  test('a model that writes blanks without an end holds up nobody (minutes, for all chats)', async () => {
    await using house = memoryHouse();
    const text = `tea${' '.repeat(300_000)}and milk`;
    expect(await house.use('remember', { text, where: 'memory' })).toMatchObject({ ok: false });
    expect(house.names()).toEqual([]);
  });

  test('what is kept of a conversation stands in a day’s log once, whatever the time; what happened twice stands there twice', async () => {
    await using house = memoryHouse();
    await house.memory.remember('The boat is called Halcyon.', 'today', 'once');
    house.clock.advance(60_000);
    const again = await house.memory.remember('The boat is called Halcyon.', 'today', 'once');
    expect(again).toMatchObject({ value: { added: false } });
    await house.memory.remember('Took the pill.', 'today');
    house.clock.advance(60_000);
    await house.memory.remember('Took the pill.', 'today');
    expect(house.text('2026-11-22.md')).toBe(
      '# 2026-11-22\n\n- 22:30 The boat is called Halcyon.\n- 22:31 Took the pill.\n- 22:32 Took the pill.\n',
    );
  });

  test('many at once are all there, in the order they were asked for', async () => {
    await using house = memoryHouse();
    const facts = Array.from({ length: 40 }, (_, index) => `Fact ${String(index)}.`);
    await Promise.all(facts.map((fact) => house.memory.remember(fact, 'memory')));
    expect(house.text('MEMORY.md')).toBe(`# Memory\n\n${facts.map((fact) => `- ${fact}`).join('\n')}\n`);
  });

  test('each of two that come together is found as soon as it is told as written', async () => {
    await using house = memoryHouse();
    const first = house.memory.remember('The boat is called Halcyon.', 'today');
    await house.memory.remember('The house is called Seaview.', 'memory');
    expect(await house.memory.find('Seaview', 1)).toHaveLength(1);
    await first;
  });

  const wrong = [
    null,
    {},
    { text: 7, where: 'today' },
    { text: ' \u0007 ', where: 'today' },
    { text: 'x', where: '/etc' },
  ];
  test.each([...wrong, { text: 'x'.repeat(4001), where: 'memory' }])('%j is refused with a sentence', async (input) => {
    await using house = memoryHouse();
    const { ok, text } = await house.use('remember', input);
    expect([ok, text.length > 20, house.names()]).toEqual([false, true, []]);
  });

  test('signs that turn the direction of writing or steer a terminal are left out', async () => {
    await using house = memoryHouse();
    await house.memory.remember('a\u202Eb\u001B[2Jc\u0000', 'memory');
    expect(house.text('MEMORY.md')).toContain('- ab[2Jc\n');
  });
});

describe('edits by hand', () => {
  test('an entry is added to what is there now, with its line ends, its mark and its missing last one', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '\uFEFF# Mine\r\n\r\n- one' } });
    await house.memory.remember('two', 'memory');
    house.write('MEMORY.md', `${house.text('MEMORY.md')}- three by hand\r\n`);
    await house.memory.remember('four\nand more', 'memory');
    expect(house.text('MEMORY.md')).toBe(
      '\uFEFF# Mine\r\n\r\n- one\r\n- two\r\n- three by hand\r\n- four\r\n  and more\r\n',
    );
  });

  test('an edit that is written while an entry is being put in its place is not lost', async () => {
    let edits = 0;
    const path = (name: unknown): string => String(name);
    await using house = memoryHouse({
      notes: { 'MEMORY.md': '- one\n' },
      disk: {
        renameSync(from, to) {
          // Into the same file, at the last moment there is.
          if (path(to).endsWith('MEMORY.md') && edits++ < 2) appendFileSync(to, `- by hand ${String(edits)}\n`);
          renameSync(from, to);
        },
      },
    });
    expect(await house.memory.remember('two', 'memory')).toMatchObject({ ok: true });
    expect(house.text('MEMORY.md')).toBe('- one\n- by hand 1\n- by hand 2\n- two\n');
    expect(house.names()).toEqual(['MEMORY.md']);
  });

  test('an editor that puts a new file in the place meanwhile is not lost either', async () => {
    let edits = 0;
    await using house = memoryHouse({
      notes: { 'MEMORY.md': '- one\n' },
      disk: {
        async link(from, to) {
          await link(from, to);
          if (!String(to).endsWith('.was') || edits++ > 0) return;
          writeFileSync(`${String(from)}~`, '- one, as the editor has it\n');
          await rename(`${String(from)}~`, from);
        },
      },
    });
    expect(await house.memory.remember('two', 'memory')).toMatchObject({ ok: true });
    expect(house.text('MEMORY.md')).toBe('- one, as the editor has it\n- two\n');
  });

  test('a note that never comes to rest is left alone, with a sentence', async () => {
    await using house = memoryHouse({
      notes: { 'MEMORY.md': '- one\n' },
      disk: {
        lstatSync(path) {
          appendFileSync(path, '- again\n');
          return lstatSync(path);
        },
      },
    });
    const { ok, text } = await house.use('remember', { text: 'two', where: 'memory' });
    expect([ok, text]).toEqual([false, expect.stringMatching(/again and again/)]);
    expect(house.text('MEMORY.md')).toBe('- one\n- again\n- again\n- again\n- again\n- again\n');
    expect(house.names()).toEqual(['MEMORY.md']);
  });

  test('where there are no hard links notes are made and changed all the same', async () => {
    await using house = memoryHouse({ disk: { link: failingWith('EPERM') } });
    await house.memory.remember('one', 'memory');
    await house.memory.remember('two', 'memory');
    expect(house.text('MEMORY.md')).toBe('# Memory\n\n- one\n- two\n');
    expect(house.names()).toEqual(['MEMORY.md']);
  });

  test('the owner’s change in the window keeps what was remembered meanwhile', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '# Memory\n\n- one\n- two\n' } });
    const base = house.text('MEMORY.md');
    await house.memory.remember('three', 'memory');
    const saved = await house.memory.save('MEMORY.md', '# Memory\n\n- ONE\n- two', base);
    expect(saved).toEqual({ ok: true, value: '# Memory\n\n- ONE\n- two\n- three\n' });
    expect(house.text('MEMORY.md')).toBe('# Memory\n\n- ONE\n- two\n- three\n');
  });

  test('what the owner writes into an empty note keeps what was remembered meanwhile, on lines of its own', async () => {
    await using house = memoryHouse();
    await house.memory.remember('three', 'memory');
    const saved = await house.memory.save('MEMORY.md', 'I live in Graz.', '');
    expect(saved).toEqual({ ok: true, value: 'I live in Graz.\n# Memory\n\n- three\n' });
  });

  test('a line that was written on by hand is not taken for one that was added (half of it came behind another)', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- milk' } });
    house.write('MEMORY.md', '- milk for the cat');
    const saved = await house.memory.save('MEMORY.md', '- bread', '- milk');
    expect(saved).toMatchObject({ ok: false, failure: { kind: 'conflict' } });
    expect(house.text('MEMORY.md')).toBe('- milk for the cat');
  });

  test('two changes in the same place: the one that is there stays, the other lies beside it and is named', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- one\n' } });
    house.write('MEMORY.md', '- one by hand\n');
    const saved = await house.memory.save('MEMORY.md', '- one in the window\n', '- one\n');
    expect(saved).toMatchObject({ ok: false, failure: { kind: 'conflict', name: 'MEMORY.md' } });
    const [aside = ''] = house.names().filter((name) => name !== 'MEMORY.md');
    expect(saved).toMatchObject({ failure: { aside } });
    expect([house.text('MEMORY.md'), house.text(aside)]).toEqual(['- one by hand\n', '- one in the window\n']);
    // It is for the owner to look at, and no second memory.
    expect(await house.memory.find('window', 5)).toEqual([]);
  });

  test('two changes of one text are joined without losing a line, or not at all', () => {
    const lines = fc.array(fc.constantFrom('- a', '- b', '- c', ''), { maxLength: 5 }).map((all) => all.join('\n'));
    fc.assert(
      fc.property(lines, lines, lines, (base, now, theirs) => {
        const both = merged(base, now, theirs);
        expect(merged(base, now, base)).toBe(now);
        expect(merged(base, base, theirs)).toBe(theirs);
        if (both === null || now === base || theirs === base || now === theirs) return;
        const added = now.startsWith(base) ? [now.slice(base.length), theirs] : [theirs.slice(base.length), now];
        for (const part of added) expect(both).toContain(part);
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  test('what is written where nothing was stands on lines of its own before what came there meanwhile (two lines in one)', () => {
    expect(merged('', '# Memory\n\n- the cat is Mimi\n', 'Roses.')).toBe('Roses.\n# Memory\n\n- the cat is Mimi\n');
  });

  test('an edit by hand is found as soon as it has come to rest, and only then', async () => {
    const notices = watchByHand();
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- the cat is Mimi\n' }, watch: notices.watch });
    expect(await house.memory.find('cat', 5)).toHaveLength(1);
    house.write('MEMORY.md', '- the dog is Rex\n');
    notices.change();
    house.clock.advance(debounce - 1);
    notices.change();
    house.clock.advance(debounce - 1);
    await atRest(house.memory);
    expect(await house.memory.find('dog', 5)).toEqual([]);
    house.clock.advance(1);
    await atRest(house.memory);
    expect(await house.memory.find('dog', 5)).toHaveLength(1);
    expect(await house.memory.find('cat', 5)).toEqual([]);
  });

  test('the system’s own notices come through, also for a new note', async () => {
    await using house = memoryHouse();
    await house.memory.find('anything', 1);
    const idle = house.clock.pending;
    house.write('recipes.md', '# Soup\n\nlentils\n');
    await expect.poll(() => house.clock.pending).toBe(idle + 1);
    house.clock.advance(debounce);
    await expect.poll(async () => (await house.memory.find('lentils', 1)).length).toBe(1);
    expect(house.memory.version.value).toBeGreaterThan(0);
  });

  test('without notices the folder is looked at all the same, more often when there are none to be had', async () => {
    const notices = watchByHand();
    await using house = memoryHouse({ watch: notices.watch });
    await house.memory.find('anything', 1);
    house.write('a.md', 'apple');
    house.clock.advance(lookAnyway);
    await atRest(house.memory);
    expect(await house.memory.find('apple', 1)).toHaveLength(1);
    notices.break();
    expect(notices.open).toBe(0);
    house.write('b.md', 'banana');
    house.clock.advance(lookInstead);
    await atRest(house.memory);
    expect(await house.memory.find('banana', 1)).toHaveLength(1);
    expect(notices.open).toBe(1);
  });

  test('no timer and no watcher outlives the memory', async () => {
    const notices = watchByHand();
    const house = memoryHouse({ watch: notices.watch });
    notices.change();
    await house[Symbol.asyncDispose]();
    expect([house.clock.pending, notices.open]).toEqual([0, 0]);
  });
});

describe('notes that come and go', () => {
  test('a new one is there at once and found; one that is there already stays as it is', async () => {
    await using house = memoryHouse({ notes: { 'Bees.md': 'mine\n' } });
    expect(await house.memory.create('Garden.md', '# Garden\n\nroses\n')).toEqual({
      ok: true,
      value: '# Garden\n\nroses\n',
    });
    expect(await house.memory.find('roses', 1)).toHaveLength(1);
    for (const name of ['Bees.md', 'BEES.md'])
      expect(await house.memory.create(name, 'other'), name).toEqual({ ok: false, failure: { kind: 'exists', name } });
    expect(house.text('Bees.md')).toBe('mine\n');
    expect(await house.memory.create('../x.md', 'x')).toMatchObject({ failure: { kind: 'not-a-note' } });
    expect(house.names()).toEqual(['Bees.md', 'Garden.md']);
  });

  test('a deleted one is gone from the folder and from what is found, and everybody is told', async () => {
    await using house = memoryHouse({ notes: { 'Garden.md': 'roses\n' } });
    expect(await house.memory.find('roses', 1)).toHaveLength(1);
    const { value: before } = house.memory.version;
    expect(await house.memory.remove('Garden.md', 'roses\n')).toMatchObject({ ok: true });
    expect([house.names(), await house.memory.find('roses', 1)]).toEqual([[], []]);
    expect(house.memory.version.value).toBeGreaterThan(before);
    expect(await house.memory.remove('Garden.md', 'roses\n'), 'it is gone: nothing is left to do').toMatchObject({
      ok: true,
    });
  });

  test('what somebody wrote since it was shown is not deleted, neither before nor in the same breath', async () => {
    let isQuick = true;
    await using house = memoryHouse({
      notes: { 'Garden.md': 'roses\nand mine\n', 'Bees.md': 'hives\n' },
      disk: {
        async rename(from, to) {
          if (isQuick && String(to).endsWith('.Bees.md.was')) appendFileSync(from, 'by hand\n');
          isQuick = false;
          await rename(from, to);
        },
      },
    });
    const changed = (name: string) => ({ ok: false, failure: { kind: 'changed', name } });
    expect(await house.memory.remove('Garden.md', 'roses\n')).toEqual(changed('Garden.md'));
    expect(await house.memory.remove('Bees.md', 'hives\n')).toEqual(changed('Bees.md'));
    expect([house.text('Garden.md'), house.text('Bees.md')]).toEqual(['roses\nand mine\n', 'hives\nby hand\n']);
    expect(house.names()).toEqual(['Bees.md', 'Garden.md']);
  });

  test('a new note in the place of one that is being deleted is not overwritten by what comes back', async () => {
    await using house = memoryHouse({
      notes: { 'Bees.md': 'hives\n' },
      disk: {
        async rename(from, to) {
          if (!String(to).endsWith('.was')) return rename(from, to);
          appendFileSync(from, 'by hand\n');
          await rename(from, to);
          writeFileSync(from, 'new\n');
        },
      },
    });
    expect(await house.memory.remove('Bees.md', 'hives\n')).toMatchObject({ failure: { kind: 'changed' } });
    const [aside = '', ...rest] = house.names();
    expect(rest).toEqual(['Bees.md']);
    expect([aside.startsWith('Bees.conflict-was-'), house.text(aside)]).toEqual([true, 'hives\nby hand\n']);
    expect(house.text('Bees.md')).toBe('new\n');
  });

  test('MEMORY.md is emptied, never deleted', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- one\n' } });
    expect(await house.memory.remove('MEMORY.md', '- one\n')).toMatchObject({ failure: { kind: 'curated' } });
    expect(await house.memory.save('MEMORY.md', '', '- one\n')).toEqual({ ok: true, value: '' });
    expect(await house.memory.loadForPrompt({ maxTokens: 100 })).toEqual({ text: '', whole: true });
  });

  test('what a conflict keeps aside, and when it goes, is told (a copy that nobody ever saw)', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- theirs\n' } });
    await house.memory.settled();
    const { value: before } = house.memory.version;
    const conflict = await house.memory.save('MEMORY.md', '- mine\n', '- one\n');
    if (conflict.ok || conflict.failure.kind !== 'conflict') throw new Error('nobody noticed');
    expect(house.memory.version.value).toBe(before + 1);
    expect(asideFrom(conflict.failure.aside)).toBe('MEMORY.md');
    expect(await house.memory.remove(conflict.failure.aside, '- mine\n')).toMatchObject({ ok: true });
    expect(house.memory.version.value).toBe(before + 2);
    expect(house.names()).toEqual(['MEMORY.md']);
  });
});

describe('what a disk can do', () => {
  test('a full disk is said in words, the note is whole, and it goes on by itself when there is space', async () => {
    let isFull = true;
    const notes = { 'MEMORY.md': '- one\n' };
    await using house = memoryHouse({
      notes,
      disk: {
        open: async (path, flags, mode) => {
          const file = await open(path, flags, mode);
          // As a disk does: the file is there, its content is not.
          if (isFull && flags === 'wx') Object.assign(file, { writeFile: async () => failingWith('ENOSPC')() });
          return file;
        },
      },
    });
    const { ok, text } = await house.use('remember', { text: 'two', where: 'memory' });
    expect([ok, text]).toEqual([false, expect.stringMatching(/no space left on the disk/)]);
    expect([house.text('MEMORY.md'), house.names()]).toEqual(['- one\n', ['MEMORY.md']]);
    isFull = false;
    expect(await house.use('remember', { text: 'two', where: 'memory' })).toMatchObject({ ok: true });
    expect(house.text('MEMORY.md')).toBe('- one\n- two\n');
  });

  test('a folder that was moved is told and never made anew; back in its place it goes on', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': '- one\n' } });
    await house.memory.find('one', 1);
    renameSync(house.folder, `${house.folder}-moved`);
    const { ok, text } = await house.use('remember', { text: 'two', where: 'memory' });
    expect([ok, text]).toEqual([false, expect.stringMatching(/moved or removed/)]);
    expect(() => house.names()).toThrow(/ENOENT/);
    expect(await house.memory.loadForPrompt({ maxTokens: 100 })).toEqual({ text: '', whole: false });
    expect((await house.use('recall', { query: 'one' })).text).toMatch(/moved or removed/);
    renameSync(`${house.folder}-moved`, house.folder);
    expect(await house.use('remember', { text: 'two', where: 'memory' })).toMatchObject({ ok: true });
    expect(house.memory.unread).toEqual([]);
  });

  test('what is no UTF-8, too large, a folder or a link to elsewhere is left alone, and said', async () => {
    await using house = memoryHouse({
      notes: {
        'MEMORY.md': Buffer.from([0x2d, 0x20, 0xe9, 0x0a]),
        'large.md': 'word '.repeat(largestNote / 5 + 1),
        'fine.md': 'fine',
      },
    });
    mkdirSync(join(house.folder, 'folder.md'));
    symlinkSync('/etc/hostname', join(house.folder, 'link.md'));
    const { text } = await house.use('recall', { query: 'fine' });
    expect(text).toContain('[fine.md]\nfine');
    expect(text).toContain('MEMORY.md is not UTF-8 text.');
    expect(text).toContain('large.md is too large, so it is left alone: at most 1024 KiB.');
    const refused = await house.use('remember', { text: 'two', where: 'memory' });
    expect(refused).toMatchObject({ ok: false, text: expect.stringMatching(/MEMORY\.md is not UTF-8/) as string });
    expect(statSync(join(house.folder, 'MEMORY.md')).size).toBe(4);
    for (const name of ['folder.md', 'link.md', '../x.md', '.x.md', 'x.txt']) {
      expect(await house.memory.read(name)).toMatchObject({ failure: { kind: 'not-a-note' } });
      expect(await house.memory.save(name, 'x', '')).toMatchObject({ failure: { kind: 'not-a-note' } });
    }
    expect((await house.memory.loadForPrompt({ maxTokens: 1000 })).text).toBe('');
  });

  test('a note that would become too large is not written', async () => {
    await using house = memoryHouse({ notes: { 'MEMORY.md': 'x'.repeat(largestNote - 3) } });
    expect(await house.memory.remember('two', 'memory')).toMatchObject({ failure: { kind: 'too-large' } });
    expect(statSync(join(house.folder, 'MEMORY.md')).size).toBe(largestNote - 3);
  });

  test('no name leads out of the folder', () => {
    const outside = [
      '/etc/x.md',
      'a/b.md',
      'a\\b.md',
      '..md',
      '.md',
      'a\0.md',
      'c:x.md',
      `${'x'.repeat(300)}.md`,
      'x.md/',
    ];
    expect(outside.filter(isNote)).toEqual([]);
    expect(['MEMORY.md', '2026-11-22.md', 'Rezepte für Öl.MD'].every(isNote)).toBe(true);
  });

  test('what a write that was cut off has left is put away, and nothing of the owner’s with it', async () => {
    await using house = memoryHouse({
      notes: {
        'MEMORY.md': '- one\n- two\n',
        '.MEMORY.md.new': '- one\n- tw',
        '.MEMORY.md.was': '- one\n',
        'other.md': '- ours\n',
        '.other.md.was': '- by hand, at the last moment\n',
        '.hidden.txt': 'not ours',
      },
    });
    await house.memory.find('one', 1);
    const aside = house.names().filter((name) => name.startsWith('other.conflict-'));
    expect(aside.map((name) => house.text(name))).toEqual(['- by hand, at the last moment\n']);
    expect(house.names()).toEqual(['.hidden.txt', 'MEMORY.md', ...aside, 'other.md']);
  });
});
