import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNote } from '../../main/tools/memory/folder.ts';
import type { McpServerView, MemoryNoteView, ToolView } from '../../preload/contract/agent-views.ts';
import { compareLines } from '../../renderer/screens/tools/compare-lines.ts';
import {
  afterSaving,
  dayOfLog,
  edited,
  keepNoteDraft,
  noteNameOf,
  orderNotes,
  placeOfHit,
  readNoteDraft,
} from '../../renderer/screens/tools/notes.ts';
import {
  lineTrouble,
  serverDraftOf,
  type ServerForm,
  serverFormOf,
  splitCommand,
  type ValueLine,
  withLine,
} from '../../renderer/screens/tools/server-form.ts';
import { serverStateText, serverStep, serverTone } from '../../renderer/screens/tools/server-state.ts';
import { groupTools } from '../../renderer/screens/tools/tool-groups.ts';
import { Kept } from './kept.ts';

function tool(name: string, server: string | null = null, description = ''): ToolView {
  return {
    name,
    description,
    server,
    permission: 'ask',
    chosen: false,
    fixedByFile: false,
    sideEffects: false,
    outside: false,
  };
}

const server: McpServerView = {
  id: 'm1',
  name: 'Files',
  enabled: true,
  ...{ fixedByFile: false, since: 0, losses: 0, lastTrouble: null },
  endpoint: {
    kind: 'stdio',
    command: '/usr/bin/npx',
    args: ['-y', 'server with blanks'],
    env: [
      { name: 'KEY', secret: true, value: null, end: '9f3c' },
      { name: 'LEVEL', secret: false, value: 'info', end: null },
    ],
  },
  state: { kind: 'ready', since: 0 },
  tools: [{ name: 'files__read', theirs: 'read', claimsReadOnly: true }],
  leftOut: [],
};

describe('tools', () => {
  const tools = [tool('files__read', 'Files', 'Looks into a folder'), tool('recall'), tool('gone__do', 'Gone')];

  test('stand below who brings them, our own first, and one of an unknown server is not lost', () => {
    const groups = groupTools(tools, [server, { ...server, id: 'm2', name: 'Empty' }], '');
    expect(groups.map((group) => [group.server, group.tools.map(({ name }) => name)])).toEqual([
      [null, ['recall']],
      ['Files', ['read']],
      ['Gone', ['gone__do']],
    ]);
  });

  test('are found by all words of a search, in their name or what they do', () => {
    const found = (query: string): readonly string[] =>
      groupTools(tools, [server], query).flatMap((group) => group.tools.map(({ tool: { name } }) => name));
    expect(found('READ folder')).toEqual(['files__read']);
    expect(found('read nothing')).toEqual([]);
  });
});

describe('a server of tools', () => {
  const inState = (state: McpServerView['state']): McpServerView => ({ ...server, state });

  test('has one step for its present problem, and none while it is well', () => {
    const failed = (code: 'mcp.command-missing' | 'mcp.bug'): McpServerView =>
      inState({ kind: 'failed', reason: { code } });
    const retrying = inState({ kind: 'retrying', at: 5000, attempt: 1, reason: { code: 'mcp.hung' } });
    const servers = [inState({ kind: 'off' }), server, retrying, failed('mcp.command-missing'), failed('mcp.bug')];
    expect(servers.map(serverStep)).toEqual(['turnOn', null, 'restart', 'edit', 'restart']);
    const ofFile = servers.map((each) => serverStep({ ...each, fixedByFile: true }));
    expect(ofFile, 'a form that cannot be saved').toEqual(['turnOn', null, 'restart', 'restart', 'restart']);
    expect(servers.map(serverTone)).toEqual(['off', 'good', 'busy', 'bad', 'bad']);
    expect(serverStateText(retrying, 2000)).toBe('starting again in 3 s');
    expect(serverStateText(retrying, 6000)).toBe('starting…');
  });

  test('that is changed keeps its secrets, which nobody sees again, and its arguments as they are', () => {
    const form = serverFormOf(server);
    expect(serverDraftOf({ ...form, name: ' Files 2 ' }, 'm1')).toEqual({
      id: 'm1',
      name: 'Files 2',
      endpoint: {
        kind: 'stdio',
        command: '/usr/bin/npx',
        args: ['-y', 'server with blanks'],
        env: [
          { name: 'KEY', secret: true },
          { name: 'LEVEL', secret: false, value: 'info' },
        ],
      },
    });
  });

  test('asks for a secret again that got another name or is no secret any more (an empty key in its place)', () => {
    const [key] = serverFormOf(server).env;
    if (!key) throw new Error('no line');
    const troubleOf = (change: Partial<ValueLine>): string | null => {
      const line = { ...key, ...change };
      return lineTrouble(line, [line], 'stdio');
    };
    expect(troubleOf({})).toBeNull();
    expect(troubleOf({ name: 'TOKEN' })).toBe('mcp.valueMissing');
    expect(troubleOf({ name: 'TOKEN', value: 'sk' })).toBeNull();
    expect(troubleOf({ secret: false })).toBe('mcp.valueMissing');
    expect(troubleOf({ name: ' ', value: 'sk' })).toBe('mcp.nameMissing');
  });

  test('has each name once, headers whatever their case, and a line that nobody began is none', () => {
    const line = (key: number, name: string): ValueLine => ({ key, name, value: 'x', secret: false, stored: null });
    const lines = [line(0, 'Authorization'), line(1, 'authorization')];
    const troubles = (kind: ServerForm['kind']): readonly (string | null)[] =>
      lines.map((each) => lineTrouble(each, lines, kind));
    expect(troubles('http')).toEqual([null, 'mcp.nameTwice']);
    expect(troubles('stdio')).toEqual([null, null]);
    const form = { ...serverFormOf(null), name: 'web', kind: 'http', url: 'https://example.com/mcp' } as const;
    const draft = serverDraftOf({ ...form, headers: withLine([]) }, null);
    expect(draft).toEqual({ name: 'web', endpoint: { kind: 'http', url: 'https://example.com/mcp', headers: [] } });
    expect(serverDraftOf({ ...form, url: 'ftp://example.com' }, null)).toBeNull();
  });

  test('takes a whole command line apart, but no path with blanks and nothing in quotation marks', () => {
    const split = (command: string, args = ''): unknown => splitCommand({ ...serverFormOf(null), command, args });
    expect(split('npx -y  thing')).toEqual({ command: 'npx', args: '-y\nthing' });
    expect([split('npx'), split('npx -y', 'already'), split('C:\\Program Files\\x.exe'), split('run "a b"')]).toEqual(
      Array.from({ length: 4 }, () => null),
    );
  });
});

describe('the notes of the memory', () => {
  const note = (name: string, kind: MemoryNoteView['kind']): MemoryNoteView => ({
    name,
    kind,
    from: null,
    bytes: 1,
    changedAt: 0,
  });

  test('are MEMORY.md, then the days, the newest first, then the others, and last what was kept aside', () => {
    const notes = [
      note('MEMORY.conflict-1.md', 'aside'),
      note('b.md', 'other'),
      note('2026-11-09.md', 'log'),
      note('MEMORY.md', 'curated'),
      note('2026-11-22.md', 'log'),
      note('a.md', 'other'),
    ];
    expect(orderNotes(notes).map(({ name }) => name)).toEqual([
      'MEMORY.md',
      '2026-11-22.md',
      '2026-11-09.md',
      'a.md',
      'b.md',
      'MEMORY.conflict-1.md',
    ]);
    expect(notes.map(dayOfLog)).toEqual([null, null, '2026-11-09', null, '2026-11-22', null]);
  });

  test('are called as they were typed, and as no folder, hidden file or sign that cannot be seen', () => {
    expect(['Garden', ' Garden.md ', 'Gärten & Höfe', 'a.b'].map(noteNameOf)).toEqual([
      'Garden.md',
      'Garden.md',
      'Gärten & Höfe.md',
      'a.b.md',
    ]);
    for (const typed of ['', ' ', '.md', '.hidden', 'a/b', 'a\\b', 'C:x', 'a\u202eb', 'a\nb', 'x'.repeat(101)])
      expect(noteNameOf(typed), JSON.stringify(typed)).toBeNull();
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const name = noteNameOf(typed);
        expect(name === null || isNote(name)).toBe(true);
      }),
    );
  });

  test('are compared line by line: what is the same in both is not marked, wherever it stands', () => {
    const { one, other } = compareLines('# A\n- old\n- both\n- end\n', '# A\n- new\r\n- more\n- both\n- end\n');
    const marked = (lines: typeof one): readonly string[] =>
      lines.flatMap(({ text, differs }) => (differs ? [text] : []));
    expect([marked(one), marked(other)]).toEqual([['- old'], ['- new', '- more']]);
    expect(compareLines('a\nb', 'a\nb').one.some(({ differs }) => differs)).toBe(false);
    const long = Array.from({ length: 5_000 }, (_, line) => String(line)).join('\n');
    expect(marked(compareLines(long, `${long}x`).other)).toEqual(['4999x']);
  });

  test('compared, lose no line and mark none that is left when the marked ones are taken out', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (left, right) => {
        const { one, other } = compareLines(left, right);
        expect([one, other].map((lines) => lines.map((line) => line.text).join('\n'))).toEqual([left, right]);
        const [same, too] = [one, other].map((lines) =>
          lines.filter(({ differs }) => !differs).map((line) => line.text),
        );
        expect(same).toEqual(too);
      }),
    );
  });

  test('keep what was typed over a reload, and nothing once it is saved or as it was', () => {
    const storage = new Kept();
    const draft = edited(null, 'old', 'new');
    keepNoteDraft(storage, 'MEMORY.md', draft);
    expect(readNoteDraft(storage, 'MEMORY.md')).toEqual({ base: 'old', text: 'new' });
    expect(readNoteDraft(storage, 'other.md')).toBeNull();
    keepNoteDraft(storage, 'MEMORY.md', edited(draft, 'old', 'old'));
    expect(readNoteDraft(storage, 'MEMORY.md')).toBeNull();
    storage.setItem('porchlight.draft.note:x.md', 'not json');
    expect(readNoteDraft(storage, 'x.md')).toBeNull();
  });

  test('an emptied note is something to be saved (a draft of no text that is taken for none)', () => {
    const storage = new Kept();
    keepNoteDraft(storage, 'a.md', edited(null, 'old', ''));
    expect(readNoteDraft(storage, 'a.md')).toEqual({ base: 'old', text: '' });
  });

  test('what is typed while somebody else writes stands on what was there when it was begun', () => {
    const begun = edited(null, 'old', 'old and mine');
    expect(edited(begun, 'theirs', 'old and mine!')).toEqual({ base: 'old', text: 'old and mine!' });
  });

  test('what is typed while it is saved stands on what was sent, and is still to be saved', () => {
    expect(afterSaving({ base: 'old', text: 'sent' }, 'sent')).toBeNull();
    expect(afterSaving({ base: 'old', text: 'sent, and more' }, 'sent')).toEqual({
      base: 'sent',
      text: 'sent, and more',
    });
  });

  test('show where something was found: its text, else its heading', () => {
    const text = '# Bees\n\n- straps\n- boards\n';
    expect(placeOfHit(text, { heading: 'Bees', text: 'gone\n- boards' })).toEqual([17, 25]);
    expect(placeOfHit(text, { heading: 'Bees', text: 'gone' })).toEqual([2, 6]);
    expect(placeOfHit(text, { heading: '', text: '' })).toBeNull();
  });
});
