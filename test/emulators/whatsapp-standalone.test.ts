/* The emulator as a process of its own, driven over HTTP: what benches and crash tests use. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectClient, memory, muteConsole } from './whatsapp/client.ts';
import type { Memory, RealClient } from './whatsapp/client.ts';

const wait = { timeoutMs: 15_000 };

interface Started {
  readonly url: string;
  readonly origin: string;
  readonly rootKey: string;
  readonly number: string;
}

type Answer = Readonly<Record<string, unknown>>;

let child: ChildProcess;
let started: Started;
let client: RealClient;

async function ask(path: string, body?: unknown): Promise<Answer> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(`${started.origin}/__control/${path}`, init)).json()) as Answer;
}

/** What the client got under that id. */
async function heard(id: unknown): Promise<RealClient['messages']['items'][number]['message']> {
  const found = await client.messages.waitFor(
    ({ message }) => message.key.id === id && (message.message ?? undefined) !== undefined,
    wait,
  );
  return found.message;
}

beforeEach(async () => {
  muteConsole();
  const script = join(import.meta.dirname, 'whatsapp/main.ts');
  const spawned = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child = spawned;
  const [line] = (await once(createInterface(spawned.stdout), 'line')) as [string];
  started = JSON.parse(line) as Started;
  const server = { url: started.url, rootKey: Buffer.from(started.rootKey, 'hex') };
  const mine: Memory = memory();
  const pairing = connectClient(server, mine);
  const qr = await pairing.qrs.waitFor(() => true, wait);
  expect(await ask('scan', { qr })).toEqual({ outcome: 'linked' });
  await pairing.ended();
  client = connectClient(server, mine);
  await client.opened();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
});

it('lets a contact write and says what arrived, all by requests; ends when its input closes', async () => {
  await ask('say', { number: '4915550001', name: 'Alice', text: 'hello', id: 'SAID' });
  const { key } = await heard('SAID');
  await client.socket.sendMessage(key.remoteJid ?? '', { text: 'hi' }, { messageId: 'REPLY' });
  expect(await ask('arrivals?since=1&wait=10000')).toMatchObject({
    arrivals: [{ id: 'REPLY', text: 'hi', isOwnCopy: false }],
  });
  await expect.poll(() => ask('state')).toEqual({ linked: true, active: true, waiting: 0 });
  expect(await ask('violations')).toEqual({ violations: [] });
  expect(await ask('happen', { what: 'drop' })).toEqual({ what: 'drop' });
  expect(await client.ended()).toBe(428);
  const ended = once(child, 'exit');
  child.stdin?.end();
  expect(await ended).toEqual([0, null]);
});

it('makes groups in which contacts and the owner speak, and tells every device that got an answer there', async () => {
  const [alice, bob] = ['4915550001', '4915550002'];
  const { address } = await ask('group', { subject: 'Friends', members: [alice, bob], admin: bob });
  expect(await ask(`group?address=${String(address)}`)).toMatchObject({
    subject: 'Friends',
    members: [{ number: bob }, { number: alice }, { number: started.number }],
  });
  const said = await ask('say', { number: alice, text: 'all of you', group: address, mention: true });
  expect((await heard(said['id'])).message?.extendedTextMessage?.contextInfo?.mentionedJid).toHaveLength(1);
  const own = await ask('note', { text: 'me too', group: address });
  expect((await heard(own['id'])).key).toMatchObject({ fromMe: true, remoteJid: address });
  await client.socket.sendMessage(String(address), { text: 'answer' }, { messageId: 'REPLY' });
  const read = async () => {
    const { arrivals } = await ask('arrivals?since=0');
    return (arrivals as readonly Answer[]).map(({ id, chat, recipient, device }) => ({ id, chat, recipient, device }));
  };
  const expected = [bob, alice, started.number].map((recipient) => ({
    id: 'REPLY',
    chat: address,
    recipient,
    device: 0,
  }));
  await expect.poll(read).toEqual(expected);
  await ask('group-change', { address, remove: [alice], subject: 'Two' });
  expect(await ask(`group?address=${String(address)}`)).toMatchObject({
    subject: 'Two',
    members: [{ number: bob }, { number: started.number }],
  });
});

it('lets people change, take back, quote and send files, and the owner write to them', async () => {
  const number = '4915550001';
  const said = await ask('say', { number, text: 'first' });
  const quote = { id: said['id'], author: `${number}@s.whatsapp.net`, text: 'first' };
  const edit = await ask('edit', { number, id: said['id'], text: 'second' });
  expect((await heard(edit['id'])).message?.editedMessage).toBeDefined();
  const taken = await ask('take-back', { number, id: said['id'] });
  expect((await heard(taken['id'])).message?.protocolMessage?.key?.id).toBe(said['id']);
  const quoting = await ask('say', { number, text: 'about', quote });
  expect((await heard(quoting['id'])).message?.extendedTextMessage?.contextInfo?.stanzaId).toBe(said['id']);
  const base64 = Buffer.from('a file').toString('base64');
  const file = await ask('file', { number, kind: 'document', base64, fileName: 'a.txt', caption: 'look' });
  expect((await heard(file['id'])).message?.documentMessage).toMatchObject({ fileName: 'a.txt', caption: 'look' });
  const own = await ask('note', { text: 'by hand', to: number });
  expect((await heard(own['id'])).key).toMatchObject({ fromMe: true, remoteJid: `${number}@s.whatsapp.net` });
});

it('counts, lists what is linked and removes it, and refuses logins for a while', async () => {
  expect(await ask('companions')).toMatchObject({
    companions: [{ device: 1, isActive: true, isBootstrapped: true, isConnected: true }],
  });
  await expect.poll(() => ask('counts')).toMatchObject({ standing: 1, registrations: 1, violations: 0, sends: 0 });
  expect(await ask('refuse', { what: 'logins', code: 503, forMs: 60_000 })).toEqual({ code: 503 });
  expect(await ask('unlink', { device: 1 })).toEqual({ device: 1 });
  expect(await client.ended()).toBe(401);
  expect(await ask('companions')).toEqual({ companions: [] });
  expect(await ask('unlink', { device: 1 })).toHaveProperty('error');
});
