/** The built host whose model is given the owner's memory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';

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

/** The prompt of the last call, as it went over the wire. */
function lastPrompt(emulator: OpenAiEmulator): string {
  return JSON.stringify(emulator.chats.at(-1)?.body);
}

describe('the built host and its model', { timeout: 90_000 }, () => {
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
});
