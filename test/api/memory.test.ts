/** The owner's notes through the window's commands, in a whole host. */
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RpcClient, startTestHost, type TestHost } from '../lib/headless.ts';

async function connected(): Promise<
  { readonly test: TestHost; readonly client: RpcClient; note: (name: string) => string } & AsyncDisposable
> {
  const test = await startTestHost();
  const client = await new RpcClient(test.url).opened();
  client.subscribe((await client.value('host.get', {})).seq);
  return {
    test,
    client,
    note: (name) => join(test.dataDir, 'memory', name),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

describe('notes in the window', () => {
  it('are none at first, in a folder that nobody else can read', async () => {
    await using home = await connected();
    const folder = join(home.test.dataDir, 'memory');
    expect(await home.client.value('memory.get', {})).toEqual({ folder, notes: [], unread: [] });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await home.client.value('memory.read', { name: 'MEMORY.md' })).toEqual({ text: null });
  });

  it('are written, listed by kind, found, and readable for their owner alone', async () => {
    await using home = await connected();
    const { client, note } = home;
    for (const name of ['MEMORY.md', '2026-11-22.md', 'Garden.md']) {
      const text = `# ${name}\n\nThe porch is painted blue.\n`;
      expect(await client.value('memory.save', { name, text, base: '' })).toEqual({ text });
      expect(statSync(note(name)).mode & 0o077).toBe(0);
    }
    const { notes } = await client.value('memory.get', {});
    expect(notes.map(({ name, kind }) => [name, kind])).toEqual([
      ['2026-11-22.md', 'log'],
      ['Garden.md', 'other'],
      ['MEMORY.md', 'curated'],
    ]);
    expect(notes[0]?.changedAt).toBe(Math.floor(statSync(note('2026-11-22.md')).mtimeMs));
    const hits = await client.value('memory.search', { query: 'painted', limit: 2 });
    expect(hits).toHaveLength(2);
    expect(hits[0]?.text).toContain('painted blue');
    await client.event(({ kind }) => kind === 'memory.changed');
  });

  it('that were changed by hand are seen, and told to windows (an editor beside the window)', async () => {
    await using home = await connected();
    const { client, note } = home;
    await client.value('memory.get', {});
    writeFileSync(note('Garden.md'), '# Garden\n\nRoses by the fence.\n');
    await client.event(({ kind }) => kind === 'memory.changed');
    expect(await client.value('memory.search', { query: 'roses', limit: 5 })).toMatchObject([
      { name: 'Garden.md', heading: 'Garden' },
    ]);
    unlinkSync(note('Garden.md'));
    await expect.poll(() => client.value('memory.search', { query: 'roses', limit: 5 })).toEqual([]);
  });

  it('changed in two places keep both; in the same place nothing is lost and the reason says where it lies', async () => {
    await using home = await connected();
    const { client, note } = home;
    const base = '# Memory\n\n- one\n';
    await client.value('memory.save', { name: 'MEMORY.md', text: base, base: '' });
    writeFileSync(note('MEMORY.md'), `${base}- by hand\n`);
    const both = await client.value('memory.save', { name: 'MEMORY.md', text: '# Memory\n\n- ONE\n', base });
    expect(both.text).toBe('# Memory\n\n- ONE\n- by hand\n');
    const refused = await client.call('memory.save', { name: 'MEMORY.md', text: '# Memory\n\n- two\n', base });
    if (refused.ok) throw new Error('nobody noticed');
    expect(refused.reason).toMatchObject({ code: 'memory.conflict', params: { name: 'MEMORY.md' } });
    expect(readFileSync(note('MEMORY.md'), 'utf8')).toBe(both.text);
    expect(readFileSync(note(String(refused.reason.params?.['aside'])), 'utf8')).toBe('# Memory\n\n- two\n');
  });

  it('are made and deleted; what was kept aside says of which note, and MEMORY.md stays', async () => {
    await using home = await connected();
    const { client } = home;
    const garden = { name: 'Garden.md', text: '# Garden\n' };
    expect(await client.value('memory.create', garden)).toEqual({ text: garden.text });
    await client.event(({ kind }) => kind === 'memory.changed');
    expect(await client.call('memory.create', garden)).toMatchObject({ ok: false, reason: { code: 'memory.exists' } });
    await client.call('memory.save', { name: 'Garden.md', text: 'mine', base: 'never there' });
    const { notes } = await client.value('memory.get', {});
    expect(notes.map(({ kind, from }) => [kind, from])).toEqual([
      ['aside', 'Garden.md'],
      ['other', null],
    ]);
    const aside = notes[0]?.name ?? '';
    expect(await client.call('memory.remove', { name: aside, base: 'other' })).toMatchObject({
      ok: false,
      reason: { code: 'memory.changed', params: { name: aside } },
    });
    await client.value('memory.remove', { name: aside, base: 'mine' });
    await client.value('memory.remove', { name: 'Garden.md', base: garden.text });
    expect((await client.value('memory.get', {})).notes).toEqual([]);
    await client.value('memory.save', { name: 'MEMORY.md', text: 'x', base: '' });
    expect(await client.call('memory.remove', { name: 'MEMORY.md', base: 'x' })).toMatchObject({
      ok: false,
      reason: { code: 'memory.curated' },
    });
  });

  it('that cannot be read or written have a reason each (a note that is silently not known)', async () => {
    await using home = await connected();
    const { client, note } = home;
    writeFileSync(note('Old.md'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(await client.value('memory.get', {})).toMatchObject({
      unread: [{ code: 'memory.not-utf8', params: { name: 'Old.md' } }],
    });
    writeFileSync(note('Big.md'), 'x'.repeat(1_100_000));
    const large = await client.call('memory.save', { name: 'Big.md', text: 'x', base: '' });
    expect(large).toMatchObject({ ok: false, reason: { code: 'memory.too-large', params: { kib: 1024 } } });
    const outside = await client.call('memory.save', { name: '.hidden.md', text: 'x', base: '' });
    expect(outside).toMatchObject({ ok: false, reason: { code: 'memory.not-a-note' } });
    const folder = join(home.test.dataDir, 'memory');
    await rename(folder, `${folder}-away`);
    const gone = await client.call('memory.save', { name: 'MEMORY.md', text: 'x', base: '' });
    expect(gone).toMatchObject({ ok: false, reason: { code: 'memory.folder-gone' } });
    expect(await client.value('memory.get', {})).toMatchObject({ notes: [], unread: [{ code: 'memory.folder-gone' }] });
  });

  it('leave no word of theirs in the log or in the report (a diary in a bug report)', async () => {
    await using home = await connected();
    const { client, note, test } = home;
    await client.value('memory.save', { name: 'Swordfish.md', text: 'swordfish 4711\n', base: '' });
    writeFileSync(note('Old.md'), Buffer.from([0xff, 0xfe, 0x41]));
    await client.call('memory.save', { name: 'Swordfish.md', text: 'other', base: 'what was never there' });
    await client.value('memory.get', {});
    const { text } = await client.value('host.report', {});
    const log = readFileSync(join(test.dataDir, 'logs/porchlight.log'), 'utf8');
    expect(text + log).not.toMatch(/swordfish|4711|Old\.md/i);
  });
});
