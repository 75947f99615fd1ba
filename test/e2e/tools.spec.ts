import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { HttpMcpEmulator } from '../emulators/mcp/http.ts';
import { startHome } from './telegram-home.ts';
import { expectAccessible, goTo, type HeadlessHost, openWindow, picture, tabTo, test } from './web.ts';

/** One of the parts of the screen, by its tab. */
async function openPart(page: Page, part: 'Tools' | 'Servers' | 'Memory' | 'Schedules'): Promise<void> {
  await goTo(page, 'Tools & memory');
  await page.getByRole('navigation', { name: 'Parts of Tools & memory' }).getByRole('link', { name: part }).click();
}

function noteOf(host: HeadlessHost, name: string): string {
  return join(host.ready.dataDir, 'memory', name);
}

test('a server of tools is connected, put right where its key was refused, looked into, and removed', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  await using far = await HttpMcpEmulator.start({ token: 'right-key-9f3c' });
  await host.start(home.file());
  await openWindow(page, host);
  await openPart(page, 'Servers');
  await expect(page.getByText(/^No server yet/)).toBeVisible();
  const card = page.getByRole('article', { name: 'far' });
  const dialog = page.getByRole('dialog');

  await test.step('added by keyboard, with a key that is wrong: the reason, and the one step', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Add a server' }));
    await page.keyboard.press('Enter');
    await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
    await page.keyboard.type('far');
    await tabTo(page, dialog.getByRole('button', { name: 'An address' }));
    await page.keyboard.press('Enter');
    await tabTo(page, dialog.getByLabel('Address', { exact: true }));
    await page.keyboard.type(far.url);
    await tabTo(page, dialog.getByRole('button', { name: 'Add a header' }));
    await page.keyboard.press('Enter');
    await expect(dialog.getByLabel('Name 1')).toBeFocused();
    await page.keyboard.type('Authorization');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Bearer wrong-key');
    await picture(page, 'tools-server-form');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(card).toContainText('not running');
    await expect(card.getByRole('alert')).toContainText('does not accept the key');
    await expectAccessible(page);
  });

  await test.step('put right: it is ready, its tools are there, and nobody sees the key again', async () => {
    await card.getByRole('button', { name: 'Edit' }).click();
    await expect(dialog.getByLabel('Value 1')).toHaveValue('');
    await expect(dialog.getByLabel('Value 1')).toHaveAttribute('placeholder', 'kept, ends in -key');
    await dialog.getByLabel('Value 1').fill('Bearer right-key-9f3c');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(card).toContainText(/ready for \d+ s/);
    await card.getByText(/^\d+ tools$/).click();
    await expect(card.getByText('say', { exact: true })).toBeVisible();
    await picture(page, 'tools-server');
    await expectAccessible(page);
  });

  await test.step('its tools ask first, as they come; one is forbidden, and is as it comes again', async () => {
    await openPart(page, 'Tools');
    const own = page.getByRole('list', { name: 'Built in' });
    await expect(own.getByRole('listitem').filter({ hasText: 'Read a web page' })).toContainText(
      'reads what others wrote',
    );
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('say');
    await expect(own).toBeHidden();
    const choice = page.getByRole('list', { name: 'From far' }).getByRole('group', { name: 'say: permission' });
    await expect(choice.getByRole('button', { name: 'Ask', pressed: true })).toBeVisible();
    await tabTo(page, choice.getByRole('button', { name: 'Never' }));
    await page.keyboard.press('Enter');
    await expect(choice.getByRole('button', { name: 'Never', pressed: true })).toBeFocused();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(choice.getByRole('button', { name: 'Ask', pressed: true })).toBeVisible();
    await choice.getByRole('button', { name: 'Always' }).click();
    await expect(choice.getByRole('button', { name: 'Always', pressed: true })).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('');
    await picture(page, 'tools-permissions');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'say: as it comes' }).click();
    await expect(choice.getByRole('button', { name: 'Ask', pressed: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'say: as it comes' })).toHaveCount(0);
    await openPart(page, 'Servers');
  });

  await test.step('a name alone is changed: the key goes on', async () => {
    await card.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('distant');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('article', { name: 'distant' })).toContainText(/ready for \d+ s/);
  });

  await test.step('its log, off, on, and away', async () => {
    const now = page.getByRole('article', { name: 'distant' });
    await now.getByRole('button', { name: 'Log' }).click();
    await expect(dialog.getByRole('region', { name: 'Log' })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await now.getByRole('button', { name: 'Switch off' }).click();
    await expect(now.getByRole('button', { name: 'Switch on' })).toBeVisible();
    await now.getByRole('button', { name: 'Switch on' }).click();
    await expect(now).toContainText(/ready for \d+ s/);
    await now.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText(/^No server yet/)).toBeVisible();
    expect(far.allComplaints).toEqual([]);
  });

  await test.step('what its page gives for other programs is pasted, and it is there', async () => {
    const headers = { Authorization: 'Bearer right-key-9f3c' };
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const given = JSON.stringify({ mcpServers: { pasted: { type: 'http', url: far.url, headers } } });
    await page.evaluate((text) => navigator.clipboard.writeText(text), given);
    await page.getByRole('button', { name: 'Add a server' }).click();
    await dialog.getByLabel('Name', { exact: true }).press('ControlOrMeta+v');
    await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('pasted');
    await expect(dialog.getByLabel('Address', { exact: true })).toHaveValue(far.url);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('article', { name: 'pasted' })).toContainText(/ready for \d+ s/);
  });
});

test('notes are written in the window and by hand, and nothing that anybody wrote is lost', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file());
  await openWindow(page, host);
  await openPart(page, 'Memory');
  const text = page.getByRole('textbox', { name: 'Text of MEMORY.md' });
  const notes = page.getByRole('list', { name: 'Notes' });

  await test.step('the first note is written, and saved by its key', async () => {
    await expect(page.getByText(/^Nothing is remembered yet/)).toBeVisible();
    await expectAccessible(page);
    await text.fill('# About me\n\n- I keep bees\n');
    await expect(page.getByText('Not saved yet; kept in this window.')).toBeVisible();
    await text.press('Control+s');
    await expect(page.getByText('Everything is saved.')).toBeVisible();
    expect(readFileSync(noteOf(host, 'MEMORY.md'), 'utf8')).toBe('# About me\n\n- I keep bees\n');
  });

  await test.step('what is changed by hand is there, also another note', async () => {
    writeFileSync(noteOf(host, 'MEMORY.md'), '# About me\n\n- I keep bees\n- and a cat\n');
    await expect(text).toHaveValue(/and a cat/);
    writeFileSync(noteOf(host, '2026-11-21.md'), '# 2026-11-21\n\n- 09:00 The museum closes at six\n');
    await expect(notes.getByRole('link')).toHaveCount(2);
  });

  await test.step('what was typed and not saved is there after a reload', async () => {
    await text.fill('# About me\n\n- I keep four hives\n- and a cat\n');
    await page.reload();
    await expect(text).toHaveValue(/four hives/);
    await expect(page.getByText('Not saved yet; kept in this window.')).toBeVisible();
  });

  await test.step('somebody else changes the same line: both texts are there, and one is chosen', async () => {
    writeFileSync(noteOf(host, 'MEMORY.md'), '# About me\n\n- I keep wasps\n- and a cat\n');
    await expect(page.getByText(/changed elsewhere while you wrote/)).toBeVisible();
    await text.press('Control+s');
    await expect(page.getByRole('alert')).toContainText('was changed in the same place meanwhile');
    await page.getByText('What stands there now').click();
    await expect(page.getByRole('alert').getByText('I keep wasps')).toBeVisible();
    await picture(page, 'tools-memory-conflict');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await expect(text).toHaveValue(/wasps/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(text).toHaveValue(/four hives/);
    await text.press('Control+s');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect(page.getByText('Everything is saved.')).toBeVisible();
    expect(readFileSync(noteOf(host, 'MEMORY.md'), 'utf8')).toContain('four hives');
    await expect(notes.getByRole('link'), 'the copy goes once it is chosen').toHaveCount(2);
  });

  await test.step('a copy that was left behind is shown as what it is, compared, and put in its place or deleted', async () => {
    const copy = noteOf(host, 'MEMORY.conflict-1.md');
    const was = readFileSync(noteOf(host, 'MEMORY.md'), 'utf8');
    writeFileSync(copy, '# About me\n\n- I keep five hives\n- and a cat\n');
    await notes.getByRole('link', { name: 'Kept aside from MEMORY.md' }).click();
    const kept = page.getByRole('group', { name: 'What was kept aside' });
    await expect(kept.locator('mark')).toHaveText(['- I keep five hives']);
    await expect(page.getByRole('group', { name: 'What MEMORY.md says now' }).locator('mark')).toHaveText([
      '- I keep four hives',
    ]);
    await expectAccessible(page);
    await picture(page, 'tools-memory-aside');
    await page.getByRole('button', { name: 'Put the other text in its place' }).click();
    await expect(text).toHaveValue(/five hives/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(text).toHaveValue(was);
    await notes.getByRole('link', { name: 'Kept aside from MEMORY.md' }).click();
    await page.getByRole('button', { name: 'Keep what the note says' }).click();
    await expect(text).toHaveValue(was);
    await expect(notes.getByRole('link')).toHaveCount(2);
    expect(existsSync(copy)).toBe(false);
  });

  await test.step('a note is made and deleted, and comes back; MEMORY.md is only emptied', async () => {
    await page.getByRole('button', { name: 'New note' }).click();
    const name = page.getByRole('textbox', { name: 'Name of the note' });
    await name.fill('memory');
    await name.press('Enter');
    await expect(page.getByText(/There is a note called memory\.md already/)).toBeVisible();
    await name.fill('Garden');
    await name.press('Enter');
    const garden = page.getByRole('textbox', { name: 'Text of Garden.md' });
    await expect(garden).toHaveValue('# Garden\n\n');
    await garden.fill('# Garden\n\nRoses.\n');
    await garden.press('Control+s');
    await expect(page.getByText('Everything is saved.')).toBeVisible();
    await page.getByRole('button', { name: 'Delete Garden.md' }).click();
    const sure = page.getByRole('alertdialog', { name: 'Delete Garden.md?' });
    await expectAccessible(page);
    await sure.getByRole('button', { name: 'Delete' }).click();
    await expect(text).toBeVisible();
    expect(existsSync(noteOf(host, 'Garden.md'))).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(notes.getByRole('link', { name: 'Garden.md' })).toBeVisible();
    expect(readFileSync(noteOf(host, 'Garden.md'), 'utf8')).toBe('# Garden\n\nRoses.\n');
    await notes.getByRole('link', { name: 'Garden.md' }).click();
    await page.getByRole('button', { name: 'Delete Garden.md' }).click();
    await sure.getByRole('button', { name: 'Delete' }).click();
    await expect(sure).toBeHidden();
    writeFileSync(noteOf(host, 'Garden.md'), 'Tulips.\n');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() => readFileSync(noteOf(host, 'Garden.md'), 'utf8'), 'beside what was written in its place meanwhile')
      .toBe('# Garden\n\nRoses.\nTulips.\n');
    const before = readFileSync(noteOf(host, 'MEMORY.md'), 'utf8');
    await page.getByRole('button', { name: 'Empty MEMORY.md' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Empty' }).click();
    await expect(text).toHaveValue('');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(text).toHaveValue(before);
  });

  await test.step('a search finds the place, and leads to it', async () => {
    await page.getByRole('searchbox', { name: 'Search the memory' }).fill('museum');
    await page.getByRole('list', { name: 'Places found' }).getByRole('link').first().click();
    const other = page.getByRole('textbox', { name: 'Text of 2026-11-21.md' });
    await expect(other).toBeFocused();
    await expect(page).toHaveURL(/#\/tools\/memory\/2026-11-21\.md$/);
    await picture(page, 'tools-memory');
    await expectAccessible(page);
  });
});

test('a schedule is made, previewed, paused, resumed, changed, looked back at, and removed', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file());
  await openWindow(page, host);
  await openPart(page, 'Schedules');
  const list = page.getByRole('list', { name: 'Schedules' });
  const dialog = page.getByRole('dialog');

  await test.step('what is written is there again when the dialog was closed by accident', async () => {
    await expect(page.getByText(/^Nothing is planned/)).toBeVisible();
    await page.getByRole('button', { name: 'Add a schedule' }).click();
    await dialog.getByLabel('Name').fill('Good morning');
    await dialog.getByLabel('What to say').fill('What is up today?');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add a schedule' }).click();
    await expect(dialog.getByLabel('What to say')).toHaveValue('What is up today?');
  });

  await test.step('the form says when it would run, and what is wrong with it', async () => {
    await dialog.getByLabel('When', { exact: true }).selectOption('cron');
    await dialog.getByLabel('Expression', { exact: true }).fill('every day');
    const expression = dialog.getByLabel('Expression', { exact: true });
    await expect(expression).toHaveAccessibleDescription(/An expression has five fields .* this one has 2\./);
    await expression.fill('0 8 32 * MON-FRI');
    await expect(expression).toHaveAccessibleDescription(/The third field, days of the month, cannot be “32”\./);
    await expect(expression).toHaveAttribute('aria-invalid', 'true');
    await expectAccessible(page);
    await expression.fill('0 8 * * MON-FRI');
    await expect(expression).toHaveAttribute('aria-invalid', 'false');
    await dialog.getByLabel('When', { exact: true }).selectOption('weekly');
    await dialog.getByRole('button', { name: 'Wednesday' }).click();
    await expect(dialog.getByRole('list', { name: 'Next runs' }).getByRole('listitem')).toHaveCount(5);
    await picture(page, 'tools-schedule-form');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(list).toContainText('Good morning');
    await expect(list).toContainText(/Next: /);
  });

  await test.step('paused by keyboard until it is resumed, and resumed', async () => {
    await tabTo(page, list.getByRole('button', { name: 'Pause Good morning' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'For 1 hour' })).toBeFocused();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect(list).toContainText('paused until you resume');
    await list.getByRole('button', { name: 'Resume Good morning' }).click();
    await expect(list).toContainText(/Next: /);
    await expectAccessible(page);
  });

  await test.step('changed: the form shows it as it was chosen; its history is empty so far', async () => {
    await list.getByRole('button', { name: 'Edit Good morning' }).click();
    await expect(dialog.getByRole('button', { name: 'Wednesday', pressed: true })).toBeVisible();
    await dialog.getByRole('button', { name: 'Monday', pressed: true }).click();
    await dialog.getByText('Time zone, quiet hours, missed times').click();
    await dialog.getByLabel('When a time was missed').selectOption('skip');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(list).toContainText(/Wednesday/);
    await expect(list).not.toContainText(/Monday/);
    await list.getByRole('button', { name: 'History of Good morning' }).click();
    await expect(dialog.getByText('It has not run yet.')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('removed, after a question', async () => {
    await list.getByRole('button', { name: 'Remove Good morning' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText(/^Nothing is planned/)).toBeVisible();
  });
});

test('what is written in one window outlives what another one does with the same note or schedule', async ({
  page,
  host,
}) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  const other = await page.context().newPage();
  for (const each of [page, other]) {
    await openWindow(each, host);
    await openPart(each, 'Memory');
  }

  await test.step('a note that is saved elsewhere: what is not saved here is there after a reload, as it says', async () => {
    const [here, there] = [page, other].map((each) => each.getByRole('textbox', { name: 'Text of MEMORY.md' }));
    await here?.fill('Roses.\n');
    await there?.fill('Tulips.\n');
    await there?.press('Control+s');
    await expect(other.getByText('Everything is saved.')).toBeVisible();
    await expect(page.getByText('Not saved yet; kept in this window.')).toBeVisible();
    await page.reload();
    await expect(page.getByText('Not saved yet; kept in this window.')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Text of MEMORY.md' })).toHaveValue('Roses.\n');
  });

  await test.step('a schedule that is removed elsewhere while it is changed: the form stays, and says why it cannot be saved', async () => {
    const dialog = page.getByRole('dialog');
    await openPart(page, 'Schedules');
    await openPart(other, 'Schedules');
    await page.getByRole('button', { name: 'Add a schedule' }).click();
    await dialog.getByLabel('Name').fill('Bees');
    await dialog.getByLabel('What to say').fill('Look after the bees');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit Bees' }).click();
    await dialog.getByLabel('What to say').fill('Look after the bees, and tell me how they are');
    await other.getByRole('button', { name: 'Remove Bees' }).click();
    await other.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText(/^Nothing is planned/)).toBeAttached();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toBeVisible();
    await expect(dialog.getByLabel('What to say')).toHaveValue('Look after the bees, and tell me how they are');
  });
});

test('what can be undone about a very long name can be reached on a phone', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  const name = 'a'.repeat(90);
  await openWindow(page, host);
  writeFileSync(noteOf(host, `${name}.md`), 'Roses.\n');
  await openPart(page, 'Memory');
  await page.getByRole('list', { name: 'Notes' }).getByRole('link', { name }).click();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: `Delete ${name}.md` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Dismiss' })).toBeInViewport({ ratio: 1 });
});
