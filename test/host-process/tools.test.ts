/** The built host with servers of tools: they come with it, and none is left when it has gone, however it went. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { McpServerDraft, McpServerView } from '../../preload/contract/agent-views.ts';
import { searchDisk } from '../lib/disk-search.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';
import { isRunning } from '../tools/mcp/world.ts';

const root = join(import.meta.dirname, '../..');
const reference = (name: string): string =>
  join(root, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
const scripted = join(root, 'test/emulators/mcp/main.ts');

function draft(name: string, args: readonly string[], secret?: string): McpServerDraft {
  const env = secret === undefined ? [] : [{ name: 'TOKEN', secret: true, value: secret }];
  return { name, endpoint: { kind: 'stdio', command: process.execPath, args, env } };
}

async function start(folder: TemporaryFolder): Promise<ServeProcess> {
  const host = new ServeProcess(['--json', '--data-dir', folder.at('data'), '--port', '0'], {}, 'built');
  await host.ready();
  return host;
}

async function open(host: ServeProcess): Promise<RpcClient> {
  const { url, token } = await host.ready();
  return new RpcClient(url, token).opened();
}

async function allReady(client: RpcClient, count: number): Promise<readonly McpServerView[]> {
  const ready = async (): Promise<number> =>
    (await client.value('mcp.list', {})).filter(({ state }) => state.kind === 'ready').length;
  await expect.poll(ready, { timeout: 30_000 }).toBe(count);
  return client.value('mcp.list', {});
}

/** Everything that a process started and that still runs, with what that started. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = /^PPid:\s+(\d+)$/m.exec(statusOf(name))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found = [pid];
  for (const each of found) found.push(...[...parents].filter(([, parent]) => parent === each).map(([child]) => child));
  return found.slice(1).filter(isRunning);
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}

function pidOf({ child }: ServeProcess): number {
  if (child.pid === undefined) throw new Error('it was not started');
  return child.pid;
}

describe('the built host and its servers of tools', { timeout: 90_000 }, () => {
  it('starts none without any, takes them from the window, and has them again after a restart', async () => {
    using folder = new TemporaryFolder();
    {
      await using host = await start(folder);
      using client = await open(host);
      expect(await client.value('mcp.list', {})).toEqual([]);
      expect(descendants(pidOf(host))).toEqual([]);
      await client.value('mcp.save', { server: draft('Everything', [reference('everything')], 'swordfish-4711') });
      await client.value('mcp.save', { server: draft('Memory', [reference('memory')]) });
      await allReady(client, 2);
      host.child.kill('SIGTERM');
      await host.ended;
    }
    await using host = await start(folder);
    using client = await open(host);
    // Before any of them has answered: a turn that goes on must not find them missing.
    expect((await client.value('tools.list', {})).map(({ name }) => name)).toContain('everything__echo');
    const [everything, memory] = await allReady(client, 2);
    expect(everything).toMatchObject({
      name: 'Everything',
      endpoint: { env: [{ secret: true, value: null, end: '4711' }] },
    });
    expect(everything?.tools.map(({ name }) => name)).toContain('everything__echo');
    expect(memory?.tools.map(({ name }) => name)).toContain('memory__create_entities');
    host.child.kill('SIGTERM');
    await host.ended;
    expect(searchDisk(folder.at('data'), ['swordfish'])).toEqual([]);
  });

  it.each<[string, NodeJS.Signals, number | null]>([
    ['is told to end', 'SIGTERM', 0],
    ['is killed', 'SIGKILL', null],
  ])('leaves no process when it %s, also not of a server that heeds nothing', async (_how, signal, code) => {
    using folder = new TemporaryFolder();
    await using host = await start(folder);
    using client = await open(host);
    await client.value('mcp.save', { server: draft('Everything', [reference('everything')]) });
    await client.value('mcp.save', { server: draft('Stubborn', [scripted, '{"stubborn":true}']) });
    await allReady(client, 2);
    const started = descendants(pidOf(host));
    expect(started.length).toBeGreaterThanOrEqual(2);
    const asked = performance.now();
    host.child.kill(signal);
    expect((await host.ended).code).toBe(code);
    expect(performance.now() - asked).toBeLessThan(9_000);
    await expect.poll(() => started.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  });
});
