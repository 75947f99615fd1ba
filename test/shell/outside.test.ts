import type { MessageBoxOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { readDesktopArguments } from '../../main/shell/arguments.ts';
import { type StartProblem } from '../../main/shell/ports.ts';
import { tellProblem } from '../../main/shell/problems.ts';
import { createOutside, outsideAddress } from '../../main/shell/security.ts';
import { inEnglish } from '../lib/words.ts';

/** Answers dialogs as told, and writes down what was asked and opened. */
function desk(answers: readonly number[]) {
  const asked: MessageBoxOptions[] = [];
  const opened: string[] = [];
  const left = [...answers];
  const show = (first: unknown, second?: unknown) => {
    asked.push((second ?? first) as MessageBoxOptions);
    return Promise.resolve({ response: left.shift() ?? 0, checkboxChecked: false });
  };
  const shell = {
    openExternal: async (url: string) => void opened.push(url),
    openPath: async (path: string) => {
      opened.push(path);
      return '';
    },
  };
  return { asked, opened, parts: { say: inEnglish, dialog: { showMessageBox: show }, shell } };
}

describe('an address that leaves the app', () => {
  it.each([
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://server/x',
    'ms-settings:',
    'x',
    '',
  ])('is never %s: each such scheme starts a program somewhere', (url) => {
    expect(outsideAddress(url)).toBeNull();
  });

  it('is opened as it was parsed, after the host was shown', async () => {
    const { asked, opened, parts } = desk([0]);
    await createOutside(parts)('https://user@exämple.com/a b');
    expect(asked[0]?.message).toBe('Open xn--exmple-cua.com outside of Porchlight?');
    expect(opened).toEqual(['https://user@xn--exmple-cua.com/a%20b']);
  });

  it('stays closed when the person says no, and the safe answer is the one that Enter gives', async () => {
    const { asked, opened, parts } = desk([1]);
    await createOutside(parts)('mailto:ada@example.com?subject=hi');
    expect(asked[0]).toMatchObject({ message: 'Write to ada@example.com?', defaultId: 1, cancelId: 1 });
    expect(opened).toEqual([]);
  });

  it('is asked about one at a time, or a page could bury the screen in questions', async () => {
    const { asked, parts } = desk([1, 1]);
    const outside = createOutside(parts);
    await Promise.all([outside('https://a.example/'), outside('https://b.example/'), outside('https://c.example/')]);
    expect(asked).toHaveLength(1);
    await outside('https://d.example/');
    expect(asked).toHaveLength(2);
  });
});

describe('a start that cannot be', () => {
  const data = { kind: 'data', sentence: 'Because.', dataDir: '/data', backup: null, passing: false } as const;
  const buttons = async (problem: StartProblem): Promise<readonly string[] | undefined> => {
    const { asked, parts } = desk([99]);
    await tellProblem(parts, problem);
    return asked[0]?.buttons;
  };

  it('offers what can help and nothing else', async () => {
    expect(await buttons(data)).toEqual(['Show the data folder', 'Quit']);
    expect(await buttons({ ...data, backup: 'b.db' })).toEqual(['Restore the backup', 'Show the data folder', 'Quit']);
    expect(await buttons({ ...data, passing: true })).toEqual(['Try again', 'Show the data folder', 'Quit']);
    expect(await buttons({ kind: 'other', sentence: 'A bug.' })).toEqual(['Quit']);
  });

  it('opens an owner in the browser only when the note about it names a web page', async () => {
    const owned = (url: string | null): StartProblem => ({
      kind: 'owned',
      dataDir: '/data',
      owner: { pid: 1, mode: 'headless', url },
    });
    expect(await buttons(owned('http://127.0.0.1:4747/'))).toEqual(['Open in the browser', 'Quit']);
    expect(await buttons(owned('file:///bin/sh'))).toEqual(['Quit']);
    expect(await buttons(owned(null))).toEqual(['Quit']);
    expect(await buttons({ kind: 'owned', dataDir: '/data', owner: null })).toEqual(['Quit']);
  });

  it('asks again after the folder was shown, and starts again with the backup that was offered', async () => {
    const { asked, opened, parts } = desk([1, 0]);
    const wayOut = await tellProblem(parts, { ...data, backup: 'b.db' });
    expect(asked).toHaveLength(2);
    expect(opened).toEqual(['/data']);
    expect(wayOut).toEqual({ kind: 'again', restore: 'b.db' });
  });

  it('ends when the dialog is merely closed', async () => {
    const { parts } = desk([2]);
    expect(await tellProblem(parts, { ...data, backup: 'b.db' })).toEqual({ kind: 'end' });
  });
});

describe('the command line of the tray app', () => {
  const read = (...args: string[]) => readDesktopArguments(args, inEnglish);

  it('knows its own flags and leaves the switches of Chromium to it', () => {
    const args = ['.', '--ozone-platform=wayland', '--data-dir', '/x', '--hidden', '--no-sandbox'];
    expect(read(...args)).toEqual({ ok: true, value: { dataDir: '/x', hidden: true, warnings: [] } });
    expect(read('.')).toEqual({ ok: true, value: { dataDir: null, hidden: false, warnings: [] } });
  });

  it.each([[['--data-dir']], [['--data-dir=']], [['--data-dir', '--hidden']]])(
    'refuses %s: the usual directory would be the wrong one',
    (args) => {
      expect(read(...args)).toEqual({ ok: false, failure: '--data-dir needs a value.' });
    },
  );

  it('says of a flag of the headless host that it does nothing here', () => {
    const result = read('--port', '0', '--provision', 'x.json');
    expect(result.ok && result.value.warnings).toEqual([
      '--port is for the headless host (npm run serve); the tray app goes on without it.',
      '--provision is for the headless host (npm run serve); the tray app goes on without it.',
    ]);
  });
});
