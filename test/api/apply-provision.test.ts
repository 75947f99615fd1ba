import { describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProvision } from '../../main/api/provision.ts';
import { startHost, type Host } from '../../main/host.ts';
import { RpcClient, testToken } from '../lib/headless.ts';
import { conversationRow, newMessage } from '../store/support.ts';

/** One start of a host on a data directory that outlives it. */
async function start(dataDir: string, file: unknown): Promise<Host & AsyncDisposable> {
  const provision = file === null ? null : readProvision(JSON.stringify(file), {});
  if (provision?.ok === false) throw new Error(provision.failure.join('\n'));
  const http = { port: 0, host: '127.0.0.1', allowHosts: [], token: testToken, windowDir: dataDir };
  const started = await startHost({
    mode: 'headless',
    version: '0',
    dataDir,
    environment: { LANG: 'en_US.UTF-8' },
    provision: provision?.value ?? null,
    http,
  });
  if (!started.ok) throw new Error(started.failure.sentence);
  return { ...started.value, [Symbol.asyncDispose]: () => started.value.stop(1000) };
}

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'porchlight-provision-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const lab = { id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-first-1111' };
const bot = {
  id: 'bot',
  kind: 'telegram',
  token: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  apiRoot: 'http://127.0.0.1:9',
  enabled: false,
};

describe('a provision file, start after start', () => {
  it('wins over what was changed meanwhile, is shown as fixed, and leaves the rest alone', async () => {
    await using dir = await folder();
    const file = {
      providers: [lab],
      models: { default: 'lab/gpt-test' },
      links: [bot],
      people: [
        { link: 'bot', address: '4242', role: 'owner' },
        { link: 'bot', address: '*', role: 'guest' },
      ],
      groups: [
        { link: 'bot', address: '-1001', answer: 'mention' },
        { link: 'bot', address: '-1002', answer: 'off' },
      ],
      settings: { 'delivery.pacing': 0 },
    };
    {
      await using host = await start(dir.path, file);
      expect(host.refusals).toEqual([]);
      if (host.http === null) throw new Error('no port');
      using client = await new RpcClient(host.http.url).opened();
      const fixed = { ok: false, reason: { code: 'settings.fixed-by-file' } };
      expect(await client.call('settings.set', { key: 'delivery.pacing', value: 2 })).toMatchObject(fixed);
      expect(await client.call('models.choose', { default: 'practice/practice' })).toMatchObject(fixed);
      expect(await client.call('providers.remove', { provider: 'lab' })).toMatchObject(fixed);
      expect(
        await client.call('providers.save', { provider: { id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:8' } }),
      ).toMatchObject(fixed);
      expect(await client.call('links.setToken', { link: 'bot', token: '2:b' })).toMatchObject(fixed);
      expect(await client.call('links.remove', { link: 'bot' })).toMatchObject(fixed);
      expect(
        (await client.value('settings.list', {}))
          .filter(({ fixedByFile }) => fixedByFile)
          .map(({ key }) => key)
          .toSorted(),
      ).toEqual(['delivery.pacing', 'models.default']);
      expect(await client.value('providers.list', {})).toMatchObject([
        { id: 'practice' },
        { id: 'lab', keyEnd: '1111', fixedByFile: true },
      ]);
      expect((await client.value('links.list', {})).find(({ id }) => id === 'bot')).toMatchObject({
        fixedByFile: true,
        enabled: false,
        hasOwner: true,
      });
      expect(host.gateway.people.role('bot', '4242')).toBe('owner');
      expect(host.gateway.people.role('bot', '77')).toBe('guest');
      expect(await client.value('groups.list', {})).toMatchObject([
        { chat: expect.any(String) as string, origin: 'file' },
        { chat: expect.any(String) as string, origin: 'file' },
      ]);
      expect(host.store.read.groups.get('bot', '-1001')?.answer).toBe('mention');
      await client.value('groups.set', { link: 'bot', chat: '-1001', answer: 'always' });
      await client.value('providers.save', {
        provider: { id: 'own', kind: 'openai', baseUrl: 'http://127.0.0.1:7', key: 'mine-2222' },
      });
      await client.value('settings.set', { key: 'window.theme', value: 'dark' });
    }
    {
      const { apiKey: _left, ...withoutKey } = lab;
      await using host = await start(dir.path, { providers: [{ ...withoutKey, baseUrl: 'http://127.0.0.1:10/v1' }] });
      const providers = host.gateway.models
        .providers()
        .map(({ id, baseUrl, keyEnd, row }) => [id, baseUrl, keyEnd, row?.fixedByFile ?? false]);
      expect(providers).toEqual([
        ['practice', '', null, false],
        ['lab', 'http://127.0.0.1:10/v1', '1111', true],
        ['own', 'http://127.0.0.1:7', '2222', false],
      ]);
      expect(host.settings.get('window.theme')).toBe('dark');
      expect(host.settings.get('models.default')).toBe('practice/practice');
      expect(host.gateway.links.get('bot')?.row.fixedByFile).toBe(false);
      expect(host.gateway.people.role('bot', '4242')).toBe('owner');
    }
    {
      await using host = await start(dir.path, {
        providers: [{ id: 'own', remove: true }],
        links: [{ id: 'bot', remove: true }],
        people: [{ link: 'bot', address: '4242', remove: true }],
      });
      expect(host.gateway.models.providers().map(({ id }) => id)).toEqual(['practice', 'lab']);
      expect(host.gateway.links.get('bot')).toBeNull();
    }
  });

  it('wins over a decision about a group, and takes one away without what was said (a history gone by a line)', async () => {
    await using dir = await folder();
    const groups = [{ link: 'bot', address: '-1001', answer: 'mention' }];
    {
      await using host = await start(dir.path, { links: [bot], groups });
      await host.gateway.people.setGroup('bot', '-1001', 'always', 'owner');
      await host.store.commit((tables) => {
        tables.conversations.put(conversationRow({ id: 'c1', chat: '-1001', kind: 'group' }));
        tables.conversations.put(conversationRow({ id: 'c2', chat: '4242' }));
        tables.messages.add(newMessage({ id: 'm2', conversation: 'c2', author: '4242', state: 'answered' }));
      });
      await host.gateway.people.setRole('bot', '4242', 'guest', 'owner');
    }
    {
      await using host = await start(dir.path, { links: [bot], groups });
      expect(host.store.read.groups.get('bot', '-1001')).toMatchObject({ answer: 'mention', origin: 'file' });
    }
    {
      const gone = { remove: true, link: 'bot' };
      const file = { groups: [{ ...gone, address: '-1001' }], people: [{ ...gone, address: '4242' }] };
      await using host = await start(dir.path, file);
      expect(host.refusals).toEqual([]);
      expect(host.store.read.groups.get('bot', '-1001')).toBeNull();
      expect(host.gateway.people.role('bot', '4242')).toBe('unknown');
      expect(host.store.read.conversations.get('c1')).not.toBeNull();
      expect(host.store.read.messages.get('m2')?.text).toBe('hello');
    }
  });

  it('says which entry could not be applied and applies the others (a host that starts with half of it in silence)', async () => {
    await using dir = await folder();
    await using host = await start(dir.path, {
      providers: [{ ...lab, id: 'practice' }, lab],
      links: [{ id: 'bot', kind: 'telegram' }],
      people: [{ link: 'nobody', address: '1', role: 'guest' }],
      groups: [{ link: 'nobody', address: '-1', answer: 'always' }],
    });
    const paths = host.refusals.map((sentence) => sentence.split(':')[0]);
    expect(paths).toEqual(['providers.0', 'links.0', 'people.0', 'groups.0']);
    expect(host.gateway.models.providers().map(({ id }) => id)).toEqual(['practice', 'lab']);
  });
});
