/* What comes in from outside, against the real process and over real sockets; test/api has the single rules. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rpcCloseCodes, rpcMaxFrame } from '../../preload/contract/bridge.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder, type Ready } from '../lib/serve-process.ts';

async function started(undo: AsyncDisposableStack, ...more: readonly string[]): Promise<[Ready, ServeProcess]> {
  const folder = undo.use(new TemporaryFolder());
  const host = undo.use(new ServeProcess(['--json', '--port', '0', '--data-dir', folder.at('data'), ...more]));
  return [await host.ready(), host];
}

/** The status of one request with exactly these headers. */
function status(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { headers, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** Resolves when the host has ended a connection that sent these bytes. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

describe('whoever reaches the port', () => {
  it('without the token, from another page, or with frames that are none gets nothing, and an open window notices nothing', async () => {
    await using undo = new AsyncDisposableStack();
    const [{ url, token }, host] = await started(undo);
    const window = undo.use(await new RpcClient(url, token).opened());
    const bearer = { Authorization: `Bearer ${token}` };

    const wrong = undo.use(new RpcClient(url, `${token.slice(0, -1)}_`));
    expect((await wrong.closed).code).toBe(rpcCloseCodes.tokenWrong);
    expect(wrong.events).toEqual([]);
    const foreign = undo.use(new RpcClient(url, token, { headers: { Origin: 'http://evil.example' } }));
    await expect(foreign.opened()).rejects.toThrow('403');
    const rebound = undo.use(new RpcClient(url, token, { headers: { Host: 'evil.example' } }));
    await expect(rebound.opened()).rejects.toThrow('403');
    for (const path of ['/', '/healthz', '/v1/models', '/files/x']) {
      expect(await status(url, path, { ...bearer, Host: 'evil.example' })).toBe(403);
      expect(await status(url, path, { ...bearer, Origin: 'null' })).toBe(403);
    }
    expect(await status(url, '/v1/models', { Authorization: `Bearer ${token}x` })).toBe(401);
    expect(await status(url, `/v1/models?token=${token}`, {})).toBe(401);

    for (const frame of ['{', '[]', '{"kind":"call","id":"1","name":"host.get","params":{}}', '\u0000', '']) {
      const client = undo.use(await new RpcClient(url, token).opened());
      client.socket.send(frame);
      expect((await client.closed).code).toBe(rpcCloseCodes.malformed);
    }
    const large = undo.use(await new RpcClient(url, token).opened());
    large.socket.send('x'.repeat(rpcMaxFrame + 1));
    expect((await large.closed).code).toBe(rpcCloseCodes.tooLarge);
    expect(await raw(url, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(url, '\u0016\u0003\u0001 no HTTP at all\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);

    expect(await window.value('host.health', {})).toMatchObject({ status: 'ok' });
    expect(host.child.exitCode).toBeNull();
    expect(host.stderr).not.toContain(token);
  });
});

describe('a provision file', () => {
  const lab = { id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1' };

  it('with unknown keys starts the host, which warns of each with its path (a typing mistake without a word)', async () => {
    await using undo = new AsyncDisposableStack();
    const folder = undo.use(new TemporaryFolder());
    const file = folder.at('provision.json');
    writeFileSync(
      file,
      JSON.stringify({ providers: [{ ...lab, apikey: 'x' }], colour: 1, settings: { 'no.such': 2 } }),
    );
    const [{ url, token }, host] = await started(undo, '--provision', file);
    const window = undo.use(await new RpcClient(url, token).opened());
    expect((await window.value('providers.list', {})).map(({ id }) => id)).toContain('lab');
    for (const path of ['providers.0.apikey', 'colour', 'settings.no.such']) {
      expect(host.stderr).toMatch(new RegExp(`^${file}: .*${path.replaceAll('.', '\\.')}`, 'm'));
    }
  });

  it.each([
    ['wrong types', { providers: { lab } }, 'providers'],
    ['a number for an address', { providers: [{ ...lab, baseUrl: 7 }] }, 'providers.0.baseUrl'],
    ['a text for a switch', { settings: { 'api.enabled': 'yes' } }, 'settings.api.enabled'],
    ['a model without its provider', { models: { default: 'gpt' } }, 'models.default'],
    ['an unknown role', { people: [{ link: 'bot', address: '1', role: 'boss' }] }, 'people.0.role'],
    [
      'a missing variable',
      { providers: [{ ...lab, apiKey: 'env:NOT_SET' }] },
      'providers.0.apiKey: the environment variable NOT_SET',
    ],
    [
      'a missing variable for a token',
      { links: [{ id: 'bot', kind: 'telegram', token: 'env:NO_BOT' }] },
      'links.0.token: the environment variable NO_BOT',
    ],
  ])(
    'with %s ends the host with 2, names the path, and nothing is made (a host half set up)',
    async (_what, content, path) => {
      using folder = new TemporaryFolder();
      const file = folder.at('provision.json');
      writeFileSync(file, JSON.stringify(content));
      await using host = new ServeProcess([
        '--json',
        '--port',
        '0',
        '--data-dir',
        folder.at('data'),
        '--provision',
        file,
      ]);
      const { code, stdout, stderr } = await host.ended;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr.startsWith(`${file}: ${path}`)).toBe(true);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(existsSync(folder.at('data'))).toBe(false);
    },
  );
});
