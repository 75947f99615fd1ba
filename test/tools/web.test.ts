import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ToolResult } from '../../main/gateway/tool.ts';
import { createWebPageTool } from '../../main/tools/web/index.ts';
import { ManualClock } from '../lib/manual-clock.ts';

/** A made-up public address; connections to it are led to the server of the test once they were allowed. */
const PUBLIC = { address: '93.184.215.14', family: 4 };
const context = { conversation: 'c', link: 'window' };
const never = new AbortController().signal;

interface Site extends AsyncDisposable {
  read(url: unknown, signal?: AbortSignal): Promise<ToolResult>;
  /** Names that were asked for, and addresses that were connected to. */
  readonly asked: readonly string[];
  readonly connected: readonly string[];
  readonly requests: readonly string[];
  readonly clock: ManualClock;
  /** What names lead to; others are public. */
  readonly names: Map<string, { readonly address: string; readonly family: number }[][]>;
}

async function site(answer: RequestListener): Promise<Site> {
  const requests: string[] = [];
  const asked: string[] = [];
  const connected: string[] = [];
  const names: Site['names'] = new Map();
  const clock = new ManualClock();
  const server = createServer((request, response) => {
    requests.push(`${request.headers.host?.replace(/:80$/, '') ?? ''}${request.url ?? ''}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tool = createWebPageTool({
    clock,
    async resolve(host) {
      asked.push(host);
      const answers = names.get(host);
      const now = answers === undefined ? [PUBLIC] : ((answers.length > 1 ? answers.shift() : answers[0]) ?? []);
      if (now.length === 0) throw new Error('ENOTFOUND');
      return now;
    },
    connect(options) {
      const socket = connect(port, '127.0.0.1');
      // What Node would connect to: the literal host, or what the given resolver answers now.
      const { host, lookup } = options;
      if (lookup === undefined || typeof host !== 'string') throw new Error('Node asks no resolver.');
      lookup(host, { all: false }, (_error, address) => {
        if (typeof address === 'string') connected.push(address);
      });
      return socket;
    },
  });
  return {
    asked,
    connected,
    requests,
    clock,
    names,
    read: (url, signal = never) => tool.run({ url }, context, signal),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const page: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(
    '<title>A &amp; B</title><style>p{}</style><script>alert(1)</script><nav>menu</nav>' +
      '<h1>Head</h1><p>One <a href="/next">link</a>.</p><ul><li>first</li></ul><img src=x>',
  );
};

test('a page becomes text with its title, links and lists, without scripts and menus', async () => {
  await using web = await site(page);
  const { ok, text } = await web.read('http://x.example/');
  expect(ok).toBe(true);
  expect(text).toContain('A & B\nhttp://x.example/');
  expect(text).toContain('One link [http://x.example/next].');
  expect(text).toContain('* first');
  expect(text).not.toMatch(/alert|menu|p\{\}/);
  expect(web.connected).toEqual([PUBLIC.address]);
});

const forbidden = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://0/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[fd00::1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'http://inside.example/',
  'http://mixed.example/',
  'http://inside.example./',
  'http://user:secret@x.example/',
  'http://user@x.example/',
  'http://x.example:22/',
  'http://x.example:11434/',
  'http://x.example:4747/',
  'file:///etc/passwd',
  'ftp://x.example/',
  'data:text/html,hello',
  'javascript:alert(1)',
  'gopher://x.example/',
];

test.each(forbidden)('%s is not asked for (what is the owner’s own, or no page)', async (url) => {
  await using web = await site(page);
  web.names.set('inside.example', [[{ address: '192.168.1.4', family: 4 }]]);
  web.names.set('inside.example.', [[{ address: 'fd00::4', family: 6 }]]);
  web.names.set('mixed.example', [[PUBLIC, { address: '127.0.0.1', family: 4 }]]);
  const { ok, text } = await web.read(url);
  expect(ok).toBe(false);
  expect(text).not.toContain('secret');
  expect(web.requests).toEqual([]);
});

test.each(forbidden)('a redirect to %s is not followed (a public page that leads inside)', async (url) => {
  await using web = await site((request, response) => {
    if (request.url !== '/start') return page(request, response);
    response.writeHead(302, { location: url }).end();
  });
  web.names.set('inside.example', [[{ address: '192.168.1.4', family: 4 }]]);
  web.names.set('inside.example.', [[{ address: 'fd00::4', family: 6 }]]);
  web.names.set('mixed.example', [[PUBLIC, { address: '127.0.0.1', family: 4 }]]);
  expect((await web.read('http://x.example/start')).ok).toBe(false);
  expect(web.requests).toEqual(['x.example/start']);
});

test('a name that answers otherwise the second time is connected to as it was looked at (DNS rebinding)', async () => {
  await using web = await site(page);
  web.names.set('turns.example', [[PUBLIC], [{ address: '127.0.0.1', family: 4 }]]);
  expect((await web.read('http://turns.example/')).ok).toBe(true);
  expect(web.asked).toEqual(['turns.example']);
  expect(web.connected).toEqual([PUBLIC.address]);
});

test('each step of a redirect is looked at anew, and they end (a chain without an end)', async () => {
  await using web = await site((request, response) => {
    response.writeHead(302, { location: `http://x.example/${String(Number(request.url?.slice(1)) + 1)}` }).end();
  });
  const { ok, text } = await web.read('http://x.example/1');
  expect(ok).toBe(false);
  expect(text).toContain('without an end');
  expect(web.requests).toHaveLength(6);
  expect(web.asked).toHaveLength(6);
});

test('a page that unpacks to more than 2 MB is cut there (a small body that fills the memory)', async () => {
  await using web = await site((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a')));
  });
  const { ok, text } = await web.read('http://x.example/');
  expect(ok).toBe(true);
  expect(text.length).toBeLessThan(2 * 1024 * 1024 + 200);
  expect(text).toContain('longer than 2 MB');
});

test('packed pages and other character sets are read as they were written', async () => {
  await using web = await site((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1', 'content-encoding': 'br' });
    response.end(brotliCompressSync(Buffer.from('caf\u00e9', 'latin1')));
  });
  expect((await web.read('http://x.example/')).text).toContain('café');
});

test('what is no text, and what the server refuses, is told and not read', async () => {
  await using web = await site((request, response) => {
    if (request.url === '/picture') response.writeHead(200, { 'content-type': 'image/png' }).end('x');
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>No</h1>');
  });
  expect(await web.read('http://x.example/picture')).toEqual({
    ok: false,
    text: 'http://x.example/picture is no text (image/png).',
  });
  expect((await web.read('http://x.example/gone')).text).toContain('status 404');
});

test('a server that says nothing is given up after 15 s of the clock (a turn that hangs on a page)', async () => {
  const heard = Promise.withResolvers<void>();
  await using web = await site(() => {
    heard.resolve();
  });
  const reading = web.read('http://x.example/');
  await heard.promise;
  web.clock.advance(15_000);
  expect(await reading).toEqual({ ok: false, text: 'x.example did not answer in time.' });
});

test('a name whose resolver says nothing is given up after 15 s too, and at a stop (a turn that hung on it)', async () => {
  const clock = new ManualClock();
  const tool = createWebPageTool({ clock, resolve: () => new Promise(() => undefined) });
  const reading = tool.run({ url: 'http://x.example/' }, context, never);
  clock.advance(15_000);
  expect(await reading).toEqual({ ok: false, text: 'x.example did not answer in time.' });
  const stop = new AbortController();
  const stopped = tool.run({ url: 'http://x.example/' }, context, stop.signal);
  stop.abort();
  expect(await stopped).toMatchObject({ ok: false });
});

test('a page that is packed in a way nobody offered leaves no connection open (one for each try, as long as its server likes)', async () => {
  const closed = Promise.withResolvers<void>();
  await using web = await site((_request, response) => {
    response.on('close', () => closed.resolve());
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'zstd' });
    response.write('the rest never comes');
  });
  const { ok, text } = await web.read('http://x.example/');
  expect([ok, text]).toEqual([false, expect.stringContaining('cannot be unpacked')]);
  await closed.promise;
});

test('a stop of the turn ends the reading', async () => {
  const heard = Promise.withResolvers<void>();
  await using web = await site(() => {
    heard.resolve();
  });
  const stop = new AbortController();
  const reading = web.read('http://x.example/', stop.signal);
  await heard.promise;
  stop.abort();
  expect((await reading).ok).toBe(false);
});

test('a page that is nested without measure ends its own thread at most (a parser that takes the gateway along)', async () => {
  const sent = Promise.withResolvers<void>();
  await using web = await site((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.on('finish', () => sent.resolve());
    response.end('<div>'.repeat(300_000));
  });
  const reading = web.read('http://x.example/');
  await sent.promise;
  web.clock.advance(15_000);
  expect((await reading).ok).toBe(false);
});

test.each([[undefined], [{}], ['x.example'], [7], ['http://'], [`http://x.example/${'a'.repeat(3000)}`]])(
  'an input that is no address is told so (%j)',
  async (url) => {
    await using web = await site(page);
    expect((await web.read(url)).text).toContain('one whole address');
  },
);
