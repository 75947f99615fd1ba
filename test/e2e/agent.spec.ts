/* The agent in the window: what a reply took, tools that wait for a word, and where older messages are summed up. */
import { expect, type Locator, type Page } from '@playwright/test';
import { gate } from '../emulators/lib/gate.ts';
import type { ScriptedToolCall } from '../emulators/lib/script.ts';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import {
  doubleClick,
  expectAccessible,
  goTo,
  type HeadlessHost,
  openWindow,
  picture,
  replies,
  say,
  tabTo,
  test,
} from './web.ts';

function provision(lab: OpenAiEmulator): unknown {
  return {
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  };
}

async function startWith(page: Page, host: HeadlessHost, lab: OpenAiEmulator): Promise<void> {
  await host.start(provision(lab));
  await openWindow(page, host);
}

/** An answer of the model that calls tools, and the one after it. */
function calls(lab: OpenAiEmulator, toolCalls: readonly ScriptedToolCall[], text: string): void {
  lab.next({ kind: 'reply', toolCalls }, { kind: 'reply', text });
}

const elevenMinutes = 11 * 60_000;
const bees = { action: 'create', name: 'Bees', prompt: 'Ask me about the bees.' };
const making: ScriptedToolCall = {
  name: 'schedule',
  arguments: JSON.stringify({ ...bees, when: { kind: 'cron', expression: '0 9 * * MON' } }),
};

/** The card of a tool that waits, where it stands. */
function asks(page: Page): Locator {
  return page.getByRole('article', { name: 'The model wants to use “Schedules”' });
}

/** What the tool on the card would be given, value by value. */
function wouldBeGiven(page: Page): Locator {
  return asks(page).getByRole('group', { name: 'What the tool is given' }).getByRole('definition');
}

test('a reply tells in one line what it took, and unfolds to calls, their results as plain text, and thoughts', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  const text = 'Two hives. See [this](https://example.org) <img src=x onerror=alert(1)> \u202Eneve';
  lab.next(
    {
      kind: 'reply',
      reasoning: ['The owner ', 'wants it kept.'],
      toolCalls: [
        { name: 'remember', arguments: JSON.stringify({ text, where: 'memory' }) },
        { name: 'recall', arguments: '{"query":"hives"}' },
      ],
    },
    { kind: 'reply', text: 'I keep it in mind.' },
  );
  await say(page, 'I have two hives. Remember that.');
  await expect(replies(page)).toContainText('I keep it in mind.');
  const line = page.getByRole('button', { name: 'Used “Remember”, “Recall” · thought for a while' });
  await expect(line).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByText('wants it kept')).toHaveCount(0);

  await tabTo(page, line);
  await page.keyboard.press('Enter');
  const call = replies(page).getByRole('button', { name: /^Remember · done/ });
  await expect(call).toBeVisible();
  await expect(page.getByText('wants it kept'), 'thoughts are folded').toHaveCount(0);
  await call.click();
  await expect(replies(page).getByRole('group', { name: 'What the tool is given' })).toContainText(
    '[this](https://example.org) <img src=x onerror=alert(1)> \\u{202e}neve',
  );
  await expect(replies(page).getByRole('group', { name: 'What it answered' })).toContainText('Written to MEMORY.md');
  await expect(replies(page).getByRole('link', { name: 'this' })).toHaveCount(0);
  await replies(page).getByRole('button', { name: 'What the model thought' }).click();
  await expect(page.getByText('The owner wants it kept.')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'agent-steps');

  await page.reload();
  await expect(line).toBeVisible();
  await replies(page).getByRole('link', { name: 'Kept in memory' }).click();
  await expect(page).toHaveURL(/\/tools\/memory$/);
});

test('a tool that asks waits in the thread, told at once; it is allowed by keyboard, and the reply goes on', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  calls(lab, [making], 'I ask on Mondays.');
  await say(page, 'Ask me about the bees on Mondays.');
  await expect(wouldBeGiven(page).first()).toHaveText('create');
  await expect(asks(page)).toContainText('You are asked each time before this tool is used.');
  await expect(asks(page).getByRole('timer')).toHaveText(/^Refused by itself in (10|9) min$/);
  await expect(page.getByTestId('asking-alert')).toHaveText(
    'The model wants to use “Schedules” and waits for your word.',
  );
  await expect(page.getByText('Waits for your word, below.')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'agent-asking');

  const allow = asks(page).getByRole('button', { name: 'Allow once' });
  await tabTo(page, allow);
  await page.keyboard.press('Enter');
  await expect(replies(page)).toContainText('I ask on Mondays.');
  await expect(asks(page)).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Messages' })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Used “Schedules”' })).toBeVisible();
  const [, last] = lab.chats;
  expect(JSON.stringify(last?.body)).toContain('Bees');
});

test('a double click that allows one call does not allow the one that comes to lie below the pointer', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  const about = (name: string) => ({ ...making, arguments: making.arguments.replaceAll('Bees', name) });
  calls(lab, [about('Ants'), about('Wasps'), making], 'Done.');
  await say(page, 'Ask me about ants, wasps and bees.');
  await expect(asks(page)).toHaveCount(3);
  const allow = asks(page).getByRole('button', { name: 'Allow once' }).last();
  const place = await allow.boundingBox();
  await doubleClick(page, allow, async () => {
    await expect(asks(page)).toHaveCount(2);
    await expect.poll(() => allow.boundingBox(), 'another card lies there now').toEqual(place);
  });
  for (const left of [1, 0]) {
    await asks(page).last().getByRole('button', { name: 'Refuse' }).click();
    await expect(asks(page)).toHaveCount(left);
  }
  await expect(replies(page)).toContainText('Done.');
  await expect(page.getByRole('button', { name: '2 calls were not allowed' })).toBeVisible();
});

test('what waits stands under People too, with the way to its conversation; refused there, the reply goes on without', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  calls(lab, [making], 'Then I leave it.');
  await say(page, 'Ask me about the bees on Mondays.');
  await expect(asks(page)).toBeVisible();
  await goTo(page, 'People');
  await expect(wouldBeGiven(page).first()).toHaveText('create');
  await expect(asks(page).getByRole('timer')).toHaveText(/^Refused by itself in (10|9) min$/);
  await expectAccessible(page);
  await picture(page, 'agent-card');
  await asks(page).getByRole('link', { name: 'Open the conversation' }).click();
  await expect(wouldBeGiven(page).first()).toHaveText('create');
  await page.goBack();
  await asks(page).getByRole('button', { name: 'Refuse' }).click();
  await expect(asks(page)).toHaveCount(0);
  await page.goBack();
  await expect(replies(page)).toContainText('Then I leave it.');
  await page.getByRole('button', { name: '1 call was not allowed' }).click();
  await expect(page.getByText('You did not allow')).toBeVisible();
});

test('all of what a tool would be given can be read, nothing of it acts, and its last minute is told in seconds', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  await page.clock.install();
  const prompt = `Ask <b>me</b> [here](https://example.org) \u202Eneve. ${'Bees.\n'.repeat(1_250)}The end.`;
  const made = { action: 'create', when: { kind: 'every', minutes: 5 }, prompt, name: 'Bees' };
  calls(lab, [{ name: 'schedule', arguments: JSON.stringify(made) }], 'Done.');
  await say(page, 'Ask me about the bees.');
  await expect(asks(page)).toContainText('Ask <b>me</b> [here](https://example.org) \\u{202e}neve.');
  await expect(asks(page)).toContainText(/These are the first 8,192 of 8,\d{3} characters\./);
  await expect(asks(page).getByRole('link')).toHaveCount(0);
  await expect(asks(page)).not.toContainText('The end.');
  await asks(page)
    .getByRole('button', { name: /^Show all/ })
    .click();
  await expect(wouldBeGiven(page), 'a long value hides none behind it').toHaveCount(4);
  await expect(wouldBeGiven(page).last()).toHaveText('Bees');
  await expect(asks(page)).toContainText('The end.');
  await expect(asks(page)).not.toContainText('These are the first');
  await expectAccessible(page);
  await page.clock.fastForward('09:20');
  await expect(asks(page).getByRole('timer')).toHaveText(/^Refused by itself in [1-4]?\d s$/);
});

test('a tool that is always allowed asks no more; while one waits another question is answered, and Stop ends the wait', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi();
  await startWith(page, host, lab);
  lab.next({ kind: 'reply', toolCalls: [making] }, { kind: 'reply', text: 'Blue.' });
  await say(page, 'Ask me about the bees on Mondays.');
  await expect(asks(page)).toBeVisible();
  await say(page, 'Meanwhile: which colour has the sky?');
  await expect(replies(page).filter({ hasText: 'Blue.' })).toBeVisible();
  await expect(wouldBeGiven(page).first()).toHaveText('create');
  await page.getByRole('button', { name: 'Stop the reply' }).click();
  await expect(asks(page)).toHaveCount(0);

  calls(lab, [making], 'None at all.');
  await say(page, 'Once more, please.');
  await asks(page).getByRole('button', { name: 'Always allow' }).click();
  await expect(replies(page).last()).toContainText('None at all.');
  calls(lab, [making], 'Still none.');
  await say(page, 'And now?');
  await expect(replies(page).last()).toContainText('Still none.');
  await expect(asks(page)).toHaveCount(0);
});

test.describe('over a host that goes', () => {
  test.use({ expectedNoise: /ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/ });

  test('a tool that nobody answered for in ten minutes is refused, and the reply says so', async ({ page, host }) => {
    await using lab = await startOpenAi();
    await host.start(provision(lab), elevenMinutes);
    await openWindow(page, host);
    lab.next({ kind: 'reply', toolCalls: [making] });
    await say(page, 'Ask me about the bees on Mondays.');
    await expect(asks(page)).toBeVisible();
    await host.kill();
    lab.next({ kind: 'reply', text: 'I could not look.' });
    await host.startAgain();
    await page.reload();
    await expect(replies(page)).toContainText('I could not look.');
    await page.getByRole('button', { name: '1 call was refused: nobody answered in time' }).click();
    await expect(page.getByText('Nobody answered in time, so')).toBeVisible();
    await expect(asks(page)).toHaveCount(0);
  });

  test('what a schedule said while the program was off stands in its conversation, late and under its own name', async ({
    page,
    host,
  }) => {
    await using lab = await startOpenAi();
    await host.start(provision(lab), elevenMinutes);
    await openWindow(page, host);
    const when = { kind: 'every', minutes: 5 };
    const made = { action: 'create', name: 'Bees', prompt: 'Ask me about the bees.', when };
    calls(lab, [{ name: 'schedule', arguments: JSON.stringify(made) }], 'I ask every five minutes.');
    await say(page, 'Ask me about the bees every five minutes.');
    await asks(page).getByRole('button', { name: 'Allow once' }).click();
    await expect(replies(page)).toContainText('I ask every five minutes.');
    await host.kill();
    lab.next({ kind: 'reply', text: 'How are the bees?' });
    await host.startAgain();
    await page.reload();
    await expect(replies(page).last()).toContainText('How are the bees?');
    const asked = page.getByRole('article', { name: 'Schedule wrote' });
    const way = asked.getByRole('link', { name: 'Asked by the schedule “Bees”' });
    await expect(way).toBeVisible();
    await expect(asked).toContainText(/Scheduled: Bees \(late, it was due on .*Ask me about the bees\./s);
    await expect(page.getByRole('article', { name: 'You wrote' }).getByText('Schedule', { exact: true })).toHaveCount(
      0,
    );
    await expectAccessible(page);
    await picture(page, 'agent-schedule');
    await way.click();
    await expect(page.getByRole('list', { name: 'Schedules' }).getByRole('listitem')).toBeFocused();
    await page.getByRole('button', { name: 'Remove Bees' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('Bees is removed.')).toBeVisible();
    await page.goBack();
    await expect(asked).toContainText('Asked by a schedule that is gone');
    await expect(way).toHaveCount(0);
  });
});

test('where a summary begins a line says so and unfolds; it moves nothing under the eyes of the reader', async ({
  page,
  host,
}) => {
  await using lab = await startOpenAi({ contextLength: 8192 });
  const condensing = gate();
  const goOn = gate();
  lab.script(({ messages, lastUserText }) => {
    if (messages.some(({ role, text }) => role === 'system' && text.startsWith('You condense'))) {
      condensing.open();
      return { kind: 'reply', text: '<summary>They counted <b>bees</b>.</summary>', gate: goOn.promise };
    }
    return { kind: 'reply', text: `Counted for ${lastUserText.slice(0, 12)}.${' One more bee.'.repeat(200)}` };
  });
  await startWith(page, host, lab);
  for (let turn = 1, over = false; !over; turn += 1) {
    expect(turn, 'questions before anything is summed up').toBeLessThan(20);
    await say(page, `Question ${String(turn)}: ${'how many bees are there? '.repeat(60)}`);
    const answered = replies(page).filter({ hasText: `Counted for Question ${String(turn)}` });
    over = await Promise.race([
      condensing.promise.then(() => true),
      expect(answered)
        .toHaveCount(1)
        .then(
          () => false,
          () => false,
        ),
    ]);
  }
  const thread = page.getByRole('region', { name: 'Messages' });
  await thread.hover();
  await page.mouse.wheel(0, -700);
  await expect(page.getByTitle('Jump to the latest message')).toBeVisible();
  const seq = await page.locator('.answer[data-seq]').last().getAttribute('data-seq');
  const place = page.locator(`[data-seq="${String(seq)}"]`);
  const before = await place.boundingBox();
  goOn.open();
  await expect(page.getByTestId('live-region')).toContainText('Counted for');
  expect((await place.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);

  const line = page.getByRole('button', { name: 'Older messages are summed up for the model' });
  for (let presses = 0; presses < 40 && !(await line.isVisible()); presses += 1) await page.mouse.wheel(0, -400);
  await line.click();
  await expect(page.getByText('They counted <b>bees</b>.')).toBeVisible();
  await expectAccessible(page);
});
