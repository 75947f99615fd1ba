/** The built host whose model uses the memory and a server of tools. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { McpServerDraft, ToolView } from '../../preload/contract/agent-views.ts';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';

const reference = (name: string): string =>
  join(import.meta.dirname, `../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);

function server(name: string, env: Readonly<Record<string, string>> = {}): McpServerDraft {
  const values = Object.entries(env).map(([key, value]) => ({ name: key, secret: false, value }));
  const args = [reference(name)];
  return { name, endpoint: { kind: 'stdio', command: process.execPath, args, env: values } };
}

async function start(folder: TemporaryFolder, emulator: OpenAiEmulator): Promise<ServeProcess> {
  const providers = [{ id: 'lab', kind: 'openai', baseUrl: emulator.url }];
  folder.write('p.json', { providers, models: { default: 'lab/gpt-test' } });
  const args = ['--json', '--data-dir', folder.at('data'), '--port', '0', '--provision', folder.at('p.json')];
  const host = new ServeProcess(args, {}, 'built');
  await host.ready();
  return host;
}

async function open(host: ServeProcess): Promise<RpcClient> {
  const { url, token } = await host.ready();
  const client = await new RpcClient(url, token).opened();
  client.subscribe((await client.value('host.get', {})).seq);
  return client;
}

/** What the model answered in a new conversation. */
async function ask(client: RpcClient, text: string): Promise<string> {
  const { id: conversation } = await client.value('conversations.create', {});
  await client.value('messages.send', { conversation, text, key: text });
  const event = await client.event(
    (each) =>
      each.kind === 'message.added' && each.message.kind !== 'person' && each.message.conversation === conversation,
  );
  return event.kind === 'message.added' ? event.message.text : '';
}

function uses(emulator: OpenAiEmulator, name: string, input: unknown): void {
  emulator.next({ kind: 'reply', toolCalls: [{ name, arguments: JSON.stringify(input) }] });
}

/** The prompt of the last call, as it went over the wire. */
function lastPrompt(emulator: OpenAiEmulator): string {
  return JSON.stringify(emulator.chats.at(-1)?.body);
}

describe('the built host and its model', { timeout: 90_000 }, () => {
  it('remembers for good: in the file, in the next conversation’s prompt, and after a restart', async () => {
    using folder = new TemporaryFolder();
    await using emulator = await startOpenAi({ keys: [], models: ['gpt-test'] });
    {
      await using host = await start(folder, emulator);
      using client = await open(host);
      uses(emulator, 'remember', { text: 'The owner takes tea without sugar.', where: 'memory' });
      expect(await ask(client, 'I take my tea without sugar')).toBe('echo: I take my tea without sugar');
      expect(readFileSync(folder.at('data/memory/MEMORY.md'), 'utf8')).toContain(
        '- The owner takes tea without sugar.',
      );
      await ask(client, 'hello');
      expect(lastPrompt(emulator)).toContain('takes tea without sugar');
      host.child.kill('SIGTERM');
      await host.ended;
    }
    await using host = await start(folder, emulator);
    using client = await open(host);
    await ask(client, 'good morning');
    expect(lastPrompt(emulator)).toContain('takes tea without sugar');
    const log = readFileSync(folder.at('data/logs/porchlight.log'), 'utf8');
    expect(log + (await client.value('host.report', {})).text).not.toMatch(/sugar/);
  });

  it('reads what the owner wrote by hand or in the window: in the next conversation’s prompt, and after a restart', async () => {
    using folder = new TemporaryFolder();
    await using emulator = await startOpenAi({ keys: [], models: ['gpt-test'] });
    const note = folder.at('data/memory/MEMORY.md');
    {
      await using host = await start(folder, emulator);
      using client = await open(host);
      await client.value('memory.save', { name: 'MEMORY.md', text: '- The owner takes tea.\n', base: '' });
      await ask(client, 'hello');
      expect(lastPrompt(emulator)).toContain('The owner takes tea.');
      writeFileSync(note, '- The owner takes coffee now.\n');
      await ask(client, 'hello again');
      expect(lastPrompt(emulator)).toContain('The owner takes coffee now.');
      expect(lastPrompt(emulator)).not.toContain('tea.');
      host.child.kill('SIGTERM');
      await host.ended;
    }
    await using host = await start(folder, emulator);
    using client = await open(host);
    await ask(client, 'good morning');
    expect(lastPrompt(emulator)).toContain('The owner takes coffee now.');
    const log = readFileSync(folder.at('data/logs/porchlight.log'), 'utf8');
    expect(log + (await client.value('host.report', {})).text).not.toMatch(/coffee|good morning/);
  });

  it('calls a server’s tool when the owner allows it, and ends in time while another call hangs', async () => {
    using folder = new TemporaryFolder();
    await using emulator = await startOpenAi({ keys: [], models: ['gpt-test'] });
    await using host = await start(folder, emulator);
    using client = await open(host);
    const file = folder.at('graph.jsonl');
    await client.value('mcp.save', { server: server('everything') });
    await client.value('mcp.save', { server: server('memory', { MEMORY_FILE_PATH: file }) });
    const find = async (name: string): Promise<ToolView | undefined> =>
      (await client.value('tools.list', {})).find((tool) => tool.name === name);
    const create = 'memory__create_entities';
    const long = 'everything__trigger-long-running-operation';
    for (const name of ['everything__echo', long, create]) {
      const as = { server: name.split('__')[0], permission: 'ask', outside: true, sideEffects: true };
      await expect.poll(() => find(name), { timeout: 30_000 }).toMatchObject(as);
      await client.value('tools.setPermission', { name, permission: 'always' });
    }
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['likes tea'] }];
    uses(emulator, create, { entities });
    await ask(client, 'keep that in mind');
    expect(readFileSync(file, 'utf8')).toContain('likes tea');
    uses(emulator, 'everything__echo', { message: 'grüß dich' });
    await ask(client, 'say it');
    expect(lastPrompt(emulator)).toContain('Echo: grüß dich');
    uses(emulator, long, { duration: 600, steps: 600 });
    const { id: conversation } = await client.value('conversations.create', {});
    await client.value('messages.send', { conversation, text: 'wait', key: 'wait' });
    await client.event((event) => event.kind === 'steps.changed' && event.conversation === conversation);
    const asked = performance.now();
    host.child.kill('SIGTERM');
    expect((await host.ended).code).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(readFileSync(folder.at('data/logs/porchlight.log'), 'utf8')).not.toMatch(/grüß|say it|likes tea/);
  });
});
