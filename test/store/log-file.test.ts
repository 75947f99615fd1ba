import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLog, type LogFile } from '../../main/store/log-file.ts';
import { createRedactor } from '../../main/store/redact.ts';
import { counts } from '../counts.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { TemporaryDirectory } from './support.ts';

const token = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0';

function open(directory: TemporaryDirectory, mirror?: (line: string) => void): LogFile {
  const folder = join(directory.path, 'logs');
  return openLog({ folder, clock: new ManualClock(Date.UTC(2026, 10, 22)), ...(mirror ? { mirror } : {}) });
}

const written = (directory: TemporaryDirectory): string =>
  readFileSync(join(directory.path, 'logs/porchlight.log'), 'utf8');

describe('the log', () => {
  it('has one JSON object per line in the file once it is closed, for its owner alone', async () => {
    using directory = new TemporaryDirectory();
    const log = open(directory);
    log.write('info', 'turn.done', { turn: 't1', ms: 12, ok: true, none: null, left: undefined, text: 'a\n"b"' });
    log.write('debug', 'too.fine');
    await log.close();
    log.write('info', 'after.close');
    expect(
      written(directory)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        time: '2026-11-22T00:00:00.000Z',
        level: 'info',
        event: 'turn.done',
        turn: 't1',
        ms: 12,
        ok: true,
        none: null,
        text: 'a\n"b"',
      },
    ]);
    if (process.platform !== 'win32') {
      expect(statSync(join(directory.path, 'logs/porchlight.log')).mode & 0o077).toBe(0);
    }
  });

  it('keeps the newest 2000 lines for the window and tells its watchers', async () => {
    using directory = new TemporaryDirectory();
    const log = open(directory);
    const seen: string[] = [];
    const watch = log.subscribe((line) => seen.push(line.event));
    for (let n = 0; n < 3000; n += 1) log.write('debug', `line.${String(n)}`);
    watch[Symbol.dispose]();
    log.write('debug', 'last');
    expect(seen).toHaveLength(3000);
    expect(log.tail(2).map((line) => line.event)).toEqual(['line.2999', 'last']);
    expect(log.tail(2000)).toHaveLength(2000);
    expect(log.tail(0)).toEqual([]);
    await log.close();
  });

  it('copies warnings and errors to the terminal without letting names move its cursor', async () => {
    using directory = new TemporaryDirectory();
    const lines: string[] = [];
    const log = open(directory, (line) => lines.push(line));
    log.write('info', 'quiet');
    log.write('warn', 'link.retrying', { link: 'bot', name: 'Eve\u001b[2J\nroot@', attempt: 3 });
    expect(lines).toEqual(['00:00:00 warn link.retrying link=bot name="Eve\\u001b[2J\\nroot@" attempt=3']);
    await log.close();
  });

  it('keeps at most five files of five megabytes', async () => {
    using directory = new TemporaryDirectory();
    const folder = join(directory.path, 'logs');
    for (let n = 1; n <= 4; n += 1) writeFileSync(join(folder, `porchlight.log.${String(n)}`), `old ${String(n)}`);
    writeFileSync(join(folder, 'porchlight.log'), 'x'.repeat(5 * 1024 * 1024));
    const log = open(directory);
    log.write('info', 'first');
    log.write('info', 'second');
    await log.close();
    expect(readdirSync(folder).toSorted()).toEqual([
      'porchlight.log',
      ...[1, 2, 3, 4].map((n) => `porchlight.log.${String(n)}`),
    ]);
    expect(readFileSync(join(folder, 'porchlight.log.4'), 'utf8')).toBe('old 3');
    expect(statSync(join(folder, 'porchlight.log')).size).toBeLessThan(10_000);
  });

  it('goes on in memory when the file cannot be written, and says later how much is missing', async () => {
    using directory = new TemporaryDirectory();
    const folder = join(directory.path, 'logs');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
    const clock = new ManualClock();
    const log = openLog({ folder, clock });
    log.write('info', 'lost');
    await expect.poll(() => log.tail(9).map((line) => line.event)).toContain('log.file-failed');
    log.write('info', 'lost.too');
    rmSync(folder);
    mkdirSync(folder);
    chmodSync(folder, 0o700);
    clock.advance(10_000);
    log.write('info', 'back');
    await log.close();
    expect(written(directory)).toMatch(/log\.lines-lost.*\n.*back/s);
  });
});

describe('the redactor', () => {
  const clean = createRedactor().clean;

  it('takes out tokens, keys and passwords by their shape and leaves the rest readable', () => {
    expect(clean(`https://api.telegram.org/bot${token}/getMe failed`)).toBe(
      'https://api.telegram.org/***/getMe failed',
    );
    expect(clean('Authorization: Bearer abc.def-ghi, next')).toBe('Authorization: Bearer ***, next');
    expect(clean('key sk-proj-abcdefgh12345678 refused')).toBe('key *** refused');
    expect(clean('ws://h/#token=abcDEF123&x=1')).toBe('ws://h/#token=***&x=1');
    expect(clean('http://user:pass@host/')).toBe('http://***@host/');
    expect(clean('link.up bot 42 after 12:30:45')).toBe('link.up bot 42 after 12:30:45');
  });

  it('never lets a registered secret through, wherever it stands and however secrets overlap', () => {
    const secret = fc.string({ minLength: 6, maxLength: 40, unit: fc.constantFrom(...'ab*:/ é"\\%') });
    const piece = fc.oneof(fc.string(), fc.constant('***'));
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(piece, { minLength: 1 }),
        (secrets, pieces) => {
          const redactor = createRedactor();
          for (const one of secrets) redactor.register(one);
          const text = pieces.join(secrets[0]) + secrets.join('') + encodeURIComponent(secrets[0] ?? '');
          const cleaned = redactor.clean(text);
          for (const one of secrets) {
            expect(cleaned).not.toContain(one);
            expect(cleaned).not.toContain(encodeURIComponent(one));
          }
        },
      ),
      { numRuns: counts.propertyRuns },
    );
  });

  it('never lets a bot token or key through to the file, in any field, event name or nesting of text', async () => {
    using directory = new TemporaryDirectory();
    const log = open(directory);
    const known = 'correct horse "battery" staple';
    log.hide(known);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(token, known), (before, after, one) => {
        log.write('error', `x ${one}`, { a: `${before} ${one} ${after}`, token: 'short', botToken: one });
      }),
      { numRuns: counts.propertyRuns },
    );
    await log.close();
    const all = written(directory) + JSON.stringify(log.tail(2000));
    for (const part of [token, known, JSON.stringify(known).slice(1, -1), '"short"']) expect(all).not.toContain(part);
  });
});
