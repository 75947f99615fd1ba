import { describe, expect, it } from 'vitest';
import { healthStatus } from '../../../main/api/views.ts';
import { ada, bob, chat, me, startPhone, states } from '../phone.ts';

const another = '4915199999999';

describe('the account that a WhatsApp link is linked to', () => {
  it('is its owner, who is answered in the chat with himself without anybody’s leave', async () => {
    const { test, phone } = await startPhone({ mode: 'only-me' });
    await using _test = test;
    await phone.says(me, '/whoami');
    await test.until(() => phone.sentTo(me).length, 1);
    expect(phone.sentTo(me)[0]).toContain('owner');
    const { people } = test.gateway;
    expect([people.role('wa', me), people.hasOwner('wa')]).toEqual(['owner', true]);
    expect(people.everyone().map(({ address, role }) => [address, role])).toEqual([[me, 'owner']]);
  });

  it('cannot be blocked, whatever is said or stored: nobody locks himself out', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    const { people } = test.gateway;
    for (const role of ['blocked', 'guest'] as const) {
      expect(await people.setRole('wa', `+${me}`, role, 'owner')).toMatchObject({ ok: false });
    }
    await test.store.commit(({ addresses }) => {
      const row = { link: 'wa', address: me, person: null, name: '', origin: 'file', lastSeenAt: null } as const;
      addresses.put({ ...row, role: 'blocked' });
    });
    await phone.says(me, 'hello');
    await test.until(() => phone.sentTo(me), ['echo: hello']);
    await phone.says(me, `/ignore ${me}`);
    await test.until(() => phone.sentTo(me).length, 2);
    expect(people.role('wa', me)).toBe('owner');
  });

  it('is nobody special once another account is linked, and what is older than that is not answered', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', me, 'owner', 'owner');
    await phone.says(me, 'mine');
    await test.until(() => phone.sentTo(me).length, 1);
    const late = phone.message(another, 'sent before it was linked');
    await test.clock.elapse(10_000);
    phone.up(another, 'Otto');
    await test.idle();
    expect(test.gateway.links.get('wa')?.row).toMatchObject({ account: another, linkedAt: test.clock.now() });
    expect(test.gateway.people.role('wa', me)).toBe('unknown');
    expect(test.gateway.people.role('wa', another)).toBe('owner');
    await phone.hears({ events: [late] });
    await test.clock.elapse(1_000);
    await phone.says(me, 'who am I now?');
    expect(states(test, another)).toEqual([['sent before it was linked', 'ignored', 'access.before-link']]);
    expect(states(test, me).at(-1)).toEqual(['who am I now?', 'kept', 'access.unknown-sender']);
  });

  it('makes the link as old as the linking, not as the adding, and is kept with the name of the device', async () => {
    const { test, phone } = await startPhone({ account: null });
    await using _test = test;
    const { links } = test.gateway;
    expect(links.get('wa')?.row).toMatchObject({ account: null, linkedAt: null, device: null });
    const before = phone.message(me, 'written before the linking');
    await test.clock.elapse(60_000);
    phone.up();
    const linkedAt = test.clock.now();
    const row = { account: me, linkedAt, device: 'Google Chrome (Linux)', name: 'Olga', handle: `+${me}` };
    expect(links.get('wa')?.row).toMatchObject(row);
    await phone.hears({ events: [before] });
    expect(states(test, me)).toEqual([['written before the linking', 'ignored', 'access.before-link']]);
    await test.until(() => test.read.links.get('wa')?.linkedAt, linkedAt);
    await test.stop();
    await test.clock.elapse(5_000);
    await test.open();
    expect(test.gateway.links.get('wa')?.row).toMatchObject(row);
  });

  it('is told of people who wait in the chat with himself, and not asked whether he is the owner', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await phone.says(me, 'hello');
    await test.until(() => phone.sentTo(me).length, 1);
    await phone.says(ada, 'may I?');
    await test.until(() => phone.sentTo(me).length, 2);
    expect(phone.sentTo(me)[1]).toContain('may I?');
    expect(phone.sentTo(me)[1]).not.toContain('This is me');
    expect(phone.sentTo(ada)).toEqual([]);
  });

  it('takes roles and decisions with it when its link is removed: another one of that name inherits nothing', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', ada, 'guest', 'owner');
    await test.gateway.people.setGroup('wa', '1@g.us', 'always', 'owner');
    await test.gateway.links.remove('wa');
    expect(phone.signedOut).toBe(1);
    await test.gateway.links.add({ id: 'wa', kind: 'whatsapp', apiRoot: null, serverKey: null, fixedByFile: false });
    expect(test.gateway.links.get('wa')?.row.mode).toBe('only-me');
    expect(test.gateway.people.role('wa', ada)).toBe('unknown');
    expect(test.gateway.people.groups()).toEqual([]);
  });

  it('is found by its number however that is written, and people are too', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', '+49 151 2222-2222', 'guest', 'owner');
    expect(test.gateway.people.role('wa', ada)).toBe('guest');
    await phone.says(ada, 'hello');
    await test.until(() => phone.sentTo(ada), ['echo: hello']);
  });
});

describe('a link that waits to be linked', () => {
  it('raises no alarm before it ever was: it waits for its owner', async () => {
    const { test, phone } = await startPhone({ account: null });
    await using _test = test;
    const { gateway, store: storage } = test;
    expect(gateway.links.get('wa')?.state.kind).toBe('signed-out');
    expect(gateway.cards.open()).toEqual([]);
    expect(healthStatus({ gateway, storage })).toBe('ok');
    phone.up();
    phone.down({ kind: 'signed-out', reason: { code: 'link.logged-out' } });
    expect(gateway.cards.open().map(({ kind }) => kind)).toEqual(['signed-out']);
    expect(healthStatus({ gateway, storage })).toBe('degraded');
    phone.down({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
    expect(gateway.cards.open().map(({ kind }) => kind)).toEqual(['signed-out']);
  });

  it('is paired on request; while it is, nothing is wrong and nothing is sent', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    const { gateway } = test;
    await gateway.people.setRole('wa', bob, 'guest', 'owner');
    phone.down({ kind: 'signed-out', reason: { code: 'link.logged-out' } });
    await phone.says(bob, 'hello');
    await test.until(() => states(test, bob).map(([, state]) => state), ['answered']);
    expect(gateway.links.pair('wa', { number: null })).toEqual({ ok: true, value: undefined });
    expect(phone.paired).toEqual([{ number: null }]);
    expect(gateway.cards.open()).toEqual([]);
    await test.clock.elapse(60_000);
    expect(gateway.health().unsentReplies).toBe(1);
    phone.up();
    await test.until(() => phone.sentTo(bob), ['echo: hello']);
    expect(test.read.deliveries.parts(test.read.deliveries.ofTurn(turnOf(test, bob))?.id ?? '')[0]?.attempts).toBe(1);
  });

  it('is gone when its first pairing is cancelled, and stays when it was linked before', async () => {
    const { test, phone } = await startPhone({ account: null });
    await using _test = test;
    const { links } = test.gateway;
    links.pair('wa', { number: null });
    await links.cancelPairing('wa');
    expect(links.get('wa')).toBeNull();
    expect(test.read.links.get('wa')).toBeNull();
    phone.account = me;
    await links.add({ id: 'wa', kind: 'whatsapp', apiRoot: null, serverKey: null, fixedByFile: false });
    links.pair('wa', { number: '49151' });
    await links.cancelPairing('wa');
    expect(links.get('wa')?.row.account).toBe(me);
    expect(phone.paired.at(-1)).toEqual({ number: '49151' });
  });

  it('does not use up attempts where another program took its connection: replies wait for "Take over here"', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', bob, 'guest', 'owner');
    phone.down({ kind: 'conflict', reason: { code: 'link.replaced' } });
    await phone.says(bob, 'hello');
    await test.until(() => states(test, bob).map(([, state]) => state), ['answered']);
    await test.clock.elapse(20 * 60_000);
    phone.up();
    await test.until(() => phone.sentTo(bob), ['echo: hello']);
  });
});

function turnOf(test: Parameters<typeof chat>[0], name: string): string {
  const row = chat(test, name);
  return row === null ? '' : (test.read.messages.page(row.id, 10)[0]?.turn ?? '');
}
