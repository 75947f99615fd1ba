/*
 * `node test/run/window-answers.ts URL TOKEN-FILE`: shows that a running headless host gives a window that can be
 * used: the page and its script are served, it says it is well, and a message is answered. Exit code 0 when it does.
 */
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { type ServerFrame, rpcPath, rpcProtocol, rpcTokenPrefix } from '../../preload/contract/bridge.ts';
import type { CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';

const patience = 30_000;
const [address, tokenFile] = process.argv.slice(2);
if (!address || !tokenFile) throw new Error('Say the address of the host and the file of its token.');
const base = new URL(address);
const token = readFileSync(tokenFile, 'utf8').trim();

async function get(path: string): Promise<string> {
  const response = await fetch(new URL(path, base));
  if (!response.ok) throw new Error(`GET ${path} was answered with ${String(response.status)}.`);
  return response.text();
}

const page = await get('/');
const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1];
if (!script) throw new Error('The page has no script.');
if ((await get(script)).length < 1_000) throw new Error(`${script} is hardly a window.`);
const health: unknown = JSON.parse(await get('/healthz'));
if (JSON.stringify(health) !== '{"status":"ok"}') throw new Error(`/healthz says ${JSON.stringify(health)}.`);

const socket = new WebSocket(
  new URL(rpcPath, base.href.replace(/^http/, 'ws')),
  [rpcProtocol, rpcTokenPrefix + token],
  {
    origin: base.origin,
  },
);
const waiting = new Map<number, (outcome: unknown) => void>();
const answered = Promise.withResolvers<string>();
const deadline = setTimeout(() => answered.reject(new Error('No answer came.')), patience);

function call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>> {
  const id = waiting.size + 1;
  return new Promise((resolve) => {
    waiting.set(id, (outcome) => resolve(outcome as Outcome<Name>));
    socket.send(JSON.stringify({ kind: 'call', id, name, params }));
  });
}

async function value<Name extends CommandName>(name: Name, params: ParamsOf<Name>) {
  const outcome = await call(name, params);
  if (!outcome.ok) throw new Error(`${name} was refused: ${JSON.stringify(outcome.reason)}`);
  return outcome.value;
}

async function converse(): Promise<void> {
  const host = await value('host.get', {});
  socket.send(JSON.stringify({ kind: 'subscribe', since: host.seq }));
  const { id: conversation } = await value('conversations.create', {});
  await value('messages.send', { conversation, text: 'Hello, is anybody there?', key: 'fresh-1' });
}

socket.on('message', (data: Buffer) => {
  const frame = JSON.parse(data.toString('utf8')) as ServerFrame;
  if (frame.kind === 'answer') waiting.get(frame.id)?.(frame.outcome);
  else if (frame.event.event.kind === 'message.added' && frame.event.event.message.kind === 'assistant') {
    answered.resolve(frame.event.event.message.text);
  }
});
socket.on('open', () => void converse().catch(answered.reject));
socket.on('error', answered.reject);
socket.on('close', (code) => answered.reject(new Error(`The host closed the connection with ${String(code)}.`)));

const reply = await answered.promise;
clearTimeout(deadline);
socket.close();
if (reply.trim() === '') throw new Error('The answer was empty.');
console.log(`answered: ${reply.slice(0, 80)}`);
