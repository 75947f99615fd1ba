/** The tools as a whole host gives them to its agent. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GatewayPorts } from '../../main/gateway/gateway.ts';
import type { OwnerMemory } from '../../main/gateway/memory.ts';
import { ok } from '../../main/lib/result.ts';
import { RpcClient, startTestHost, type TestHost } from '../lib/headless.ts';

interface Home extends AsyncDisposable {
  readonly test: TestHost;
  readonly client: RpcClient;
  readonly memory: OwnerMemory;
  readonly names: () => readonly string[];
  /** What the tool answers in a thread of the window. */
  readonly use: (name: string, input: unknown) => Promise<string>;
}

async function home(): Promise<Home> {
  const { promise, resolve } = Promise.withResolvers<GatewayPorts>();
  const wrap = (given: GatewayPorts): GatewayPorts => {
    resolve(given);
    return given;
  };
  const test = await startTestHost({ wrap });
  const { tools, memory } = await promise;
  if (memory === null) throw new Error('there is no memory');
  const client = await new RpcClient(test.url).opened();
  return {
    test,
    client,
    memory,
    names: () => tools.value.map(({ description }) => description.name),
    async use(name, input) {
      const tool = tools.value.find(({ description }) => description.name === name);
      const { id } = await client.value('conversations.create', {});
      const never = new AbortController().signal;
      const answer = await tool?.run(input, { conversation: id, link: 'window' }, never);
      return answer?.text ?? 'there is no such tool';
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

describe('the tools of a host', () => {
  it('are ours in one order, then those of servers by name (a prompt that is another one after each start)', async () => {
    await using here = await home();
    const own = ['remember', 'recall', 'schedule', 'read_web_page'];
    expect(here.names()).toEqual(own);
    const args = [join(import.meta.dirname, '../emulators/mcp/main.ts'), '{}'];
    const endpoint = { kind: 'stdio', command: process.execPath, args, env: [] } as const;
    for (const name of ['zebra', 'ape']) await here.client.value('mcp.save', { server: { name, endpoint } });
    await expect.poll(() => here.names().includes('ape__say') && here.names().includes('zebra__say')).toBe(true);
    const servers = here.names().slice(own.length);
    expect(here.names().slice(0, own.length)).toEqual(own);
    expect(servers.findLastIndex((name) => name.startsWith('ape__'))).toBeLessThan(servers.indexOf('zebra__say'));
    for (const { id, name } of await here.client.value('mcp.list', {})) {
      if (name === 'ape') await here.client.value('mcp.remove', { server: id });
    }
    expect(here.names().filter((name) => name.startsWith('ape__'))).toEqual([]);
  });

  it('remember into the folder, and what is there stands in the next prompt and is found again', async () => {
    await using here = await home();
    const folder = join(here.test.dataDir, 'memory');
    expect(await here.memory.forPrompt(500)).toEqual({ text: '', whole: true });
    expect(await here.use('remember', { text: 'The owner takes tea.', where: 'memory' })).toBe('Written to MEMORY.md.');
    expect(readFileSync(join(folder, 'MEMORY.md'), 'utf8')).toContain('- The owner takes tea.');
    expect((await here.memory.forPrompt(500)).text).toContain('The owner takes tea.');
    expect(await here.use('recall', { query: 'tea' })).toContain('The owner takes tea.');
    await here.memory.keep(['The porch was painted.', 'The porch was painted.']);
    expect(await here.memory.remember('The owner takes tea.')).toEqual(ok(false));
    expect(await here.memory.remember('And honey.')).toEqual(ok(true));
    expect(await here.memory.known()).toEqual(ok(readFileSync(join(folder, 'MEMORY.md'), 'utf8')));
    expect(readFileSync(join(folder, 'MEMORY.md'), 'utf8')).toContain('- And honey.');
    expect(await here.memory.remember(' ')).toMatchObject({ ok: false, failure: { code: 'memory.entry' } });
    const [log = ''] = readdirSync(folder).filter((name) => /^\d{4}-\d\d-\d\d\.md$/.test(name));
    expect(readFileSync(join(folder, log), 'utf8').match(/The porch was painted/g)).toHaveLength(1);
  });

  it('make schedules in the conversation in which they are used', async () => {
    await using here = await home();
    const when = { kind: 'cron', expression: '0 9 * * *' };
    const answer = await here.use('schedule', { action: 'create', name: 'Tea', prompt: 'Say that it is time.', when });
    expect(answer).toContain('Tea');
    expect(await here.use('schedule', { action: 'list' })).toBe('There are no schedules in this conversation.');
    expect(await here.client.value('schedules.list', {})).toMatchObject([{ name: 'Tea', origin: 'tool' }]);
  });

  it('read no page of the owner’s own machine', async () => {
    await using here = await home();
    const answer = await here.use('read_web_page', { url: here.test.url });
    expect(answer).not.toContain('<');
    expect(answer).toMatch(/not read|public/);
  });
});
