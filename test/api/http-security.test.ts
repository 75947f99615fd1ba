import { mkdir, writeFile } from 'node:fs/promises';
import { request as startRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpcCloseCodes, rpcMaxFrame } from '../../preload/contract/bridge.ts';
import { RpcClient, startTestHost, testToken, type TestHost } from '../lib/headless.ts';

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const shared: { test: TestHost | null } = { test: null };
const running = (): TestHost => {
  if (shared.test === null) throw new Error('the host has not been started');
  return shared.test;
};

beforeAll(async () => {
  const windowDir = await mkdtemp(join(tmpdir(), 'porchlight-window-'));
  await mkdir(join(windowDir, 'assets'));
  await writeFile(join(windowDir, 'index.html'), '<!doctype html><title>window</title>');
  await writeFile(join(windowDir, 'assets', 'app-1234.js'), 'export {};');
  shared.test = await startTestHost({ windowDir, allowHosts: ['home.example'] });
});
afterAll(async () => {
  await shared.test?.[Symbol.asyncDispose]();
});

/** One request with exactly these headers: `fetch` would set Host and Origin by itself. */
function ask({ method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = startRequest(
      { host: '127.0.0.1', port: running().port, method, path, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const bearer = { Authorization: `Bearer ${testToken}` };
const paths = ['/', '/healthz', '/v1/models', '/v1/chat/completions', '/files/x', '/rpc'];

describe('the Host header', () => {
  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'home.example'])('may be %s', async (name) => {
    expect((await ask({ path: '/healthz', headers: { Host: `${name}:${String(running().port)}` } })).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil', 'a@127.0.0.1', '127.0.0.1/x', '0x7f.1:x'])(
    'may not be %j on any path, token or not (a page whose name was rebound to this machine)',
    async (name) => {
      for (const path of paths) {
        for (const token of [{}, bearer]) {
          const { status, body } = await ask({ path, headers: { Host: name, ...token } });
          expect([403, 400]).toContain(status);
          expect(body).not.toContain('window');
        }
      }
    },
  );
});

describe('the Origin header', () => {
  it('may be our own window, here or behind the proxy', async () => {
    const own = `127.0.0.1:${String(running().port)}`;
    for (const [Host, Origin] of [
      [own, `http://${own}`],
      [own, 'https://home.example'],
      ['home.example', 'https://home.example'],
    ] as const) {
      expect((await ask({ path: '/healthz', headers: { Host, Origin, ...bearer } })).status).toBe(200);
    }
  });

  it.each([
    'null',
    'http://evil.example',
    'http://localhost:1',
    'https://home.example.evil',
    'chrome-extension://abc',
    'file://',
  ])('may not be %s, even with the right token (a page that drives the gateway)', async (Origin) => {
    for (const path of paths) expect((await ask({ path, headers: { Origin, ...bearer } })).status).toBe(403);
    using client = new RpcClient(running().url, testToken, { headers: { Origin } });
    await expect(client.opened()).rejects.toThrow('403');
  });
});

describe('the token', () => {
  it('is needed for /v1 and /files, and a wrong one is told in the shape of the path (an open gateway)', async () => {
    for (const headers of [
      {},
      { Authorization: 'Bearer wrong' },
      { Authorization: `Basic ${testToken}` },
      { Authorization: 'Bearer ' },
    ]) {
      const models = await ask({ path: '/v1/models', headers });
      expect(models.status).toBe(401);
      expect(JSON.parse(models.body)).toMatchObject({
        error: { code: 'invalid_api_key', type: 'invalid_request_error' },
      });
      expect((await ask({ path: '/files/x', headers })).status).toBe(401);
    }
    expect((await ask({ path: `/v1/models?token=${testToken}` })).status).toBe(401);
    expect((await ask({ path: '/v1/models', headers: bearer })).status).toBe(200);
  });

  it('decides what /healthz shows, and a wrong one is refused so that a page can tell (evidence for strangers)', async () => {
    const bare = await ask({ path: '/healthz' });
    expect(JSON.parse(bare.body)).toEqual({ status: 'ok' });
    const full = await ask({ path: '/healthz', headers: bearer });
    expect(JSON.parse(full.body)).toMatchObject({
      status: 'ok',
      links: [{ kind: 'window' }, { kind: 'api' }],
      runningTurns: 0,
    });
    expect((await ask({ path: '/healthz', headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
  });

  it('is checked on /rpc with a close code that a page can read (a window that says nothing)', async () => {
    using client = new RpcClient(running().url, 'wrong');
    expect(await client.closed).toEqual({ code: rpcCloseCodes.tokenWrong, reason: 'token wrong' });
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/v1/chat/completions', 405],
    ['POST', '/v1/models', 405],
    ['POST', '/healthz', 405],
    ['DELETE', '/files', 405],
    ['PUT', '/files/x', 405],
    ['GET', '/files/../token', 404],
    ['GET', '/rpc', 426],
  ])('is answered in JSON: %s %s (an HTML page in an API client)', async (method, path, status) => {
    const answer = await ask({ method, path, headers: bearer });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(JSON.parse(answer.body)).toHaveProperty('error.message');
  });
});

describe('the window', () => {
  it('comes with headers that let it talk to us alone (a script from elsewhere)', async () => {
    const page = await ask({});
    expect(page.status).toBe(200);
    expect(page.body).toContain('<title>window</title>');
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${String(running().port)}`);
    expect(policy).not.toContain('unsafe');
    expect((await ask({ path: '/assets/app-1234.js' })).headers['cache-control']).toContain('immutable');
  });

  it.each(['/../token', '/%2e%2e/token', '/..%2ftoken', '/assets/../../token', '//etc/passwd', '/%00', '/%E0%A4%A'])(
    'gives nothing but its own files: %s (the token read over HTTP)',
    async (path) => {
      const { status, body } = await ask({ path });
      expect([400, 403, 404]).toContain(status);
      expect(body).not.toContain(testToken);
    },
  );
});

describe('too much and malformed', () => {
  it('is refused on /v1 before it is read to its end (memory filled from outside)', async () => {
    const headers = { ...bearer, 'Content-Length': String(30 * 1024 * 1024) };
    const answer = await ask({ method: 'POST', path: '/v1/chat/completions', headers, body: '{' });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'too_large' } });
  });

  it.each([['{'], ['[]'], ['null'], [Buffer.from([0xff, 0xfe])]])('is a 400 on /v1: %j', async (body) => {
    expect((await ask({ method: 'POST', path: '/v1/chat/completions', headers: bearer, body })).status).toBe(400);
  });

  it('ends a connection whose headers are too large or no HTTP (a parser that waits for ever)', async () => {
    expect((await ask({ headers: { 'X-Long': 'x'.repeat(40_000) } })).status).toBe(431);
    const garbage = await new Promise<string>((resolve) => {
      const socket = connect(running().port, '127.0.0.1', () => socket.write('\u0016\u0003\u0001 not http\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(garbage).toContain('400 Bad Request');
  });

  it.each([
    ['text that is not JSON', 'hello'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an unknown kind', '{"kind":"exec"}'],
    ['a call without a number', '{"kind":"call","name":"host.get"}'],
    ['a negative number', '{"kind":"call","id":-1,"name":"host.get","params":{}}'],
    ['a name that is no text', '{"kind":"call","id":1,"name":{},"params":{}}'],
    ['a subscription to a text', '{"kind":"subscribe","since":"1"}'],
    ['bytes', Buffer.from([1, 2, 3])],
  ])('closes /rpc with 4400: %s (a crash by one frame)', async (_what, frame) => {
    using client = await new RpcClient(running().url).opened();
    client.socket.send(frame);
    expect((await client.closed).code).toBe(rpcCloseCodes.malformed);
    expect((await ask({ path: '/healthz' })).status).toBe(200);
  });

  it('closes /rpc with 1009 for a frame above the limit, and takes one below it', async () => {
    using client = await new RpcClient(running().url).opened();
    expect(await client.raw('host.get', { text: 'x'.repeat(rpcMaxFrame - 200) })).toMatchObject({ ok: false });
    client.socket.send('x'.repeat(rpcMaxFrame + 1));
    expect((await client.closed).code).toBe(rpcCloseCodes.tooLarge);
  });

  it('answers unknown commands and wrong parameters with a reason (an exception over the wire)', async () => {
    using client = await new RpcClient(running().url).opened();
    for (const name of ['nothing', '__proto__', 'constructor', 'toString', '']) {
      expect(await client.raw(name, {})).toMatchObject({ ok: false, reason: { code: 'input.command-unknown' } });
    }
    for (const params of [undefined, null, [], { limit: 'a' }, { limit: 5, more: true }, { limit: 1e9 }]) {
      expect(await client.raw('conversations.page', params)).toMatchObject({
        ok: false,
        reason: { code: 'input.malformed' },
      });
    }
  });
});
