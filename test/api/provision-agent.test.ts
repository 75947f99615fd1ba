/** What a provision file says of the agent: servers of tools, personas, caps, permissions; over starts, in a whole host. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProvision, type Provision } from '../../main/api/provision.ts';
import { startHost, type Host } from '../../main/host.ts';
import { RpcClient, testToken } from '../lib/headless.ts';

const script = join(import.meta.dirname, '../emulators/mcp/main.ts');
const secret = 'swordfish-4711';

function read(file: unknown): Provision {
  const provision = readProvision(JSON.stringify(file), { NOTES_KEY: secret });
  if (!provision.ok) throw new Error(provision.failure.join('\n'));
  expect(provision.value.warnings).toEqual([]);
  return provision.value;
}

interface Started extends AsyncDisposable {
  readonly host: Host;
  readonly client: RpcClient;
}

async function start(dataDir: string, file: unknown): Promise<Started> {
  const http = { port: 0, host: '127.0.0.1', allowHosts: [], token: testToken, windowDir: dataDir };
  const environment = { LANG: 'en_US.UTF-8' };
  const started = await startHost({
    mode: 'headless',
    version: '0',
    dataDir,
    environment,
    provision: read(file),
    http,
  });
  if (!started.ok) throw new Error(started.failure.sentence);
  const { value: host } = started;
  if (host.http === null) throw new Error('no port');
  const client = await new RpcClient(host.http.url).opened();
  return {
    host,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await host.stop(1000);
    },
  };
}

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'porchlight-provision-agent-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const lab = { id: 'lab', kind: 'openai', baseUrl: 'https://lab.example/v1' };
const bot = {
  id: 'bot',
  kind: 'telegram',
  token: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  apiRoot: 'http://127.0.0.1:9',
  enabled: false,
};
const notes = {
  name: 'notes',
  command: process.execPath,
  args: [script, '{}'],
  env: { KEY: 'env:NOTES_KEY' },
  enabled: false,
};
const file = {
  providers: [lab],
  personas: [
    { name: 'Night', text: 'Whisper.' },
    { name: 'Day', text: 'Sing.' },
  ],
  links: [{ ...bot, persona: 'Night' }],
  mcp: [notes],
  tools: { read_web_page: 'never', notes__say: 'ask' },
  caps: {
    perMonthUsd: 20,
    providers: { lab: { perDayUsd: 0.5, perMonthTokens: 90_000 } },
    conversations: [{ link: 'bot', address: '4242', perDayTokens: 1000 }],
  },
};

const none = { dayCost: null, dayTokens: null, monthCost: null, monthTokens: null };
const fixed = (key: string) => ({ ok: false, reason: { code: 'settings.fixed-by-file', params: { key } } });

describe('what a provision file says of the agent', { timeout: 60_000 }, () => {
  it('is shown as fixed, and every command that would change it names the place in the file', async () => {
    await using dir = await folder();
    await using home = await start(dir.path, file);
    const { client, host } = home;
    expect(host.refusals).toEqual([]);

    const [server] = await client.value('mcp.list', {});
    if (server === undefined) throw new Error('no server');
    expect(server).toMatchObject({
      name: 'notes',
      fixedByFile: true,
      endpoint: { env: [{ name: 'KEY', secret: true, value: null, end: '4711' }] },
    });
    const draft = {
      id: server.id,
      name: 'mine',
      endpoint: { kind: 'stdio', command: 'x', args: [], env: [] },
    } as const;
    expect(await client.call('mcp.save', { server: draft })).toEqual({ ...fixed('mcp.notes') });
    expect(await client.call('mcp.remove', { server: server.id })).toEqual(fixed('mcp.notes'));

    const personas = await client.value('personas.list', {});
    expect(personas).toMatchObject([
      { name: 'Day', fixedByFile: true },
      { name: 'Night', text: 'Whisper.', fixedByFile: true },
    ]);
    const night = personas[1]?.id ?? '';
    expect(await client.call('personas.save', { id: night, name: 'Night', text: 'Shout.' })).toEqual(
      fixed('personas.Night'),
    );
    expect(await client.call('personas.remove', { persona: night })).toEqual(fixed('personas.Night'));
    const link = (await client.value('links.list', {})).find(({ id }) => id === 'bot');
    expect(link).toMatchObject({ persona: night, personaByFile: true });
    expect(await client.call('links.setPersona', { link: 'bot', persona: null })).toEqual(fixed('links.bot.persona'));

    const tools = await client.value('tools.list', {});
    expect(tools.filter(({ fixedByFile }) => fixedByFile)).toMatchObject([
      { name: 'read_web_page', permission: 'never', chosen: true },
    ]);
    expect(await client.call('tools.setPermission', { name: 'read_web_page', permission: 'always' })).toEqual(
      fixed('tools.read_web_page'),
    );
    expect(await client.call('tools.setPermission', { name: 'notes__say', permission: null })).toEqual(
      fixed('tools.notes__say'),
    );

    expect(await client.value('caps.list', {})).toMatchObject([
      { scope: 'provider', id: 'lab', dayCost: 500_000, monthTokens: 90_000, dayTokens: null, fixedByFile: true },
    ]);
    const caps = { ...none, dayCost: 1 };
    expect(await client.call('caps.set', { scope: 'provider', id: 'lab', caps })).toEqual(fixed('caps.providers.lab'));
    expect(await client.call('settings.set', { key: 'budget.perMonthUsd', value: 1 })).toEqual(
      fixed('budget.perMonthUsd'),
    );
  });

  it('leaves what it names no more: entries can be changed then, and the owner’s own choices hold again', async () => {
    await using dir = await folder();
    {
      await using home = await start(dir.path, { providers: [lab] });
      await home.client.value('caps.set', { scope: 'provider', id: 'lab', caps: { ...none, dayCost: 7 } });
      await home.client.value('tools.setPermission', { name: 'read_web_page', permission: 'ask' });
      await home.client.value('personas.save', { name: 'Night', text: 'Mine.' });
    }
    {
      await using home = await start(dir.path, file);
      expect((await home.client.value('personas.list', {})).map(({ name, text }) => [name, text])).toEqual([
        ['Day', 'Sing.'],
        ['Night', 'Whisper.'],
      ]);
      expect(await home.client.value('caps.list', {})).toMatchObject([{ dayCost: 500_000 }]);
    }
    await using home = await start(dir.path, { personas: [{ name: 'Day', remove: true }] });
    const { client, host } = home;
    expect(host.refusals).toEqual([]);
    const [server] = await client.value('mcp.list', {});
    expect(server).toMatchObject({ name: 'notes', fixedByFile: false });
    await client.value('mcp.remove', { server: server?.id ?? '' });
    const [night, ...others] = await client.value('personas.list', {});
    expect(others).toEqual([]);
    expect(night).toMatchObject({ name: 'Night', text: 'Whisper.', fixedByFile: false });
    await client.value('personas.save', { id: night?.id ?? '', name: 'Night', text: 'Mine again.' });
    const link = (await client.value('links.list', {})).find(({ id }) => id === 'bot');
    expect(link).toMatchObject({ persona: night?.id, personaByFile: false });
    await client.value('links.setPersona', { link: 'bot', persona: null });
    expect(await client.value('caps.list', {})).toMatchObject([{ id: 'lab', dayCost: 7, fixedByFile: false }]);
    const page = (await client.value('tools.list', {})).find(({ name }) => name === 'read_web_page');
    expect(page).toMatchObject({ permission: 'ask', chosen: true, fixedByFile: false });
  });

  it('says what of it is about nothing there is, and applies the rest (a cap that everybody believes in)', async () => {
    await using dir = await folder();
    await using home = await start(dir.path, {
      links: [bot],
      tools: { remenber: 'never', remember: 'ask' },
      caps: {
        providers: { lab: { perDayUsd: 1 } },
        conversations: [
          { link: 'nobody', address: '1', perDayUsd: 1 },
          { link: 'bot', address: '1', perDayUsd: 1 },
        ],
      },
    });
    const paths = home.host.refusals.map((sentence) => sentence.split(':')[0]);
    expect(paths).toEqual(['caps.providers.lab', 'caps.conversations.0', 'tools.remenber']);
    const tools = await home.client.value('tools.list', {});
    expect(tools.filter(({ fixedByFile }) => fixedByFile).map(({ name }) => name)).toEqual(['remember']);
  });
});
