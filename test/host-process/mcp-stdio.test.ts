/** Servers that misbehave over standard input and output, and what is left of them. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { StdioScript } from '../emulators/mcp/main.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { McpWorld, changed, isRunning, scripted } from '../tools/mcp/world.ts';

async function ready(script: StdioScript = {}): Promise<McpWorld> {
  const world = new McpWorld();
  world.addScripted('s', script);
  await world.ready('s');
  return world;
}

test('the client keeps to the protocol: one greeting, no capabilities, ids once (a server that is strict)', async () => {
  await using world = await ready();
  await Promise.all([world.answer('s__say', { text: 'a' }), world.answer('s__say', { text: 'b' })]);
  expect(await world.answer('s__complaints')).toBe('[]');
});

test('lines that are no messages are logged and skipped (a print statement that ends the connection)', async () => {
  await using world = await ready({ prints: 'Starting up…\n' });
  expect(await world.answer('s__garbage')).toBe('after the garbage');
  expect(world.lines('s')).toContain('Not a message: Starting up…');
  expect(world.lines('s')).toContain('Not a message: Hello from a print statement');
});

test('a call that is not answered ends after 60 s of the clock and is cancelled at the server', async () => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.addScripted('s');
  await world.ready('s');
  const call = world.call('s__hang');
  await world.answer('s__say', { text: 'the call before has arrived' });
  clock.advance(59_999);
  clock.advance(1);
  expect(await call).toEqual({
    ok: false,
    text: 'The server s did not answer within 60 s; the call was cancelled. Whether it was done is not known.',
  });
  expect(JSON.parse(await world.answer('s__cancelled'))).toHaveLength(1);
});

test('a call gets no more time than the turn has left', async () => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.addScripted('s');
  await world.ready('s');
  const call = world.call('s__hang', {}, new AbortController().signal, 7_000);
  clock.advance(7_000);
  expect((await call).text).toContain('within 7 s');
});

test('a stop of the turn reaches the server as a cancellation, and the call is over at once', async () => {
  await using world = await ready();
  const stop = new AbortController();
  const call = world.call('s__hang', {}, stop.signal);
  stop.abort();
  expect(await call).toEqual({ ok: false, text: 'The call was stopped. Whether it was done is not known.' });
  expect(JSON.parse(await world.answer('s__cancelled'))).toHaveLength(1);
  const before = new AbortController();
  before.abort();
  expect((await world.call('s__say', { text: 'x' }, before.signal)).ok).toBe(false);
});

test.each([
  ['crash', { code: 7 }, 'exit code 7'],
  ['killed', { signal: 'SIGKILL' }, 'signal SIGKILL'],
  ['half', {}, 'exit code 3'],
])('a server that dies in a call (%s) fails that call and every other one in a sentence', async (tool, input, how) => {
  await using world = await ready();
  const other = world.call('s__hang');
  const call = await world.call(`s__${tool}`, input);
  const text = `The server ended (${how}). Whether it was done is not known.`;
  expect(call).toEqual({ ok: false, text });
  expect(await other).toEqual({ ok: false, text });
  const { attempt, reason } = await world.until('s', 'retrying');
  expect(attempt).toBe(1);
  expect(reason).toEqual({ code: 'mcp.ended', params: { how } });
  // What a provider cached of the tools stays good; a call meanwhile is refused in words.
  expect((await world.call('s__say', { text: 'x' })).text).toContain(`is not running now. The server ended (${how}).`);
  await world.ready('s');
  expect(await world.answer('s__say', { text: 'back' })).toBe('back');
});

test('restarts wait 1 s, then twice as long up to 5 min (a broken server that takes the whole processor)', async () => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.add('s', { kind: 'stdio', command: '/bin/false', args: [], env: [] });
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt++) {
    const state = await world.until('s', 'retrying');
    expect(state.attempt).toBe(attempt);
    waits.push(state.at - clock.now());
    clock.advance(state.at - clock.now());
    await world.until('s', 'starting');
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
});

test.each([
  [59_999, 2],
  [60_000, 1],
])('a server that was ready for %i ms waits as attempt %i (one that never recovers)', async (lasted, attempt) => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.addScripted('s');
  await world.ready('s');
  await world.call('s__crash', { code: 1 });
  const first = await world.until('s', 'retrying');
  clock.advance(first.at - clock.now());
  await world.ready('s');
  clock.advance(lasted);
  await world.call('s__crash', { code: 1 });
  expect((await world.until('s', 'retrying')).attempt).toBe(attempt);
});

test('a server that says nothing to the greeting is ended after 2 min and tried again', async () => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.addScripted('s', { script: { silent: true }, says: ['I am here'] });
  await expect.poll(() => world.lines('s')).toContain('I am here');
  clock.advance(120_000);
  await expect.poll(() => clock.pending).toBeGreaterThan(0);
  const state = await world.until('s', 'retrying');
  expect(state.reason).toEqual({ code: 'mcp.hung', params: { seconds: 120 } });
});

test('a server that refuses the greeting is tried again; one of another protocol is not', async () => {
  await using world = new McpWorld();
  world.addScripted('no', { script: { refuses: 'no licence' } });
  world.addScripted('odd', { script: { brokenList: true } });
  world.addScripted('old', { script: { version: '1999-01-01' } });
  expect((await world.until('no', 'retrying')).reason.params?.['message']).toContain('no licence');
  expect((await world.until('odd', 'retrying')).reason).toEqual({ code: 'mcp.malformed', params: {} });
  expect((await world.until('old', 'failed')).reason).toEqual({
    code: 'mcp.protocol',
    params: { version: '1999-01-01' },
  });
});

test('a command that is not there, is no program, or is a folder says so and is not tried again', async () => {
  await using world = new McpWorld();
  world.add('gone', { kind: 'stdio', command: '/nowhere/server', args: [], env: [] });
  world.add('file', { kind: 'stdio', command: join(import.meta.dirname, '../../README.md'), args: [], env: [] });
  world.add('folder', { kind: 'stdio', command: world.home.path, args: [], env: [] });
  world.add('named', { kind: 'stdio', command: 'node', args: [], env: [] });
  expect((await world.until('gone', 'failed')).reason).toEqual({
    code: 'mcp.command-missing',
    params: { command: '/nowhere/server' },
  });
  expect((await world.until('folder', 'failed')).reason.code).toBe('mcp.command-missing');
  // What is stored is absolute: a name alone would be looked up anew, perhaps elsewhere.
  expect((await world.until('named', 'failed')).reason.code).toBe('mcp.command-missing');
  expect(['mcp.command-refused', 'mcp.command-missing']).toContain((await world.until('file', 'failed')).reason.code);
});

test('a huge result keeps its head and tail and says what is missing', async () => {
  await using world = await ready();
  const text = await world.answer('s__huge', { bytes: 3_000_000 });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024);
  expect(text).toMatch(/^begin x+\n\n\(… \d+ of 3000010 bytes are left out here …\)\n\nx+ end$/);
});

test('a message without an end is cut off at 10 MB: the call fails, the server starts again', async () => {
  await using world = await ready();
  const { ok, text } = await world.call('s__flood', { bytes: 11 * 1024 * 1024 });
  expect({ ok, text }).toEqual({
    ok: false,
    text: 'The server sent more than 10 MB in one message. Whether it was done is not known.',
  });
  expect((await world.until('s', 'retrying')).reason.code).toBe('mcp.too-much');
  await world.ready('s');
});

test('a changed list is followed, and a list that changes all the time is asked for once a second', async () => {
  const clock = new ManualClock();
  await using world = new McpWorld(clock);
  world.addScripted('s', { script: { restless: 500 } });
  await world.ready('s');
  await world.answer('s__change', { name: 'fresh' });
  clock.advance(1_000);
  await changed(world.mcp.tools, () => {
    clock.advance(1_000);
    return world.names().includes('s__fresh');
  });
  const { calls } = JSON.parse(await world.answer('s__lists')) as { calls: number };
  expect(calls).toBeLessThan(6);
});

test('a tool that comes while the first list is made is not missed', async () => {
  await using world = await ready({ script: { latecomer: 'late' } });
  await changed(world.mcp.tools, () => world.names().includes('s__late'));
});

test('the server may not ask for samples, answers or folders; it hears that in words', async () => {
  await using world = await ready();
  for (const method of ['sampling/createMessage', 'elicitation/create', 'roots/list']) {
    const answer = JSON.parse(await world.answer('s__ask', { method, params: { messages: [], maxTokens: 1 } })) as {
      error: { code: number; message: string };
    };
    expect(answer.error).toEqual({ code: -32_601, message: `Porchlight does not offer ${method} to servers.` });
  }
  expect(JSON.parse(await world.answer('s__ask', { method: 'ping' }))).toMatchObject({ result: {} });
});

test('standard error is kept for the owner: the last 500 lines, clean, without secrets', async () => {
  await using world = new McpWorld();
  const token = world.secret('s', 'env', 'TOKEN', 'hunter2-hunter2');
  const lines = Array.from({ length: 600 }, (_, index) => `line ${String(index)}`);
  world.add('s', scripted({ says: [...lines, '\u001B[31mred\u001B[0m\u200B', 'key=hunter2-hunter2;'] }, [token]));
  await world.ready('s');
  const said = (): readonly string[] => world.lines('s').filter((line) => !line.startsWith('Ready with '));
  await expect.poll(() => said().at(-1)).toBe('key=•••;');
  expect(world.lines('s')).toHaveLength(500);
  expect(said().at(-2)).toBe('red');
  await world.answer('s__complain', { text: `${'a'.repeat(100_000)}hunter2-hunter2` });
  await expect.poll(() => said().at(-1)?.length).toBe(2_000);
  expect((await world.call('s__refuse', { text: 'hunter2-hunter2 is wrong' })).text).toBe(
    'The server refused: MCP error -32000: ••• is wrong',
  );
  expect(await world.answer('s__say', { text: 'it is hunter2-hunter2' })).toBe('it is •••');
});

test('a secret that was sealed for another server is not handed over', async () => {
  await using world = new McpWorld();
  world.add('s', scripted({}, [world.secret('other', 'env', 'TOKEN', 'hunter2-hunter2')]));
  expect((await world.until('s', 'failed')).reason).toEqual({
    code: 'mcp.secret-unreadable',
    params: { name: 'TOKEN' },
  });
});

test('the server starts in the owner’s home, with its arguments as they are (a shell in between)', async () => {
  await using world = new McpWorld();
  const endpoint = scripted();
  if (endpoint.kind !== 'stdio') throw new Error('no process');
  const args = [...endpoint.args, '$HOME; touch x', '`id`', '*'];
  world.add('s', { ...endpoint, args });
  await world.ready('s');
  const seen = JSON.parse(await world.answer('s__env')) as { cwd: string; args: string[]; env: Record<string, string> };
  expect(seen.cwd).toBe(world.home.path);
  expect(seen.args).toEqual(args.slice(2));
  expect(Object.keys(seen.env).sort()).toEqual(['HOME', 'LANG', 'PATH']);
});

test('off, on again and changed: never two processes of one server, and none when it is off', async () => {
  await using world = await ready();
  const row = world.mcp.servers.value[0]?.row;
  if (row === undefined) throw new Error('no row');
  const first = Number(await world.answer('s__pid'));
  world.mcp.enable('s', false);
  expect(world.state('s')).toEqual({ kind: 'off' });
  expect(world.names()).toEqual([]);
  world.mcp.enable('s', true);
  world.mcp.update({ ...row, endpoint: scripted({ says: ['second'] }) });
  world.mcp.update({ ...row, endpoint: scripted({ says: ['third'] }) });
  await world.ready('s');
  expect(isRunning(first)).toBe(false);
  expect(world.lines('s')).not.toContain('second');
  expect(world.lines('s').filter((line) => line === 'third')).toHaveLength(1);
});

test('no timer outlives the servers (one that starts a removed server again)', async () => {
  const clock = new ManualClock();
  const world = new McpWorld(clock);
  world.addScripted('s');
  world.add('broken', { kind: 'stdio', command: '/bin/false', args: [], env: [] });
  await world.ready('s');
  await world.until('broken', 'retrying');
  await world.answer('s__change', { name: 'fresh' });
  await world[Symbol.asyncDispose]();
  await expect.poll(() => clock.pending).toBe(0);
  expect(world.mcp.servers.value).toEqual([]);
});

test('a server that heeds nothing is ended with SIGTERM and 2 s later SIGKILL, with what it started', async () => {
  await using world = await ready({ stubborn: true });
  const server = Number(await world.answer('s__pid'));
  const child = Number(await world.answer('s__child'));
  expect([server, child].map(isRunning)).toEqual([true, true]);
  const began = performance.now();
  await world.mcp.remove('s');
  expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
  expect(performance.now() - began).toBeLessThan(6_000);
  await expect.poll(() => [server, child].map(isRunning)).toEqual([false, false]);
});

test('what a dead server started is ended too (a child that keeps a port for ever)', async () => {
  await using world = await ready();
  const child = Number(await world.answer('s__child'));
  await world.call('s__crash', { code: 1 });
  await expect.poll(() => isRunning(child)).toBe(false);
});

test('kill -9 of the gateway leaves no server: neither one that heeds its input nor one that heeds nothing', async () => {
  const gateway = spawn(process.execPath, [join(import.meta.dirname, 'children/mcp-gateway.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let pids: readonly number[] = [];
  for await (const line of createInterface({ input: gateway.stdout })) {
    pids = JSON.parse(line) as number[];
    break;
  }
  expect(pids).toHaveLength(4); // two servers, and what each of them started
  expect(pids.map(isRunning)).toEqual([true, true, true, true]);
  gateway.kill('SIGKILL');
  await expect.poll(() => pids.map(isRunning), { timeout: 10_000 }).toEqual([false, false, false, false]);
});

test('the SDK is loaded with the first server that starts, and works where no text may become code', async () => {
  const child = join(import.meta.dirname, 'children/mcp-loads.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--disallow-code-generation-from-strings', child]);
  expect(JSON.parse(stdout)).toEqual({
    before: 0,
    after: true,
    answer: 'without code out of text',
  });
});
