import { expect } from '@playwright/test';
import { expectAccessible, goTo, openWindow, picture, replies, say, test } from './web.ts';
import {
  beginLinking,
  heard,
  hears,
  linkPhone,
  openWhatsAppChat,
  readQr,
  startWhatsAppHome,
  traces,
} from './whatsapp-home.ts';

const ownNumber = '+4915100000001';

test('WhatsApp is linked with a code that changes on the screen, answers its owner alone, and then a person who was allowed', async ({
  page,
  host,
}) => {
  // The library shows its first code for a minute: the longest of all specs.
  test.setTimeout(180_000);
  await using home = await startWhatsAppHome();
  const { phone, whatsapp, lab } = home;
  const bob = whatsapp.contact({ name: 'Bob', number: '4915100000002' });
  await host.start(home.file());
  await openWindow(page, host);
  const dialog = await beginLinking(page, home);

  await test.step('the code rotates by itself, and the new one links', async () => {
    const first = await readQr(page, dialog);
    expect(first).toContain('https://wa.me/settings/linked_devices#');
    await expectAccessible(page);
    await picture(page, 'whatsapp-qr');
    await expect.poll(() => readQr(page, dialog), { timeout: 75_000, intervals: [2000] }).not.toBe(first);
    expect(await phone.scan(await readQr(page, dialog))).toMatchObject({ kind: 'linked' });
    await expect(dialog.getByText('WhatsApp is linked.').last()).toBeVisible({ timeout: 30_000 });
    await expect(dialog).toContainText(ownNumber);
    await expect(dialog).toContainText('On the phone this device is called');
    await expect(dialog.getByRole('radio', { name: 'Only me' })).toBeChecked();
    await picture(page, 'whatsapp-linked');
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  const card = page.getByRole('article', { name: ownNumber });
  await test.step('only me: the chat with myself is answered; of a contact nothing is stored, and he notices nothing', async () => {
    bob.say('are you there?');
    phone.say('what is on today?');
    await hears(phone, 'Echo: what is on today?');
    await expect(card).toContainText(/up, seen \d+ s ago/);
    expect(heard(bob)).toEqual([]);
    expect(bob.chatstates.items).toEqual([]);
    expect(bob.receipts.items.filter(({ type }) => type === 'read')).toEqual([]);
    expect(JSON.stringify(lab.chats.map(({ body }) => body))).not.toContain('are you there?');
    await goTo(page, 'People');
    await expect(page.getByText('Bob', { exact: true })).toHaveCount(0);
    await expect(page.getByRole('list', { name: 'Conversations' })).not.toContainText('Bob');
    await goTo(page, 'Channels');
    await picture(page, 'whatsapp-only-me');
  });

  await test.step('people I allow: a contact who writes makes a card, and hears nothing', async () => {
    await card.getByRole('button', { name: 'Answer people I allow' }).click();
    await expect(page.getByText('People you allow are answered from now on.')).toBeVisible();
    const before = traces(bob).length;
    bob.say('it is Bob, may I ask something?');
    await goTo(page, 'People');
    const waiting = page.getByRole('article', { name: 'Bob waits' });
    await expect(waiting).toContainText('may I ask something?');
    expect(heard(bob)).toEqual([]);
    expect(bob.chatstates.items).toEqual([]);
    expect(traces(bob).length - before, 'a receipt of delivery, as every device gives').toBeLessThanOrEqual(1);
    await picture(page, 'whatsapp-stranger');
    await waiting.getByRole('button', { name: 'Allow as guest' }).click();
  });

  await test.step('allowed: the kept message is answered, and the contact can read it', async () => {
    const arrival = await hears(bob, 'Echo: it is Bob, may I ask something?');
    expect(arrival.isOwnCopy).toBe(false);
    expect(whatsapp.unreadable.items).toEqual([]);
    await openWhatsAppChat(page, 'Bob');
    await expect(replies(page).last()).toContainText('Echo: it is Bob');
    // What came before the switch was never stored.
    await expect(page.getByText('are you there?')).toHaveCount(0);
    await picture(page, 'whatsapp-conversation');
  });

  await test.step('the owner writes himself, from his phone: recorded, not answered, and Porchlight keeps out', async () => {
    phone.say('I will call you', { to: bob });
    await expect(page.getByRole('main').getByText('I will call you')).toBeVisible();
    bob.say('thanks, do that');
    await expect(page.getByRole('main').getByText('thanks, do that')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Resume' }).first()).toBeVisible();
    expect(heard(bob)).toHaveLength(1);
    await picture(page, 'whatsapp-taken-over');
  });

  await test.step('and from the window: it goes out from his own account, and stands there once', async () => {
    await expect(page.getByText('Sent from your own WhatsApp account, as you write it')).toBeVisible();
    await say(page, 'Or write to me at home');
    expect((await hears(bob, 'Or write to me at home')).isOwnCopy).toBe(false);
    const mine = page.getByRole('article', { name: 'You wrote' }).filter({ hasText: 'Or write to me at home' });
    await expect(mine).toContainText('sent');
    await hears(phone, 'Or write to me at home');
    await expect(mine).toHaveCount(1);
  });
  expect(whatsapp.violations.items).toEqual([]);
});

test('a phone is linked with a code by number; removed on the phone it says so, keeps the history, and is linked again', async ({
  page,
  host,
}) => {
  await using home = await startWhatsAppHome();
  const { phone, whatsapp } = home;
  test.setTimeout(120_000);
  await host.start(home.file());
  await openWindow(page, host);
  const dialog = await beginLinking(page, home);

  await test.step('the code is shown once the server has accepted it, and links', async () => {
    await dialog.getByRole('button', { name: 'Use phone number instead' }).click();
    await dialog.getByLabel('Phone number').fill('+49 151 0000 0001');
    await dialog.getByRole('button', { name: 'Get a code' }).click();
    const code = dialog.getByLabel(/^Code /);
    await expect(code).toBeVisible();
    await picture(page, 'whatsapp-code');
    const shown = (await code.innerText()).replace(/[^0-9A-Z]/g, '');
    expect(shown).toHaveLength(8);
    expect(await phone.enterCode(shown)).toMatchObject({ kind: 'linked' });
    await expect(dialog.getByText('WhatsApp is linked.').last()).toBeVisible({ timeout: 30_000 });
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  const card = page.getByRole('article', { name: ownNumber });
  phone.say('before it was removed');
  await hears(phone, 'Echo: before it was removed');

  await test.step('removed on the phone: said with the one button that helps', async () => {
    phone.unlink(phone.companion);
    await expect(card).toContainText('This device was removed on the phone.');
    await picture(page, 'whatsapp-removed');
    await card.getByRole('button', { name: 'Link again' }).click();
    const again = page.getByRole('dialog');
    await expect(again).toContainText('Your conversations are kept');
    expect(await phone.scan(await readQr(page, again))).toMatchObject({ kind: 'linked' });
    await expect(again.getByText('WhatsApp is linked.').last()).toBeVisible({ timeout: 30_000 });
    await again.getByRole('button', { name: 'Done' }).click();
    await expect(card).toContainText(/up, seen \d+ s ago/);
  });

  await test.step('the history is there, and it goes on', async () => {
    phone.say('and after it');
    await hears(phone, 'Echo: and after it');
    await openWhatsAppChat(page, ownNumber);
    await expect(replies(page)).toHaveCount(2);
    await expect(replies(page).first()).toContainText('before it was removed');
  });

  await test.step('taken over by another program: said, and taken back by a click', async () => {
    await goTo(page, 'Channels');
    phone.companion.conflict();
    await expect(card).toContainText('Another program has taken over this linked device.');
    await picture(page, 'whatsapp-conflict');
    await card.getByRole('button', { name: 'Take over here' }).click();
    await expect(card).toContainText(/up, seen \d+ s ago/);
    phone.say('taken back');
    await hears(phone, 'Echo: taken back');
  });
  expect(whatsapp.violations.items).toEqual([]);
});

test('a pairing that is cancelled leaves nothing; a withdrawn code is replaced on the screen', async ({
  page,
  host,
}) => {
  await using home = await startWhatsAppHome();
  const { phone, whatsapp } = home;
  await host.start(home.file());
  await openWindow(page, host);
  const dialog = await beginLinking(page, home);
  const first = await readQr(page, dialog);
  await test.step('the service wants a fresh code: the old one is refused by the phone, the new one is on the screen', async () => {
    whatsapp.registration.refresh('companion_reg_refresh', first);
    await expect.poll(() => readQr(page, dialog)).not.toBe(first);
    expect((await phone.scan(first)).kind).not.toBe('linked');
  });
  await dialog.getByRole('button', { name: 'Cancel linking' }).click();
  await expect(page.getByText('Linking is cancelled. Nothing of it is left.')).toBeVisible();
  await expect(page.getByText('No outside channel yet.')).toBeVisible();
  await test.step('a second try begins anew and links', async () => {
    await linkPhone(page, home);
    await expect(page.getByRole('article', { name: ownNumber })).toContainText(/up, seen \d+ s ago/);
  });
});
