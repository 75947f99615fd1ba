import { describe, expect, it } from 'vitest';
import { Phone, me } from '../gateway/phone.ts';
import { RpcClient, startTestHost } from '../lib/headless.ts';

const key = 'AB'.repeat(32);

/** A host whose WhatsApp links are played by a phone, with a window on it. */
async function begin(provision?: unknown) {
  const stack = new AsyncDisposableStack();
  const phone = new Phone();
  phone.account = null;
  const options = { wrap: phone.wrap.bind(phone), ...(provision === undefined ? {} : { provision }) };
  const { host, url } = stack.use(await startTestHost(options));
  const client = stack.use(await new RpcClient(url).opened());
  const link = async () => (await client.value('links.list', {})).find(({ kind }) => kind === 'whatsapp');
  return { phone, host, client, link, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('a WhatsApp link, as the window sets it up', () => {
  it('is added and pairs at once; what it is and how it stands is seen until it is linked', async () => {
    await using test = await begin();
    const { client, phone, link } = test;
    const added = await client.value('links.addWhatsApp', { id: 'wa' });
    expect(added).toMatchObject({
      ...{ id: 'wa', kind: 'whatsapp', mode: 'only-me', device: null, linked: false, hasOwner: false },
      state: { kind: 'pairing', step: { kind: 'starting' } },
    });
    expect(phone.paired).toEqual([{ number: null }]);
    phone.up();
    expect(await link()).toMatchObject({
      ...{ name: 'Olga', handle: `+${me}`, device: 'Google Chrome (Linux)', linked: true, hasOwner: true },
      state: { kind: 'up' },
    });
    expect((await client.value('host.health', {})).status).toBe('ok');
  });

  it('can be on a server of one’s own, which names the key that it proves itself with', async () => {
    await using test = await begin();
    const { client, host } = test;
    const own = { id: 'wa', webSocketUrl: 'wss://chat.example/ws/', number: '49151' };
    expect(await client.call('links.addWhatsApp', { ...own })).toMatchObject({
      ok: false,
      reason: { code: 'link.server-key-needed' },
    });
    expect(await client.call('links.addWhatsApp', { ...own, webSocketUrl: 'https://a', serverKey: key })).toMatchObject(
      { ok: false, reason: { code: 'input.url-malformed' } },
    );
    expect(await client.value('links.addWhatsApp', { ...own, serverKey: key })).toMatchObject({ id: 'wa' });
    expect(host.store.read.links.get('wa')).toMatchObject({
      apiRoot: 'wss://chat.example/ws',
      serverKey: key.toLowerCase(),
    });
    expect(test.phone.paired).toEqual([{ number: '49151' }]);
  });

  it('is gone when its pairing is cancelled, and can be begun again', async () => {
    await using test = await begin();
    const { client, link, phone } = test;
    await client.value('links.addWhatsApp', { id: 'wa' });
    await client.value('links.cancelPairing', { link: 'wa' });
    expect(await link()).toBeUndefined();
    expect(await client.call('links.pair', { link: 'wa' })).toMatchObject({ ok: false });
    await client.value('links.addWhatsApp', { id: 'wa' });
    await client.value('links.pair', { link: 'wa', number: '49151' });
    expect(phone.paired.at(-1)).toEqual({ number: '49151' });
  });

  it('answers people when that is switched on, and only its owner when it is switched back', async () => {
    await using test = await begin();
    const { client, phone } = test;
    await client.value('links.addWhatsApp', { id: 'wa' });
    phone.up();
    expect(await client.value('links.setMode', { link: 'wa', mode: 'people' })).toMatchObject({ mode: 'people' });
    expect(await client.value('links.setMode', { link: 'wa', mode: 'only-me' })).toMatchObject({ mode: 'only-me' });
    expect(await client.call('links.setMode', { link: 'window', mode: 'only-me' })).toMatchObject({ ok: false });
  });
});

describe('a WhatsApp link of a provision file', () => {
  const file = {
    links: [{ id: 'wa', kind: 'whatsapp', mode: 'people' }],
    people: [
      { link: 'wa', address: '+49 151 22', role: 'guest' },
      { link: 'wa', address: '0049-151-33', role: 'blocked' },
    ],
    groups: [{ link: 'wa', address: '120363', answer: 'mention' }],
  };

  it('is set up with its people and groups, by their numbers as one writes them', async () => {
    await using test = await begin(file);
    const { client, host, link } = test;
    expect(host.refusals).toEqual([]);
    expect(await link()).toMatchObject({ id: 'wa', mode: 'people', fixedByFile: true, linked: false });
    const people = await client.value('people.list', {});
    expect(people.map(({ address, role }) => [address, role]).toSorted()).toEqual([
      ['4915122', 'guest'],
      ['4915133', 'blocked'],
    ]);
    expect(await client.value('groups.list', {})).toMatchObject([{ chat: '120363@g.us', answer: 'mention' }]);
  });

  it('is not changed against the file: neither its mode nor its being there, and a cancelled pairing leaves it', async () => {
    await using test = await begin(file);
    const { client, link } = test;
    const fixed = { ok: false, reason: { code: 'settings.fixed-by-file' } };
    expect(await client.call('links.setMode', { link: 'wa', mode: 'only-me' })).toMatchObject(fixed);
    expect(await client.call('links.remove', { link: 'wa' })).toMatchObject(fixed);
    await client.value('links.pair', { link: 'wa' });
    await client.value('links.cancelPairing', { link: 'wa' });
    expect(await link()).toMatchObject({ mode: 'people' });
  });

  it('lets its mode be changed in the window where the file does not name one', async () => {
    await using test = await begin({ links: [{ id: 'wa', kind: 'whatsapp' }] });
    const { client } = test;
    expect(await client.value('links.setMode', { link: 'wa', mode: 'people' })).toMatchObject({ mode: 'people' });
  });

  it('does not become what another link of its name is', async () => {
    const token = '1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    const bot = { id: 'wa', kind: 'telegram', token, apiRoot: 'http://127.0.0.1:9', enabled: false };
    await using test = await begin({ links: [bot, { id: 'wa', kind: 'whatsapp' }] });
    expect(test.host.refusals).toEqual(['links.1: The name wa is taken. Choose another one.']);
    expect(test.host.gateway.links.get('wa')?.row.kind).toBe('telegram');
  });
});
