import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counts } from '../../counts.ts';
import { ada, bob, chat, club, me, startPhone, states, stored, type Phone } from '../phone.ts';
import type { TestGateway } from '../../lib/gateway.ts';

/** Whether a word of somebody lies anywhere in the store: in a row, a key, a fact or the index of the search. */
async function isStoredAnywhere(test: TestGateway, ...words: readonly string[]): Promise<readonly string[]> {
  const { read, store } = test;
  const conversations = read.conversations.page(1000);
  const rows = [
    read.addresses.ofLink('wa'),
    read.groups.ofLink('wa'),
    conversations,
    conversations.flatMap(({ id }) => read.messages.page(id, 1000)),
    read.facts.all(''),
    read.attachments.pending(100),
    test.gateway.cards.open(),
  ];
  const all = JSON.stringify(rows);
  const found = await Promise.all(
    words.map(async (word) => {
      const hits = await store.search(word, 10, new AbortController().signal);
      return all.includes(word) || hits.length > 0 ? [word] : [];
    }),
  );
  return found.flat();
}

describe('a link that answers only its owner', () => {
  it('stores nothing of anybody else, neither words nor names nor keys, and says nothing (a phone that leaks)', async () => {
    const { test, phone } = await startPhone({ mode: 'only-me' });
    await using _test = test;
    const file = { kind: 'photo', platformRef: 'ref', name: 'secretpicture.jpg', type: 'image/jpeg', size: 5 };
    const first = phone.message(ada, 'pineapple', { files: [file], media: 'photo' });
    await phone.hears({ events: [first] });
    await phone.hears({
      events: [phone.message(bob, 'mango', { chat: club, title: 'Fruits' }), phone.message(me, 'note to self')],
      memberships: [{ chat: club, title: 'Fruits', member: true }],
      migrations: [{ from: '77@lid', to: bob }],
      deletions: [{ key: 'd', chat: ada, topic: null, sender: ada, platformId: first.platformId ?? '' }],
    });
    await phone.ownTo(ada, 'papaya');
    await test.until(() => phone.sentTo(me), ['echo: note to self']);
    await test.idle();
    expect(
      await isStoredAnywhere(test, 'pineapple', 'mango', 'papaya', 'secretpicture', ada, bob, club, '77@lid'),
    ).toEqual([]);
    // Not even that something came in.
    expect(await test.store.commit((tables) => tables.links.addEvent('wa', first.key, 1))).toBe(true);
    expect(phone.composing.every((to) => to === me)).toBe(true);
    expect(phone.sent).toHaveLength(1);
    expect(test.gateway.cards.open()).toEqual([]);
    expect(phone.read).toEqual([]);
  });

  it('stores nothing of what comes in at the very moment of the switch (the mode as it was read before)', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await Promise.all([test.gateway.links.update('wa', { mode: 'only-me' }), phone.says(ada, 'pineapple')]);
    await test.idle();
    expect(await isStoredAnywhere(test, 'pineapple', ada)).toEqual([]);
  });

  it('hears of people from the moment on in which it is switched, and of nothing written before', async () => {
    const { test, phone } = await startPhone({ mode: 'only-me' });
    await using _test = test;
    const before = phone.message(ada, 'before the switch');
    await test.clock.elapse(5_000);
    await test.gateway.links.update('wa', { mode: 'people' });
    await phone.hears({ events: [before] });
    await test.clock.elapse(2_000);
    await phone.says(ada, 'after it');
    expect(states(test, ada)).toEqual([['after it', 'kept', 'access.unknown-sender']]);
    expect(test.gateway.cards.open().map(({ kind, answers }) => [kind, answers])).toEqual([
      ['person', ['allow', 'once', 'ignore']],
    ]);
    expect(test.gateway.links.get('wa')?.row.mode).toBe('people');
  });
});

describe('a link that is switched back to its owner alone', () => {
  async function talking() {
    const started = await startPhone();
    await started.test.gateway.people.setRole('wa', ada, 'guest', 'owner');
    return started;
  }

  it('cuts what is being answered, and neither what waits nor what was kept gets an answer', async () => {
    const { test, phone } = await talking();
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'a long reply', gate: gate.promise });
    await phone.says(ada, 'tell me');
    await test.asked(1);
    await phone.says(ada, 'and more');
    await phone.says(bob, 'may I?');
    await test.gateway.links.update('wa', { mode: 'only-me' });
    gate.resolve();
    await test.idle();
    expect(states(test, ada)).toEqual([
      ['tell me', 'ignored', 'access.only-me'],
      ['and more', 'ignored', 'access.only-me'],
    ]);
    expect(states(test, bob)).toEqual([['may I?', 'ignored', 'access.only-me']]);
    expect(phone.sent).toEqual([]);
    expect(test.gateway.cards.open()).toEqual([]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('does not send a finished reply any more, whatever the owner clicks', async () => {
    const { test, phone } = await talking();
    await using _test = test;
    phone.down({ kind: 'retrying', at: 0, attempt: 1, reason: { code: 'link.network' } });
    await phone.says(ada, 'tell me');
    await test.until(() => states(test, ada).map(([, state]) => state), ['answered']);
    await test.gateway.links.update('wa', { mode: 'only-me' });
    phone.up();
    await test.idle();
    const [asked] = stored(test, ada);
    const delivery = test.read.deliveries.ofTurn(asked?.turn ?? '');
    expect(delivery).toMatchObject({ state: 'cancelled', reason: { code: 'access.only-me' } });
    await test.gateway.turns.retry(chat(test, ada)?.id ?? '');
    await test.idle();
    expect(phone.sent).toEqual([]);
  });

  it('does not go on at the next start with what had begun when a file switches it', async () => {
    const { test, phone } = await talking();
    await using _test = test;
    test.openai.next({ kind: 'reply', text: 'late', gate: new Promise(() => undefined) });
    await phone.says(ada, 'tell me');
    await test.asked(1);
    const row = test.gateway.links.get('wa')?.row;
    if (row === undefined) throw new Error('no link');
    await test.store.commit(({ links }) => links.put({ ...row, mode: 'only-me' }));
    await test.crash();
    await test.open();
    await test.idle();
    expect(states(test, ada)).toEqual([['tell me', 'ignored', 'access.only-me']]);
    expect(phone.sent).toEqual([]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('goes on talking with its owner', async () => {
    const { test, phone } = await talking();
    await using _test = test;
    await test.gateway.links.update('wa', { mode: 'only-me' });
    await phone.says(me, 'still there?');
    await test.until(() => phone.sentTo(me), ['echo: still there?']);
  });
});

describe('the mode', () => {
  it('is only WhatsApp’s: another link has none to change', async () => {
    const { test } = await startPhone({ telegram: true });
    await using _test = test;
    expect(await test.gateway.links.update('bot', { mode: 'only-me' })).toMatchObject({
      ok: false,
      failure: { code: 'input.malformed' },
    });
    expect(test.gateway.links.get('bot')?.row.mode).toBe('people');
  });

  it('that a file names is nobody else’s to change until the next start', async () => {
    const { test } = await startPhone();
    await using _test = test;
    const { links } = test.gateway;
    await links.update('wa', { mode: 'only-me', modeByFile: true, fixedByFile: true });
    expect(await links.update('wa', { mode: 'people' })).toMatchObject({
      ok: false,
      failure: { code: 'settings.fixed-by-file', params: { key: 'links.wa.mode' } },
    });
    expect(links.get('wa')?.row.mode).toBe('only-me');
    await test.stop();
    await test.open();
    expect((await test.gateway.links.update('wa', { mode: 'people' })).ok).toBe(true);
  });
});

type Step =
  | { readonly kind: 'mode'; readonly mode: 'only-me' | 'people' }
  | { readonly kind: 'say'; readonly who: 'me' | 'ada' | 'bob' | 'group' | 'own' }
  | { readonly kind: 'allow'; readonly who: 'ada' | 'bob' }
  | { readonly kind: 'hold' | 'release' | 'restart' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('mode' as const), mode: fc.constantFrom('only-me' as const, 'people' as const) }),
  fc.record({
    kind: fc.constant('say' as const),
    who: fc.constantFrom(
      'me' as const,
      'ada' as const,
      'ada' as const,
      'bob' as const,
      'group' as const,
      'own' as const,
    ),
  }),
  fc.record({ kind: fc.constant('allow' as const), who: fc.constantFrom('ada' as const, 'bob' as const) }),
  fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const, 'restart' as const) }),
);

const who = { me, ada, bob };

async function perform(test: TestGateway, phone: Phone, step: Step, gates: (() => void)[], n: number): Promise<void> {
  const word = `w${String(n)}`;
  switch (step.kind) {
    case 'mode':
      await test.gateway.links.update('wa', { mode: step.mode });
      return test.clock.elapse(1_000);
    case 'say':
      if (step.who === 'own') return phone.ownTo(ada, word);
      if (step.who === 'group') return phone.says(bob, word, { chat: club });
      return phone.says(who[step.who], word);
    case 'allow':
      await test.gateway.people.setRole('wa', who[step.who], 'guest', 'owner');
      return test.gateway.people.setGroup('wa', club, 'always', 'owner').then(() => undefined);
    case 'hold': {
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.push(resolve);
      phone.gate = promise;
      return;
    }
    case 'release':
      return gates.forEach((open) => open());
    case 'restart':
      gates.forEach((open) => open());
      await test.stop();
      return test.open();
  }
}

it('in `only-me` nobody but the owner hears a word, whatever came before the switch', async () => {
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 14 }), async (steps) => {
    const { test, phone } = await startPhone({ mode: 'only-me', settings: { 'conversations.ownPauseMinutes': 0 } });
    await using _test = test;
    const gates: (() => void)[] = [];
    let mode = 'only-me';
    for (const [n, step] of steps.entries()) {
      const before = phone.sent.length;
      const signs = phone.composing.length;
      if (step.kind === 'mode') mode = step.mode;
      await perform(test, phone, step, gates, n);
      if (mode !== 'only-me') continue;
      // A send that was under way when the mode changed has left; nothing new sets out.
      const heard = step.kind === 'mode' ? [] : phone.sent.slice(before).filter((one) => one.chat !== me);
      expect(heard).toEqual([]);
      const shown = step.kind === 'mode' ? [] : phone.composing.slice(signs).filter((one) => one !== me);
      expect(shown).toEqual([]);
      const words = steps.flatMap((one, index) =>
        index === n && one.kind === 'say' && one.who !== 'me' ? [`w${String(index)}`] : [],
      );
      expect(await isStoredAnywhere(test, ...words)).toEqual([]);
    }
    gates.forEach((open) => open());
    const last = phone.sent.length;
    await test.idle();
    if (mode === 'only-me') expect(phone.sent.slice(last).filter((one) => one.chat !== me)).toEqual([]);
    await test.clock.elapse(60_000);
  });
  await fc.assert(property, { numRuns: Math.ceil(counts.propertyRuns / 5), endOnFailure: true });
}, 120_000);
