/*
 * The window itself, in a real browser before a host with 10,000 conversations and 100,000 messages in one of them: how
 * soon it can be used, how much script that takes, and how it feels to open, to scroll and to search.
 */
import { constants, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { checkWatch, longestTask, type Screen, startScreen, usableAt } from '../browser.ts';
import { startHost, temporaryFolder } from '../host.ts';
import { commonWord, filledStore, rareWord } from '../million.ts';
import { startModel } from '../model.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario, type Unit } from '../rows.ts';
import { openRpc } from '../rpc.ts';
import { median, percentile } from '../stats.ts';

/** The first one has half of the messages. */
const shape = { messages: 200_000, conversations: 10_000, largest: 0.5 } as const;
const longest = 'Person 1000000';

interface Found {
  readonly title: string;
  /** The newest of what was said in it. */
  readonly last: string;
}

/** Time from the navigation to the first usable frame, and gzip of the script that came until then, in kB. */
async function firstLook(screen: Screen): Promise<{ readonly usable: number; readonly script: number }> {
  const page = await screen.open();
  const usable = await usableAt(page);
  const urls = await page.evaluate(() =>
    [...performance.getEntriesByType('resource')].map(({ name }) => name).filter((name) => name.endsWith('.js')),
  );
  const sizes = await Promise.all(
    urls.map(async (url) => gzipSync(Buffer.from(await (await page.request.get(url)).body())).length),
  );
  if (urls.length === 0) throw new WrongAnswer('the window came without a script');
  await page.context().close();
  return { usable, script: sizes.reduce((sum, size) => sum + size, 0) / 1000 };
}

/** On a page that was just loaded, so that nothing of the conversation is there yet. */
async function open(screen: Screen, { title, last }: Found): Promise<number> {
  const page = await screen.open();
  await usableAt(page);
  const took = page.evaluate(
    (text) =>
      window.probes.until('click', () => document.querySelector('.thread-rows')?.textContent.includes(text) ?? false),
    last,
  );
  await page.locator('.conversation', { has: page.getByText(title, { exact: true }) }).click();
  const time = await took;
  await page.context().close();
  return time;
}

/** Back through the long conversation, a screenful and more at a time, as a wheel does it. */
async function scrollThread(page: Page, seconds: number): Promise<void> {
  const before = await page.evaluate(() => document.querySelectorAll('.thread-row').length);
  if (before === 0) throw new WrongAnswer('the long conversation shows nothing');
  const oldest = await firstSeq(page);
  await page.locator('.thread-scroll').hover();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) await page.mouse.wheel(0, -900);
  const now = await firstSeq(page);
  if (now >= oldest) throw new WrongAnswer(`scrolling back led from message ${String(oldest)} to ${String(now)}`);
}

/** The first message that is drawn; they must rise from there. */
async function firstSeq(page: Page): Promise<number> {
  const seqs = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.thread-rows [data-seq]')].map((row) => Number(row.dataset['seq'])),
  );
  const [first] = seqs;
  const rising = seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? seq));
  if (first === undefined || !rising) throw new WrongAnswer(`the thread shows messages ${seqs.slice(0, 9).join()}`);
  return first;
}

/** Down the list of conversations, to its end where there is time. */
async function scrollList(page: Page, seconds: number): Promise<void> {
  await page.locator('.list').hover();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) await page.mouse.wheel(0, 1200);
  const shown = await page.locator('.conversation-title').allTextContents();
  if (shown.length === 0 || shown.includes(longest)) throw new WrongAnswer(`the list shows ${shown.join()}`);
}

/** From a word that is pasted into the empty box until its hits are drawn; nothing of it was there before. */
async function search(page: Page, word: string): Promise<number> {
  const box = page.locator('#search');
  await box.fill('');
  await page.locator('.hits').waitFor({ state: 'detached' });
  const took = page.evaluate(
    (whole) =>
      window.probes.until('input', () =>
        [...document.querySelectorAll('.hit mark')].some(({ textContent }) => textContent.toLowerCase() === whole),
      ),
    word,
  );
  await box.fill(word);
  const time = await took;
  const marks = await page.locator('.hit mark').allTextContents();
  if (marks.length === 0 || !marks.every((mark) => mark.toLowerCase().startsWith(word))) {
    throw new WrongAnswer(`the search for “${word}” marks ${marks.slice(0, 5).join()}`);
  }
  return time;
}

async function times(count: number, measure: (index: number) => Promise<number>): Promise<readonly number[]> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) took.push(await measure(index));
  return took;
}

function row(name: string, each: readonly number[], goal: number, unit: Unit = 'ms'): Measured {
  return {
    name: `window in a browser: ${name}`,
    unit,
    value: median(each),
    goal: atMost(goal),
    how: `median of ${String(each.length)}, p95 ${percentile(each, 0.95).toFixed(1)}`,
    each,
  };
}

async function measure(bench: Bench, screen: Screen, found: Found): Promise<readonly Measured[]> {
  const rounds = bench.quick ? 1 : 9;
  await firstLook(screen);
  await bench.quiet();
  const looks: { readonly usable: number; readonly script: number }[] = [];
  for (let round = 0; round < rounds; round++) looks.push(await firstLook(screen));
  await bench.quiet();
  const opened = await times(rounds, () => open(screen, found));
  const page = await screen.open();
  await usableAt(page);
  await checkWatch(page);
  await page.locator('.conversation', { has: page.getByText(found.title, { exact: true }) }).click();
  await page.locator('.thread-rows').getByText(found.last).waitFor();
  await bench.quiet();
  const seconds = bench.quick ? 2 : 10;
  const thread = await longestTask(page, () => scrollThread(page, seconds));
  const list = await longestTask(page, () => scrollList(page, seconds));
  await page.locator('.list').evaluate((box) => box.scrollTo(0, 0));
  const words = [rareWord, commonWord];
  const searched = await times(rounds * 2, (index) => search(page, words[index % 2] ?? rareWord));
  screen.check();
  return [
    row(
      'first usable paint',
      looks.map(({ usable }) => usable),
      400,
    ),
    row(
      'script of the first load, gzip',
      looks.map(({ script }) => script),
      300,
      'kB',
    ),
    row('open a conversation of 100,000 messages', opened, 150),
    row('longest task while scrolling back in it', [thread], 100),
    row('longest task while scrolling through 10,000 conversations', [list], 100),
    row('first results of a search', searched, 150),
  ];
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const { path } = filledStore(bench.quick ? { ...shape, messages: 20_000, conversations: 1_000 } : shape);
  await using folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  await mkdir(data, { mode: 0o700 });
  await copyFile(path, join(data, 'porchlight.db'), constants.COPYFILE_FICLONE);
  await using model = await startModel();
  await using host = await startHost(bench, { folder: folder.path, model, settings: { 'setup.done': true } });
  using rpc = await openRpc(host);
  const [first] = await rpc.call('conversations.page', { limit: 1 });
  if (first?.title !== longest) throw new WrongAnswer(`“${first?.title ?? 'nothing'}” leads the list`);
  const { messages } = await rpc.call('conversations.thread', { conversation: first.id, limit: 1 });
  const last = messages.at(-1);
  if (last === undefined || !('text' in last)) throw new WrongAnswer('the long conversation is empty');
  await using screen = await startScreen(host);
  return await measure(bench, screen, { title: first.title, last: last.text });
}

export const windowScale: Scenario = { name: 'window-scale', run };
