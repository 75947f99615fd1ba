/* The people of the pictures, what they say, and a model that has something to say to each. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { OpenAiEmulator } from '../../emulators/openai/server.ts';
import type { TelegramBot } from '../../emulators/telegram/bot.ts';
import { startOllama } from '../../emulators/ollama/server.ts';
import { type Home, hears, startHome } from '../telegram-home.ts';
import type { HeadlessHost } from '../web.ts';

export interface Neighbour {
  readonly id: number;
  readonly first_name: string;
  readonly username: string;
}

const names =
  'Amira Bela Carlos Dunja Emeka Farida Goran Hanna Ivo Jonas Kalle Leila Mateo Nora Olu Petra Quentin Rosa Selim Tove ' +
  'Ursula Viktor Wanda Ximena Yusuf Zora Anselm Brigitte Ciro Dorothea';

const sayings = [
  'Which bus goes to the lake on Sundays?',
  'Can you turn 3 cups of flour into grams?',
  'What is the word for “gezellig” in English?',
  'I have leeks, two eggs and half a lemon. Dinner?',
  'Remind me how to bleed a radiator.',
  'Please make this sound friendlier: “The hall is closed.”',
];

export const neighbours: readonly Neighbour[] = names
  .split(' ')
  .map((name, index) => ({ id: 7000 + index, first_name: name, username: name.toLowerCase() }));

export function sayingOf(index: number): string {
  return sayings[index % sayings.length] ?? '';
}

const table = [
  'Here is a plan that leaves **Tuesday evening** free:',
  '',
  '| Day | What | Where |',
  '| --- | --- | --- |',
  '| Monday | Swimming, 18:00 | Lido |',
  '| Wednesday | Choir | St Mary’s hall |',
  '| Friday | Supper with Nora | at home |',
  '',
  '```ts',
  "const free = week.filter((day) => day.plans.length === 0); // 'Tuesday'",
  '```',
  '',
  '- the lido closes at 20:00 now',
  '- bring the *blue* folder to choir',
].join('\n');

/** A model that answers whoever asks with a few plain words, and a plan with a table. */
export function teach(lab: OpenAiEmulator): void {
  lab.script(({ lastUserText }) => {
    if (lastUserText.includes('plan')) return { kind: 'reply', text: table };
    if (lastUserText.includes('break')) return { kind: 'status', status: 400 };
    return {
      kind: 'reply',
      text: `Gladly. About “${lastUserText.slice(0, 60)}”: let us begin with the simplest part.`,
    };
  });
}

/** So many of them write, one after the other, and each is answered. */
export async function callIn(bot: TelegramBot, count: number): Promise<void> {
  for (const [index, person] of neighbours.slice(0, count).entries()) {
    bot.say({ chatId: person.id, from: person, text: sayingOf(index) });
    await hears(bot, person.id, 'Gladly');
  }
}

const day = 86_400_000;

/** Thirty days of work with two models, as it would stand in the database. */
function plantUsage(dataDir: string): void {
  using database = new DatabaseSync(join(dataDir, 'porchlight.db'));
  const add = database.prepare(
    'INSERT INTO usage (id, at, link, conversation, turn, model, input_tokens, output_tokens, cost, estimated, outcome) ' +
      "VALUES (?, ?, 'ada-home-bot', NULL, NULL, ?, ?, ?, ?, ?, 'ok')",
  );
  const now = Date.now();
  for (let ago = 0; ago < 30; ago++) {
    for (let call = 0; call < 3 + ((ago * 7) % 11); call++) {
      const remote = call % 3 !== 0;
      const model = remote ? 'openai/gpt-5-mini' : 'lab/gpt-test';
      const [read, written] = [900 + 40 * call, 250 + 30 * ((ago + call) % 9)];
      const id = `planted-${String(ago)}-${String(call)}`;
      add.run(id, now - ago * day - call * 60_000, model, read, written, remote ? 2_000 * written : null, call % 2);
    }
  }
}

/** A house at which so many people called: three model servers, two channels, thirty days of work. */
export async function moveIn(host: HeadlessHost, callers = neighbours.length): Promise<Home> {
  await using undo = new AsyncDisposableStack();
  const home = undo.use(await startHome({ models: ['gpt-test', 'gpt-mini', 'gpt-large', 'gpt-vision', 'gpt-code'] }));
  const ollama = undo.use(
    await startOllama({
      models: ['qwen3:8b', 'gemma3:12b', 'mistral-small:24b', 'llama3.2:3b'].map((name) => ({ name })),
    }),
  );
  teach(home.lab);
  const file = home.file({ guests: neighbours.map(({ id }) => id), groups: { [-5001]: 'mention' } }) as {
    readonly providers: readonly unknown[];
    readonly links: readonly unknown[];
  };
  await host.start({
    ...file,
    providers: [...file.providers, { id: 'ollama', kind: 'ollama', baseUrl: ollama.url }],
    links: [
      ...file.links,
      { id: 'phone', kind: 'whatsapp', webSocketUrl: 'ws://127.0.0.1:9/ws/chat', serverKey: 'ab'.repeat(32) },
    ],
    models: { default: 'lab/gpt-test', fallbacks: ['ollama/qwen3:8b', 'ollama/gemma3:12b'] },
  });
  await callIn(home.bot, callers);
  await host.kill();
  plantUsage(host.ready.dataDir);
  await host.startAgain();
  const owned = undo.move();
  return { ...home, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Connects the lab in the model step of the setup, and asks one of its models a question. */
export async function connectLab(page: Page, url: string, model: string): Promise<void> {
  await page.getByLabel('Service').selectOption('own');
  await page.getByLabel('Name').fill('Lab at home');
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('API key').fill('sk-test');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByLabel('Model', { exact: true }).selectOption(model);
  await page.getByRole('button', { name: 'Test' }).click();
  await expect(page.getByText(/It answered in/)).toBeVisible();
}
