/** The client against a server behind an address that is strict and misbehaves when asked to. */
import { expect, test } from 'vitest';
import { HttpMcpEmulator, type HttpScript } from '../emulators/mcp/http.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import type { Clock } from '../../main/gateway/clock.ts';
import { systemClock } from '../store/processes.ts';
import type { McpValue } from '../../main/tools/mcp/types.ts';
import { McpWorld, changed } from '../tools/mcp/world.ts';

interface Site extends AsyncDisposable {
  readonly world: McpWorld;
  readonly server: HttpMcpEmulator;
}

async function site(script: HttpScript = {}, headers: readonly McpValue[] = [], world = new McpWorld()): Promise<Site> {
  const server = await HttpMcpEmulator.start(script);
  world.add('h', { kind: 'http', url: server.url, headers });
  return {
    world,
    server,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function ready(script: HttpScript = {}, clock: Clock = systemClock): Promise<Site> {
  const made = await site(script, [], new McpWorld(clock));
  await made.world.ready('h');
  return made;
}

test.each([[{}], [{ asJson: true }], [{ noStream: true }]])(
  'calls are answered as streams and as JSON, and the protocol is kept (%j)',
  async (script) => {
    await using made = await ready(script);
    const { world, server } = made;
    expect(await world.answer('h__say', { text: 'hi' })).toBe('hi');
    await world.mcp.remove('h');
    expect(server.allComplaints).toEqual([]);
    expect(server.requests.at(-1)?.method).toBe('DELETE');
    expect(server.sessions).toBe(0);
  },
);

test('a bearer key is sent with every request and stands in no log', async () => {
  await using world = new McpWorld();
  const key = world.secret('h', 'header', 'Authorization', 'Bearer key-4711-4711');
  await using made = await site({ token: 'key-4711-4711' }, [key], world);
  await world.ready('h');
  expect(await world.answer('h__say', { text: 'my key is key-4711-4711' })).toBe('my key is •••');
  const { requests } = made.server;
  expect(requests.every(({ headers }) => headers.authorization === 'Bearer key-4711-4711')).toBe(true);
  expect(JSON.stringify(world.mcp.log('h'))).not.toContain('4711');
});

test('a refused key is told once and not tried again (an account that is locked by retries)', async () => {
  const clock = new ManualClock();
  await using made = await site({ token: 'right' }, [], new McpWorld(clock));
  expect((await made.world.until('h', 'failed')).reason).toEqual({ code: 'mcp.signed-out', params: { status: 401 } });
  clock.advance(3_600_000);
  expect(made.server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

test('a key that is refused in the middle fails the call and then the server', async () => {
  await using made = await ready();
  made.server.status = 401;
  const { ok, text } = await made.world.call('h__say', { text: 'x' });
  expect(ok).toBe(false);
  expect(text).toContain('does not accept the key it was given (status 401)');
  expect((await made.world.until('h', 'failed')).reason.code).toBe('mcp.signed-out');
  expect(made.world.names()).toEqual([]);
});

test('an address at which something else answers is not tried again', async () => {
  await using world = new McpWorld();
  await using server = await HttpMcpEmulator.start();
  world.add('h', { kind: 'http', url: server.url.replace('/mcp', '/other'), headers: [] });
  server.status = 404;
  expect((await world.until('h', 'failed')).reason).toEqual({ code: 'mcp.not-a-server', params: { status: 404 } });
});

test('a redirect to another origin is not followed, and the key does not go there', async () => {
  await using other = await HttpMcpEmulator.start();
  await using made = await site({ token: 'key-4711' });
  await made.world.mcp.remove('h');
  made.server.redirect = other.url;
  const { world } = made;
  const key = world.secret('h', 'header', 'Authorization', 'Bearer key-4711');
  world.add('h', { kind: 'http', url: made.server.url, headers: [key] });
  expect((await world.until('h', 'failed')).reason).toEqual({ code: 'mcp.redirected', params: { to: other.url } });
  expect(other.requests).toEqual([]);
});

test('a redirect within the origin is followed', async () => {
  await using made = await site();
  await made.world.mcp.remove('h');
  made.server.redirect = '/other';
  made.world.add('h', { kind: 'http', url: made.server.url, headers: [] });
  await made.world.ready('h');
  expect(await made.world.answer('h__say', { text: 'hi' })).toBe('hi');
});

test('a stream that is cut before the answer fails the call at once (one that waits for its 60 s)', async () => {
  await using made = await ready();
  expect(await made.world.call('h__cut')).toEqual({
    ok: false,
    text: 'The connection was cut before the answer came. Whether it was done is not known.',
  });
  expect(await made.world.answer('h__say', { text: 'on' })).toBe('on');
});

test('a stream that is cut after an id is resumed from there, and the answer arrives', async () => {
  await using made = await ready();
  expect(await made.world.answer('h__cutAndKeep')).toBe('kept for you');
  const resumed = made.server.requests.find(({ headers }) => headers['last-event-id'] !== undefined);
  expect(resumed?.method).toBe('GET');
});

test('a message without an end is cut off at 10 MB and the connection begun anew', async () => {
  await using made = await ready();
  const { ok } = await made.world.call('h__flood', { bytes: 11 * 1024 * 1024 });
  expect(ok).toBe(false);
  expect((await made.world.until('h', 'retrying')).reason).toEqual({ code: 'mcp.too-much', params: { megabytes: 10 } });
});

test('an answer that is a web page fails the call', async () => {
  await using made = await ready();
  expect((await made.world.call('h__nonsense')).text).toContain('something that is not of the protocol');
});

test('a server that forgot the session gets a new one; the call that noticed says so', async () => {
  const clock = new ManualClock();
  await using made = await ready({}, clock);
  made.server.forgetSessions();
  expect((await made.world.call('h__say', { text: 'x' })).text).toContain('forgotten the session');
  await made.world.until('h', 'retrying');
  clock.advance(1_000);
  await made.world.ready('h');
  expect(await made.world.answer('h__say', { text: 'again' })).toBe('again');
});

test('a server that goes away is waited for and found again at the same address', async () => {
  const clock = new ManualClock();
  await using made = await ready({}, clock);
  const { port } = made.server;
  await made.server[Symbol.asyncDispose]();
  expect((await made.world.call('h__say', { text: 'x' })).ok).toBe(false);
  expect((await made.world.until('h', 'retrying')).reason.code).toBe('mcp.unreachable');
  await using _again = await HttpMcpEmulator.start({}, port);
  clock.advance(1_000);
  await made.world.ready('h');
});

test('a server that ends its streams at once is not asked again without a measure', async () => {
  await using made = await site({ endsStreams: true }, [], new McpWorld(new ManualClock()));
  expect((await made.world.until('h', 'retrying')).reason.code).toBe('mcp.stream-cut');
  expect(made.server.requests.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(301);
});

test('a server that goes away between calls is noticed (one that seems ready for days)', async () => {
  await using made = await ready();
  await expect.poll(() => made.server.requests.some(({ method }) => method === 'GET')).toBe(true);
  await made.server[Symbol.asyncDispose]();
  expect((await made.world.until('h', 'retrying')).reason.code).toBe('mcp.stream-cut');
});

test('a call of a turn that was stopped already is not made, and costs no connection', async () => {
  await using made = await ready();
  const before = new AbortController();
  before.abort();
  expect((await made.world.call('h__say', { text: 'x' }, before.signal)).ok).toBe(false);
  expect(made.world.state('h').kind).toBe('ready');
  expect(await made.world.answer('h__say', { text: 'on' })).toBe('on');
  expect(made.server.sessions).toBe(1);
});

test('a changed list is followed over the stream, also after that was cut', async () => {
  await using made = await ready();
  const { world, server } = made;
  const streams = (): number => server.requests.filter(({ method }) => method === 'GET').length;
  await expect.poll(streams).toBe(1);
  server.cutStreams();
  await expect.poll(streams, { timeout: 5_000 }).toBe(2);
  await world.answer('h__change', { name: 'fresh' });
  await changed(world.mcp.tools, () => world.names().includes('h__fresh'));
});

test('a stop of the turn reaches the server as a cancellation', async () => {
  await using made = await ready();
  const stop = new AbortController();
  const call = made.world.call('h__hang', {}, stop.signal);
  await expect.poll(() => made.server.requests.length).toBeGreaterThan(4);
  stop.abort();
  expect((await call).text).toContain('The call was stopped.');
  await expect.poll(async () => JSON.parse(await made.world.answer('h__cancelled')) as unknown[]).toHaveLength(1);
});

test.each([
  'http://example.org/mcp',
  'http://192.168.1.4/mcp',
  'http://127.0.0.1.example.org/mcp',
  'http://localhost.example.org/mcp',
  'https://user:secret@example.org/mcp',
  'ftp://example.org/',
  'file:///etc/passwd',
  'example.org/mcp',
  '',
])('%s is no address that is used (a key that travels in the clear)', async (url) => {
  await using world = new McpWorld();
  const endpoint = { kind: 'http', url, headers: [] } as const;
  expect(await world.mcp.prepare(endpoint)).toEqual({ ok: false, failure: { code: 'mcp.address-refused' } });
  world.add('h', endpoint);
  expect((await world.until('h', 'failed')).reason.code).toBe('mcp.address-refused');
});

test.each([' https://example.org/mcp#top ', 'http://localhost:8080/mcp', 'http://[::1]:1/', 'http://127.1/'])(
  '%s is one',
  async (url) => {
    await using world = new McpWorld();
    const prepared = await world.mcp.prepare({ kind: 'http', url, headers: [] });
    expect(prepared.ok).toBe(true);
    if (prepared.ok && prepared.value.kind === 'http') expect(prepared.value.url).toMatch(/^http/);
  },
);

test('a header that cannot be sent says which one, and not what was in it', async () => {
  await using world = new McpWorld();
  const value = world.secret('h', 'header', 'Authorization', 'Bearer key\n4711');
  world.add('h', { kind: 'http', url: 'https://example.org/', headers: [value] });
  expect((await world.until('h', 'failed')).reason).toEqual({
    code: 'mcp.header-refused',
    params: { name: 'Authorization' },
  });
});
