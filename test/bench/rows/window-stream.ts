/*
 * A long reply in the window, in a real browser: 20,000 tokens of prose and code at 100 a second, while its reader goes on
 * typing. What counts is how long a letter takes to appear, and what is left in the page's memory when it is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { gate } from '../../emulators/lib/gate.ts';
import { startOpenAi } from '../../emulators/openai/server.ts';
import { checkWatch, longestTask, startScreen, usableAt } from '../browser.ts';
import { startHost, temporaryFolder } from '../host.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { openRpc } from '../rpc.ts';
import { percentile } from '../stats.ts';

const perSecond = 100;
/** A key about every 180 ms: somebody who types with ten fingers. */
const betweenKeys = 180;

/** Prose with lists and, every 400 tokens, a block of code; each token numbered, so that none can be missing. */
function tokens(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const place = index % 400;
    const word = `w${String(index)} `;
    if (place === 250) return '\n\n```ts\n';
    if (place === 399) return '\n```\n\n';
    if (place > 250) return place % 8 === 0 ? `\nconst ${word}= 'text'; // ` : word;
    if (place % 60 === 0) return `\n\n## Part ${word}\n\n`;
    if (place % 30 === 0) return `\n- **${word.trim()}** `;
    return word;
  });
}

async function heapMiB(session: CDPSession): Promise<number> {
  // Twice: what the first one frees of the document lets go of more.
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** Types until `over`, a letter at a time, in the place for the next message. */
async function typeUntil(page: Page, over: () => boolean): Promise<void> {
  const box = page.locator('textarea');
  await box.focus();
  for (let letter = 0; !over(); letter++) {
    await page.keyboard.press(letter % 60 === 59 ? 'Backspace' : letter % 6 === 5 ? 'Space' : 'e');
    await sleep(betweenKeys);
  }
}

interface Told {
  readonly keys: readonly number[];
  readonly grown: number;
  readonly longest: number;
}

async function tell(bench: Bench, count: number): Promise<Told> {
  await using lab = await startOpenAi({ keepRequests: 10 });
  await using folder = await temporaryFolder();
  const model = { url: lab.url, key: 'sk-test', name: 'gpt-test', window: 400_000 };
  const settings = { 'setup.done': true, 'turns.deadlineSeconds': 3_600, 'models.maxOutputTokens': 131_072 };
  await using host = await startHost(bench, { folder: folder.path, model, settings });
  using rpc = await openRpc(host);
  await using screen = await startScreen(host);
  const page = await screen.open();
  const box = page.locator('textarea');
  await box.fill('Warm up');
  await box.press('Enter');
  await page.getByText('echo: Warm up').last().waitFor();
  await usableAt(page);
  await checkWatch(page);
  const session = await page.context().newCDPSession(page);
  const pieces = tokens(count);
  const whole = pieces.join('');
  const gates = pieces.map(() => gate());
  lab.next({ kind: 'reply', pieces, gate: gates.map(({ promise }) => promise) });
  await bench.quiet();
  await box.fill('Tell me everything');
  await box.press('Enter');
  await lab.waitFor(({ path, number }) => path.endsWith('/chat/completions') && number > 1, { timeoutMs: 10_000 });
  const before = await heapMiB(session);
  let open = 0;
  const from = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - from) * perSecond) / 1000));
    while (open < due) gates[open++]?.open();
  }, 10);
  await page.evaluate(() => window.probes.keys.splice(0));
  const longest = await longestTask(page, () => typeUntil(page, () => open >= count));
  clearInterval(timer);
  const keys = await page.evaluate(() => window.probes.keys);
  const last = `w${String(count - 2)}`;
  await page.locator('article.answer:not([aria-busy=true])').getByText(last).last().waitFor({ timeout: 30_000 });
  const grown = (await heapMiB(session)) - before;
  const [conversation] = await rpc.call('conversations.page', { limit: 1 });
  const { messages } = await rpc.call('conversations.thread', { conversation: conversation?.id ?? '', limit: 2 });
  const stored = messages.findLast((message) => message.kind === 'assistant');
  if (stored?.text.trim() !== whole.trim()) {
    throw new WrongAnswer(`${String(whole.length)} letters were told, ${String(stored?.text.length)} were kept`);
  }
  if (keys.length < 3) throw new WrongAnswer(`${String(keys.length)} keys were seen`);
  screen.check();
  return { keys, grown, longest };
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const count = bench.quick ? 1_000 : 20_000;
  const { keys, grown, longest } = await tell(bench, count);
  const name = (what: string): string => `window in a browser, a reply of ${String(count)} tokens: ${what}`;
  const how = `${String(keys.length)} keys, longest ${Math.max(...keys).toFixed(0)} ms`;
  return [
    { name: name('key to letter, p95'), unit: 'ms', value: percentile(keys, 0.95), goal: atMost(50), how },
    { name: name('longest task'), unit: 'ms', value: longest, goal: null, how: '50: none was longer' },
    { name: name('growth of the heap'), unit: 'MiB', value: grown, goal: atMost(40), how: 'after collections' },
  ];
}

export const windowStream: Scenario = { name: 'window-stream', run };
