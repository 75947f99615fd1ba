/*
 * `node test/packaging/smoke.ts [--quick] EXECUTABLE [ARGUMENT…]`: starts a packaged app as a person does, on an empty
 * home, and uses it from its own window: the page is drawn, a message is answered, a search finds it, a good backup is
 * made by itself (which takes ten minutes, and is left out with `--quick`), and Quit ends it. Exit code 0 when all of it
 * works.
 */
import { mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Page, startPackaged, within } from './drive.ts';

/** The app looks for the first time after ten minutes whether a backup is due. */
const backupPatience = 11 * 60_000;
const word = 'marmalade';
/** The heading of a first start. */
const welcome = 'Welcome to Porchlight';

export interface Smoke {
  readonly heading: string;
  readonly reply: string;
  readonly hits: number;
  /** What SQLite says of the backup: `ok`, or what is wrong with it; null when none was waited for. */
  readonly backup: string | null;
  readonly exitCode: number | null;
  /** From the start of the process until its window was drawn. */
  readonly milliseconds: number;
}

async function talk(page: Page): Promise<string> {
  const { id: conversation } = await page.call('conversations.create', {});
  await page.call('messages.send', { conversation, text: `The ${word} stands in the cellar`, key: 'smoke-1' });
  const { seq } = await page.call('host.get', {});
  const params = JSON.stringify({ conversation, limit: 10 });
  const reply = within('the answer', () =>
    page.evaluate(`new Promise((resolve) => {
      const look = async () => {
        const { value } = await bridge.call('conversations.thread', ${params});
        const reply = value?.messages.find(({ kind, text }) => kind === 'assistant' && text !== undefined);
        if (!reply) return;
        undo();
        resolve(reply.text);
      };
      const undo = bridge.on(${String(seq)}, () => void look());
      void look();
    })`),
  );
  return String(await reply);
}

async function use(page: Page): Promise<Pick<Smoke, 'heading' | 'reply' | 'hits'>> {
  const heading = await page.shows('h1', welcome);
  const reply = await talk(page);
  const hits = await page.call('conversations.search', { query: word, limit: 10 });
  return { heading, reply, hits: hits.length };
}

async function checkBackup(folder: string): Promise<string> {
  const isBackup = (name: string): boolean => name.endsWith('.db');
  const made = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = readdirSync(folder).find(isBackup);
        if (found === undefined) return;
        changes.close();
        resolve(found);
      };
      const changes = watch(folder, { signal }, look);
      look();
    });
  const name = await within('a backup', made, backupPatience);
  using database = new DatabaseSync(join(folder, name), { readOnly: true });
  const row = database.prepare('PRAGMA integrity_check').get();
  return String(row?.['integrity_check']);
}

/** Starts the app in a home of its own and uses it; `quick` waits for no backup. */
export async function smoke(executable: string, args: readonly string[], quick: boolean): Promise<Smoke> {
  const home = mkdtempSync(join(tmpdir(), 'smoke-'));
  const dataDir = join(home, 'data');
  const began = performance.now();
  try {
    await using app = await startPackaged(executable, ['--data-dir', dataDir, ...args], home);
    const seen = await use(app.page);
    const milliseconds = Math.round(performance.now() - began);
    const backup = quick ? null : await checkBackup(join(dataDir, 'backups'));
    return { ...seen, backup, exitCode: await app.quit(), milliseconds };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (import.meta.main) {
  const quick = process.argv[2] === '--quick';
  const [executable, ...args] = process.argv.slice(quick ? 3 : 2);
  if (executable === undefined) throw new Error('Name the executable of a packaged app.');
  const seen = await smoke(executable, args, quick);
  process.stdout.write(`${JSON.stringify(seen, undefined, 2)}\n`);
  if (seen.reply === '' || seen.hits === 0 || (seen.backup ?? 'ok') !== 'ok' || seen.exitCode !== 0) {
    throw new Error('The packaged app does not work.');
  }
}
