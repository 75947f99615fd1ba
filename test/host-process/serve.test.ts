import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { startOpenAi } from '../emulators/openai/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';

const limit = 60_000;

function json(folder: TemporaryFolder, ...more: readonly string[]): readonly string[] {
  return ['--json', '--data-dir', folder.at('data'), '--port', '0', ...more];
}

async function listening(port: number): Promise<Server & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve() : reject(error)));
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

describe('the headless host', { timeout: limit }, () => {
  it('says one line when it is ready, answers in the window, and ends with 0 (a service that cannot be driven)', async () => {
    using folder = new TemporaryFolder();
    await using host = new ServeProcess(json(folder));
    const ready = await host.ready();
    expect(ready).toMatchObject({ event: 'ready', pid: host.child.pid, dataDir: folder.at('data') });
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(ready.token).toMatch(/^[\w-]{32}$/);
    const health = await fetch(`${ready.url}healthz`);
    expect(await health.json()).toEqual({ status: 'ok' });

    using client = await new RpcClient(ready.url, ready.token).opened();
    client.subscribe((await client.value('host.get', {})).seq);
    const { id: conversation } = await client.value('conversations.create', {});
    await client.value('messages.send', { conversation, text: 'Good evening', key: 'k' });
    await client.event((event) => event.kind === 'message.added' && event.message.kind === 'assistant');

    host.child.kill('SIGTERM');
    expect(await host.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(host.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('keeps its token, its data and their modes over a restart (a window that is locked out, a readable key)', async () => {
    using folder = new TemporaryFolder();
    const tokens: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await using host = new ServeProcess(json(folder));
      tokens.push((await host.ready()).token);
      host.child.kill('SIGINT');
      expect((await host.ended).code).toBe(0);
    }
    expect(tokens[0]).toBe(tokens[1]);
    expect(statSync(folder.at('data')).mode & 0o077).toBe(0);
    for (const name of ['token', 'key.file', 'porchlight.db'])
      expect(statSync(folder.at(`data/${name}`)).mode & 0o077).toBe(0);
    expect(existsSync(folder.at('data/owner.json'))).toBe(false);
  });

  it('keeps the token out of what a journal keeps, and takes one from the environment (a token in a log)', async () => {
    using folder = new TemporaryFolder();
    const token = 'from-the-environment-1';
    await using host = new ServeProcess(['--data-dir', folder.at('data'), '--port', '0'], { PORCHLIGHT_TOKEN: token });
    const address = /http:\S+/.exec(await host.says(/Open http:\S+ .*\n/))?.[0] ?? '';
    expect(new URL(address).hash).toBe('');
    const health = await fetch(`${address}healthz`, { headers: { Authorization: `Bearer ${token}` } });
    expect(health.status).toBe(200);
    host.child.kill('SIGTERM');
    const { stdout, stderr } = await host.ended;
    expect(stdout + stderr).not.toContain(token);
    expect(existsSync(folder.at('data/token'))).toBe(false);
    expect(readFileSync(folder.at('data/logs/porchlight.log'), 'utf8')).not.toContain(token);
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['an unknown flag', ['--colour'], {}, /--colour/],
    ['a word', ['start'], {}, /start/],
    ['a flag without its value', ['--port'], {}, /--port/],
    ['a port that is none', ['--port', '70000'], {}, /--port must be .*70000/],
    ['a port that is a word', ['--port', 'http'], {}, /--port must be/],
    [
      'a provision file that is not there',
      ['--provision', '/nowhere.json'],
      {},
      /provision file cannot be read: .*nowhere/,
    ],
    ['a check of nothing', ['--check'], {}, /name it with --provision/],
    ['a backup that is not there', ['--restore-backup', 'x.db'], {}, /no backup x\.db/],
    ['a token that cannot travel', [], { PORCHLIGHT_TOKEN: 'short token' }, /PORCHLIGHT_TOKEN must be/],
    ['an address that is not ours', ['--host', '192.0.2.1', '--port', '0'], {}, /cannot listen on 192\.0\.2\.1/],
  ])('ends with 2 and one sentence for %s (a service that starts half)', async (_what, args, environment, sentence) => {
    using folder = new TemporaryFolder();
    await using host = new ServeProcess(['--data-dir', folder.at('data'), ...args], environment);
    const { code, stdout, stderr } = await host.ended;
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('ends with 2 for a wrong provision file, naming path and variable, before it touches anything', async () => {
    using folder = new TemporaryFolder();
    const file = folder.at('p.json');
    const lab = { id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'env:LAB_KEY' };
    for (const [content, sentence] of [
      [{ providers: [lab] }, 'providers.0.apiKey: the environment variable LAB_KEY is not set'],
      [{ providers: [{ ...lab, baseUrl: 7 }] }, 'providers.0.baseUrl'],
    ] as const) {
      writeFileSync(file, JSON.stringify(content));
      await using host = new ServeProcess(json(folder, '--provision', file));
      const { code, stderr } = await host.ended;
      expect([code, stderr.includes(sentence)]).toEqual([2, true]);
      expect(existsSync(folder.at('data'))).toBe(false);
    }
  });

  it('looks at a provision file alone, says all that is wrong or what it sets, and touches nothing', async () => {
    using folder = new TemporaryFolder();
    const file = folder.at('p.json');
    const check = ['--provision', file, '--check', '--data-dir', folder.at('data')];
    const sound = {
      personas: [{ name: 'Night', text: 'Whisper.' }],
      links: [{ id: 'bot', kind: 'telegram', token: 'env:BOT_TOKEN', persona: 'Night' }],
      mcp: [
        { name: 'notes', command: 'npx', env: { KEY: 'swordfish' } },
        { name: 'old', remove: true },
      ],
      tools: { remember: 'ask' },
      caps: { perDayUsd: 2, conversations: [{ link: 'bot', address: '4242', perDayUsd: 1 }] },
    };
    writeFileSync(file, JSON.stringify(sound));
    await using good = new ServeProcess(check, { BOT_TOKEN: '1:swordfish' });
    expect(await good.ended).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout.split('\n')).toEqual([
      `${file} can be used. It sets:`,
      '  personas: Night',
      '  links: bot (telegram, as Night)',
      '  servers of tools: notes (stdio), old (removed)',
      '  tools: remember ask',
      '  caps: conversations.0',
      '  settings: budget.perDayUsd',
      '',
    ]);
    writeFileSync(file, JSON.stringify({ ...sound, tools: { remember: 'yes' }, personas: [] }));
    await using bad = new ServeProcess(check, { BOT_TOKEN: '1:swordfish' });
    const { code, stdout, stderr } = await bad.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('tools.remember: must be always or ask or never.');
    expect(existsSync(folder.at('data'))).toBe(false);
  });

  it('prints its version and its flags', async () => {
    await using version = new ServeProcess(['--version']);
    expect(await version.ended).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
    await using help = new ServeProcess(['--help']);
    const { code, stdout } = await help.ended;
    expect(code).toBe(0);
    for (const flag of ['--data-dir', '--port', '--host', '--allow-host', '--provision', '--check', '--json'])
      expect(stdout).toContain(flag);
  });

  it('ends with 2 when the port that was asked for is taken, and takes a free one when none was', async () => {
    using folder = new TemporaryFolder();
    await using taken = await listening(0);
    await using asked = new ServeProcess(['--json', '--data-dir', folder.at('data'), '--port', String(portOf(taken))]);
    const { code, stdout, stderr } = await asked.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Port ${String(portOf(taken))} is taken`);

    await using _standard = await listening(4747);
    await using host = new ServeProcess(['--json', '--data-dir', folder.at('data')]);
    const ready = await host.ready();
    expect(new URL(ready.url).port).not.toBe('4747');
    expect(host.stderr).toContain('Port 4747 is taken');
  });

  it('ends with 3 when another process owns the data, naming it, and leaves it alone (two owners of one bot)', async () => {
    using folder = new TemporaryFolder();
    await using first = new ServeProcess(json(folder));
    const { pid, url } = await first.ready();
    await using second = new ServeProcess(json(folder));
    const { code, stdout, stderr } = await second.ended;
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('headless');
    expect(stderr).toContain(String(pid));
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    first.child.kill('SIGKILL');
    await first.ended;
    await using third = new ServeProcess(json(folder));
    await third.ready();
  });
});

describe('data that cannot be used', { timeout: limit }, () => {
  const made = async (folder: TemporaryFolder): Promise<void> => {
    const file = folder.at('p.json');
    writeFileSync(
      file,
      JSON.stringify({ providers: [{ id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-1' }] }),
    );
    await using host = new ServeProcess(json(folder, '--provision', file));
    await host.ready();
    host.child.kill('SIGTERM');
    await host.ended;
  };

  it('ends with 4 for a missing key, says the ways out, and makes no new one (secrets lost for ever)', async () => {
    using folder = new TemporaryFolder();
    await made(folder);
    rmSync(folder.at('data/key.file'));
    await using host = new ServeProcess(json(folder));
    const { code, stderr } = await host.ended;
    expect(code).toBe(4);
    expect(stderr).toContain('PORCHLIGHT_KEY');
    expect(existsSync(folder.at('data/key.file'))).toBe(false);
  });

  it('ends with 4 for a damaged database and overwrites nothing (a history wiped by a start)', async () => {
    using folder = new TemporaryFolder();
    await made(folder);
    const path = folder.at('data/porchlight.db');
    const bytes = Buffer.alloc(statSync(path).size, 'x');
    writeFileSync(path, bytes);
    for (const name of ['porchlight.db-wal', 'porchlight.db-shm']) rmSync(folder.at(`data/${name}`), { force: true });
    await using host = new ServeProcess(json(folder));
    const { code, stderr } = await host.ended;
    expect([code, stderr.includes('damaged')]).toEqual([4, true]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('ends with 4 where it may not write (a stack trace on a read-only disk)', async () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.at('file'), '');
    chmodSync(folder.at('file'), 0o600);
    await using host = new ServeProcess(['--data-dir', folder.at('file/data'), '--port', '0']);
    const { code, stderr } = await host.ended;
    expect(code).toBe(4);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('SIGTERM while a model hangs', { timeout: limit }, () => {
  it('ends within 10 s with 0, and the next start answers what was cut (a message lost by an update)', async () => {
    using folder = new TemporaryFolder();
    await using emulator = await startOpenAi({ keys: ['sk-1'], models: ['gpt-test'] });
    const file = folder.at('p.json');
    writeFileSync(
      file,
      JSON.stringify({
        providers: [{ id: 'lab', kind: 'openai', baseUrl: emulator.url, apiKey: 'sk-1' }],
        models: { default: 'lab/gpt-test' },
      }),
    );
    emulator.script(() => ({ kind: 'hang' }));
    await using host = new ServeProcess(json(folder, '--provision', file));
    const ready = await host.ready();
    using client = await new RpcClient(ready.url, ready.token).opened();
    const { id: conversation } = await client.value('conversations.create', {});
    await client.value('messages.send', { conversation, text: 'wait for me', key: 'k' });
    const stateless = fetch(`${ready.url}v1/chat/completions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ready.token}` },
      body: JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'and me' }] }),
    }).then(({ status }) => status);
    await expect.poll(() => emulator.chats.length, { timeout: 10_000 }).toBe(2);

    const asked = performance.now();
    host.child.kill('SIGTERM');
    expect(await host.ended).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(await stateless).toBe(503);

    emulator.script(() => ({ kind: 'reply', text: 'I waited' }));
    await using again = new ServeProcess(json(folder, '--provision', file));
    const next = await again.ready();
    using window = await new RpcClient(next.url, next.token).opened();
    const thread = async () => (await window.value('conversations.thread', { conversation, limit: 10 })).messages;
    await expect
      .poll(async () => (await thread()).map(({ text }) => text), { timeout: 10_000 })
      .toEqual(['wait for me', 'I waited']);
    expect((await thread())[0]?.state).toBe('answered');
  });

  it('ends at once at a second signal that is not the echo of the first (a terminal that does not listen)', async () => {
    using folder = new TemporaryFolder();
    await using emulator = await startOpenAi({ keys: [], models: ['gpt-test'] });
    emulator.script(() => ({ kind: 'hang' }));
    const file = folder.at('p.json');
    const providers = [{ id: 'lab', kind: 'openai', baseUrl: emulator.url }];
    writeFileSync(file, JSON.stringify({ providers, models: { default: 'lab/gpt-test' } }));
    await using host = new ServeProcess(json(folder, '--provision', file));
    const ready = await host.ready();
    using client = await new RpcClient(ready.url, ready.token).opened();
    const { id: conversation } = await client.value('conversations.create', {});
    await client.value('messages.send', { conversation, text: 'wait', key: 'k' });
    await expect.poll(() => emulator.chats.length, { timeout: 10_000 }).toBe(1);
    const asked = performance.now();
    const signalled = (): number | null => {
      host.child.kill('SIGINT');
      return host.child.exitCode;
    };
    await expect.poll(signalled, { interval: 400, timeout: 10_000 }).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5000);
  });
});
