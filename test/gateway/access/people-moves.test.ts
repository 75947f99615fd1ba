import { describe, expect, it } from 'vitest';
import { ada, bob, chat, club, me, startPhone, states, stored } from '../phone.ts';

/** Ada, as long as her number is not known. */
const lid = '88001122334455@lid';
const known = { migrations: [{ from: lid, to: ada }] };

describe('a person whose number becomes known', () => {
  it('keeps role, chat and history, and what she writes next belongs to it', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', lid, 'guest', 'owner');
    await phone.says(lid, 'hello', { platformId: 'ONE' });
    await test.until(() => phone.sentTo(lid).length, 1);
    const id = chat(test, lid)?.id;
    await phone.hears({ ...known, events: [phone.message(ada, 'again')] });
    await test.until(() => phone.sentTo(ada), ['echo: again']);
    expect(chat(test, lid)).toBeNull();
    expect(chat(test, ada)?.id).toBe(id);
    expect(test.prompt(1)).toEqual(['user: hello', 'assistant: echo: hello', 'user: again']);
    expect(test.gateway.people.everyone().map(({ address, role, origin }) => [address, role, origin])).toEqual([
      [ada, 'guest', 'owner'],
    ]);
    // Ids of messages stay: an edit, a deletion and a repetition find theirs.
    await phone.takesBack(ada, 'ONE');
    expect(states(test, ada)[0]).toEqual(['hello', 'deleted', 'access.taken-back']);
  });

  it('is one person told twice of: the same message under both names is one', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', ada, 'guest', 'owner');
    await phone.says(lid, 'hello', { platformId: 'ONE' });
    const at = stored(test, lid)[0]?.at ?? 0;
    await phone.hears({ ...known, events: [phone.message(ada, 'hello', { platformId: 'ONE', at })] });
    await test.until(() => phone.sentTo(ada), ['echo: hello']);
    await test.idle();
    expect(stored(test, ada).filter(({ kind }) => kind === 'person')).toHaveLength(1);
  });

  it('is answered what was kept of her, where the number was allowed (kept for ever, with no card)', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', ada, 'guest', 'file');
    await phone.says(lid, 'may I?');
    expect(states(test, lid)).toEqual([['may I?', 'kept', 'access.unknown-sender']]);
    await phone.hears(known);
    await test.until(() => phone.sentTo(ada), ['echo: may I?']);
    expect(test.gateway.cards.open()).toEqual([]);
  });

  it('stays blocked by either name, and what runs for her ends', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', ada, 'blocked', 'file');
    await test.gateway.people.setRole('wa', lid, 'owner', 'owner');
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'x', gate: gate.promise });
    await phone.says(lid, 'hello');
    await test.asked(1);
    await phone.hears(known);
    gate.resolve();
    await test.idle();
    expect(test.gateway.people.everyone().map(({ address, role, origin }) => [address, role, origin])).toEqual([
      [ada, 'blocked', 'file'],
    ]);
    expect(phone.sent).toEqual([]);
  });

  it('keeps her one card, in the window and in the owner’s chat', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await phone.says(me, 'hello');
    await test.until(() => phone.sentTo(me).length, 1);
    await phone.says(lid, 'may I?');
    await test.until(() => phone.sentTo(me).length, 2);
    await phone.hears(known);
    await test.clock.elapse(20 * 60_000);
    await test.idle();
    expect(phone.sentTo(me)).toHaveLength(2);
    expect(test.gateway.cards.open()).toMatchObject([{ kind: 'person', address: ada, messages: 1 }]);
    await phone.says(me, '1');
    await test.until(() => phone.sentTo(ada), ['echo: may I?']);
    expect(test.gateway.people.role('wa', ada)).toBe('guest');
  });

  it('is the author of what she said in groups', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setGroup('wa', club, 'mention', 'owner');
    await phone.says(lid, 'hi all', { chat: club, platformId: 'G1', addressed: false });
    await phone.hears(known);
    expect(stored(test, club)[0]?.author).toBe(ada);
    await phone.takesBack(ada, 'G1', club);
    expect(states(test, club)).toEqual([['hi all', 'deleted', 'access.taken-back']]);
  });

  it('has one history where she wrote under both names, in its order, with what waited and what was to be sent', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    for (const name of [lid, ada]) await test.gateway.people.setRole('wa', name, 'guest', 'owner');
    await phone.says(lid, 'one');
    await test.until(() => phone.sentTo(lid).length, 1);
    await phone.says(ada, 'two');
    await test.until(() => phone.sentTo(ada).length, 1);
    await test.idle();
    phone.down({ kind: 'retrying', at: 0, attempt: 1, reason: { code: 'link.network' } });
    await phone.says(lid, 'three');
    await test.until(() => states(test, lid).at(-1)?.[1], 'answered');
    await phone.hears(known);
    phone.up();
    await test.until(() => phone.sentTo(ada).at(-1), 'echo: three');
    await test.idle();
    expect(chat(test, lid)).toBeNull();
    expect(stored(test, ada).map(({ text }) => text)).toEqual([
      ...['one', 'echo: one', 'two', 'echo: two', 'three', 'echo: three'],
    ]);
    await phone.says(ada, 'four');
    await test.until(() => phone.sentTo(ada).at(-1), 'echo: four');
    expect(test.prompt(-1)).toHaveLength(7);
  });

  it('gets the answer that is being made, where it began', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    for (const name of [lid, ada]) await test.gateway.people.setRole('wa', name, 'guest', 'owner');
    await phone.says(ada, 'two');
    await test.until(() => phone.sentTo(ada).length, 1);
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'at last', gate: gate.promise });
    await phone.says(lid, 'one');
    await test.asked(2);
    await phone.hears({ ...known, events: [phone.message(ada, 'three')] });
    gate.resolve();
    await test.until(() => phone.sent.map(({ text }) => text).toSorted(), ['at last', 'echo: three', 'echo: two']);
    await test.idle();
  });

  it('is not noted where the link answers only its owner and she never wrote', async () => {
    const { test, phone } = await startPhone({ mode: 'only-me' });
    await using _test = test;
    await phone.hears({ migrations: [{ from: lid, to: bob }] });
    expect(JSON.stringify(test.read.facts.all(''))).not.toContain(bob);
  });
});
