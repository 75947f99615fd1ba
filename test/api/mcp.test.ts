/** Servers of tools through the window's commands, in a whole host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { McpServerDraft, McpServerView } from '../../preload/contract/agent-views.ts';
import { HttpMcpEmulator } from '../emulators/mcp/http.ts';
import { RpcClient, startTestHost, type TestHost } from '../lib/headless.ts';

const script = join(import.meta.dirname, '../emulators/mcp/main.ts');

function draft(
  name: string,
  more: Partial<Extract<McpServerDraft['endpoint'], { kind: 'stdio' }>> = {},
): McpServerDraft {
  return { name, endpoint: { kind: 'stdio', command: process.execPath, args: [script, '{}'], env: [], ...more } };
}

async function connected(
  options: Parameters<typeof startTestHost>[0] = {},
): Promise<{ readonly test: TestHost; readonly client: RpcClient } & AsyncDisposable> {
  const test = await startTestHost(options);
  const client = await new RpcClient(test.url).opened();
  client.subscribe((await client.value('host.get', {})).seq);
  return {
    test,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

async function ready(client: RpcClient, id: string): Promise<McpServerView> {
  const find = async (): Promise<McpServerView | undefined> =>
    (await client.value('mcp.list', {})).find((server) => server.id === id);
  await expect.poll(async () => (await find())?.state.kind, { timeout: 20_000 }).toBe('ready');
  const found = await find();
  if (found === undefined) throw new Error('the server is gone');
  return found;
}

describe('servers of tools', { timeout: 60_000 }, () => {
  it('are none at first, and nothing of the client is asked for', async () => {
    await using home = await connected();
    expect(await home.client.value('mcp.list', {})).toEqual([]);
    expect(await home.client.call('mcp.restart', { server: 'x' })).toMatchObject({
      ok: false,
      reason: { code: 'input.not-found' },
    });
  });

  it('are stored, started, told to windows, switched off and on, and removed with their secrets', async () => {
    await using home = await connected();
    const { client, test } = home;
    const env = [
      { name: 'COLOUR', secret: false, value: 'blue' },
      { name: 'TOKEN', secret: true, value: 'swordfish-4711' },
    ];
    const saved = await client.value('mcp.save', { server: draft('My notes', { env }) });
    expect(saved.endpoint).toMatchObject({
      command: process.execPath,
      env: [
        { name: 'COLOUR', secret: false, value: 'blue', end: null },
        { name: 'TOKEN', secret: true, value: null, end: '4711' },
      ],
    });
    const running = await ready(client, saved.id);
    expect(running.tools.map(({ name }) => name)).toContain('my_notes__say');
    await client.event(({ kind }) => kind === 'tools.changed');
    expect((await client.value('mcp.log', { server: saved.id })).at(-1)?.text).toMatch(/^Ready with \d+ tools\.$/);

    await client.value('mcp.setEnabled', { server: saved.id, enabled: false });
    expect(await client.value('mcp.list', {})).toMatchObject([{ enabled: false, state: { kind: 'off' }, tools: [] }]);
    await client.value('mcp.setEnabled', { server: saved.id, enabled: true });
    await ready(client, saved.id);
    await client.value('mcp.remove', { server: saved.id });
    expect(await client.value('mcp.list', {})).toEqual([]);
    expect(test.host.store.read.secrets.get(`mcp/${saved.id}/env/TOKEN`)).toBeNull();
    const log = readFileSync(join(test.dataDir, 'logs/porchlight.log'), 'utf8');
    expect(log).toContain('mcp.ready');
    expect(log).not.toMatch(/swordfish|COLOUR|My notes/);
  });

  it('take what was allowed with them when they go or are renamed: another server of that name has its own', async () => {
    await using home = await connected();
    const { client } = home;
    const permissionOf = async (name: string) =>
      (await client.value('tools.list', {})).find((tool) => tool.name === name)?.permission;
    const first = await client.value('mcp.save', { server: draft('Notes') });
    await ready(client, first.id);
    await client.value('tools.setPermission', { name: 'notes__say', permission: 'always' });
    expect(await permissionOf('notes__say')).toBe('always');
    await client.value('mcp.remove', { server: first.id });
    const second = await client.value('mcp.save', { server: draft('Notes') });
    await ready(client, second.id);
    expect(await permissionOf('notes__say')).toBe('ask');
    await client.value('tools.setPermission', { name: 'notes__say', permission: 'always' });
    await client.value('mcp.save', { server: { ...draft('Papers'), id: second.id } });
    await ready(client, second.id);
    const third = await client.value('mcp.save', { server: draft('Notes') });
    await ready(client, third.id);
    expect(await permissionOf('notes__say')).toBe('ask');
  });

  it('keep a secret that was not typed again, and never make a plain value of it (a key that is sent back)', async () => {
    await using home = await connected();
    const { client, test } = home;
    const token = { name: 'TOKEN', secret: true };
    const { id } = await client.value('mcp.save', {
      server: draft('One', { env: [{ ...token, value: 'swordfish-4711' }] }),
    });
    const again = await client.value('mcp.save', { server: { ...draft('Two', { env: [token] }), id } });
    expect(again).toMatchObject({ id, name: 'Two', endpoint: { env: [{ name: 'TOKEN', secret: true, end: '4711' }] } });
    for (const env of [[{ ...token, secret: false }], [{ name: 'OTHER', secret: true }], [token, token]]) {
      const refused = await client.call('mcp.save', { server: { ...draft('Two', { env }), id } });
      expect(refused).toMatchObject({ ok: false, reason: { code: 'input.malformed' } });
    }
    const without = await client.value('mcp.save', { server: { ...draft('Two'), id } });
    expect(without.endpoint).toMatchObject({ env: [] });
    expect(test.host.store.read.secrets.get(`mcp/${id}/env/TOKEN`)).toBeNull();
  });

  it.each<[string, McpServerDraft, string]>([
    ['a command that is not there', draft('A', { command: 'no-such-program-4711' }), 'mcp.command-missing'],
    ['a command of another folder', draft('A', { command: './server' }), 'mcp.command-missing'],
    [
      'plain http',
      { name: 'A', endpoint: { kind: 'http', url: 'http://example.org/', headers: [] } },
      'mcp.address-refused',
    ],
    [
      'a key in the address',
      { name: 'A', endpoint: { kind: 'http', url: 'https://me:key@example.org/', headers: [] } },
      'mcp.address-refused',
    ],
    [
      'a header with a line break',
      {
        name: 'A',
        endpoint: {
          kind: 'http',
          url: 'https://example.org/',
          headers: [{ name: 'x-key', secret: true, value: 'a\nb: c' }],
        },
      },
      'mcp.header-refused',
    ],
    ['no name', draft('  '), 'input.malformed'],
    [
      'a name of a variable with a sign',
      draft('A', { env: [{ name: 'A=B', secret: false, value: '' }] }),
      'input.malformed',
    ],
    ['an argument with a NUL', draft('A', { args: ['\0'] }), 'input.malformed'],
    ['an id that is not there', { ...draft('A'), id: 'x' }, 'input.not-found'],
  ])('are refused with a reason, and not stored, for %s', async (_what, server, code) => {
    await using home = await connected();
    expect(await home.client.call('mcp.save', { server })).toMatchObject({ ok: false, reason: { code } });
    expect(home.test.host.store.read.toolServers.all()).toEqual([]);
    expect(await home.client.value('mcp.list', {})).toEqual([]);
  });

  it('have names whose tools cannot be taken for those of another (two servers, one tool name)', async () => {
    await using home = await connected();
    await home.client.value('mcp.save', { server: draft('My notes') });
    const second = await home.client.call('mcp.save', { server: draft('my_notes') });
    expect(second).toMatchObject({ ok: false, reason: { code: 'mcp.name-taken', params: { name: 'My notes' } } });
    expect(home.test.host.store.read.toolServers.all()).toHaveLength(1);
  });

  it('come from a provision file too, known by their names, and go by it', async () => {
    const mcp = [
      { name: 'kept', command: process.execPath, args: [script, '{}'], env: { COLOUR: 'blue' } },
      { name: 'off', url: 'http://127.0.0.1:9/mcp', headers: { authorization: 'Bearer swordfish' }, enabled: false },
      { name: 'never there', remove: true },
      { name: 'wrong', command: 'no-such-program-4711' },
    ];
    await using home = await connected({ provision: { mcp } });
    expect(home.test.host.refusals).toEqual([expect.stringMatching(/^mcp\.3: .*no-such-program-4711/)]);
    expect(await home.client.value('mcp.list', {})).toMatchObject([
      { name: 'kept', enabled: true, endpoint: { env: [{ name: 'COLOUR', secret: false, value: 'blue' }] } },
      { name: 'off', enabled: false, endpoint: { headers: [{ secret: true, value: null, end: 'fish' }] } },
    ]);
  });

  it('leave no header, no address and no word of theirs in the log or in the report (a key in a bug report)', async () => {
    await using server = await HttpMcpEmulator.start({ token: 'swordfish-4711' });
    await using home = await connected();
    const { client, test } = home;
    const save = (value: string): Promise<McpServerView> =>
      client.value('mcp.save', {
        server: {
          name: 'Perch',
          endpoint: { kind: 'http', url: server.url, headers: [{ name: 'authorization', secret: true, value }] },
        },
      });
    const { id } = await save('Bearer swordfish-4711');
    await ready(client, id);
    server.status = 500;
    await client.value('mcp.restart', { server: id });
    const state = async (): Promise<unknown> => (await client.value('mcp.list', {}))[0]?.state;
    await expect.poll(state).toMatchObject({ kind: 'retrying', reason: { code: 'mcp.server-error' } });
    server.status = 401;
    await client.value('mcp.restart', { server: id });
    await expect.poll(state).toMatchObject({ kind: 'failed', reason: { code: 'mcp.signed-out' } });
    const { text } = await client.value('host.report', {});
    expect(text).toContain('mcp.signed-out');
    const log = readFileSync(join(test.dataDir, 'logs/porchlight.log'), 'utf8');
    expect(text + log).not.toMatch(/swordfish|Perch|authorization/i);
    expect(text + log).not.toContain(new URL(server.url).host);
    expect(JSON.stringify(await client.value('mcp.list', {}))).not.toContain('swordfish');
  });
});
