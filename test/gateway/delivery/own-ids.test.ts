import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../main/gateway/channel.ts';
import type { DeliveryRow, PartRow } from '../../../main/gateway/types.ts';
import type { TestGateway } from '../../lib/gateway.ts';
import { ada, bob, chat, me, startPhone, states, stored, type PhoneOptions } from '../phone.ts';

const unknown: SendOutcome = { kind: 'unknown', reason: { code: 'delivery.unknown-after-send' } };

async function withGuest(options: PhoneOptions = {}) {
  const started = await startPhone(options);
  for (const who of [ada, bob]) await started.test.gateway.people.setRole('wa', who, 'guest', 'owner');
  return started;
}

/** What became of the reply to the first message of a chat. */
function reply(test: TestGateway, name: string): { readonly row: DeliveryRow | null; readonly part: PartRow | null } {
  const row = test.read.deliveries.ofTurn(stored(test, name)[0]?.turn ?? '');
  return { row, part: row === null ? null : (test.read.deliveries.parts(row.id)[0] ?? null) };
}

describe('a part with an id of our own', () => {
  it('is sent again as it is, under the same id, neither labelled nor counted, when nobody knows', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.outcomes.push(unknown, unknown);
    await phone.says(ada, 'hello');
    await test.until(() => phone.sent.length, 1);
    await test.drive(test.until(() => reply(test, ada).row?.state, 'sent'));
    expect(phone.sent).toHaveLength(3);
    expect(new Set(phone.sent.map(({ ownId, text, label }) => JSON.stringify([ownId, text, label]))).size).toBe(1);
    expect(phone.sent[0]).toMatchObject({ label: null, ownId: expect.stringMatching(/^OUT/) as string });
    expect(reply(test, ada).part).toMatchObject({ state: 'sent', again: 0, attempts: 3 });
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('has failed after the fifth attempt of which nobody knows, and later replies go on', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.outcomes.push(...Array.from({ length: 5 }, () => unknown));
    await phone.says(ada, 'hello');
    await test.drive(test.until(() => reply(test, ada).row?.state, 'failed'));
    expect(phone.sent).toHaveLength(5);
    expect(reply(test, ada).row?.reason).toEqual({ code: 'delivery.unknown-after-send' });
    await phone.says(ada, 'and now?');
    await test.until(() => phone.sentTo(ada).at(-1), 'echo: and now?');
  });

  it('goes out again after the program died in the middle of its send, under the same id and without a label', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.gate = new Promise(() => undefined);
    await phone.says(ada, 'hello');
    await test.until(() => phone.sent.length, 1);
    await test.crash();
    phone.gate = Promise.resolve();
    await test.open();
    await test.until(() => reply(test, ada).row?.state, 'sent');
    expect(phone.sent.map(({ ownId }) => ownId)).toEqual([phone.sent[0]?.ownId, phone.sent[0]?.ownId]);
    expect(phone.sent[1]?.label).toBeNull();
    expect(reply(test, ada).part?.again).toBe(0);
  });
});

describe('a chat that the platform does not let us write to', () => {
  it('is tried once, says why, and is tried again for the next message (an account made worse by retries)', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.outcomes.push({ kind: 'rejected', reason: { code: 'delivery.restricted' } });
    await phone.says(ada, 'hello');
    await test.until(() => reply(test, ada).row?.state, 'failed');
    await test.clock.elapse(10 * 60_000);
    expect(phone.sent).toHaveLength(1);
    expect(chat(test, ada)?.undeliverable).toEqual({ code: 'delivery.restricted' });
    await phone.says(ada, 'again');
    expect(chat(test, ada)?.undeliverable).toBeNull();
    await test.until(() => phone.sentTo(ada).at(-1), 'echo: again');
  });
});

describe('a link that sends one at a time', () => {
  const pacing = { perSecond: 100, perChatPerSecond: 100, perChatBurst: 100, between: { from: 500, to: 1500 } };

  it('waits like a person before each send, and begins none before the one before has ended', async () => {
    const { test, phone } = await withGuest({ pacing, settings: { 'delivery.pacing': 1 } });
    await using _test = test;
    const began = test.clock.now();
    const gate = Promise.withResolvers<void>();
    phone.gate = gate.promise;
    for (const who of [ada, bob, me]) await phone.says(who, 'hello');
    await test.until(
      () => [ada, bob, me].map((who) => states(test, who)[0]?.[1]),
      ['answered', 'answered', 'answered'],
    );
    expect(phone.sent).toEqual([]);
    await test.clock.elapse(1_000);
    await test.until(() => phone.sent.length, 1);
    await test.clock.elapse(60_000);
    expect(phone.sent).toHaveLength(1);
    gate.resolve();
    phone.gate = Promise.resolve();
    await test.drive(test.until(() => phone.sent.length, 3));
    expect(phone.sent.map(({ at }) => at - began)).toEqual([1_000, 62_000, 63_000]);
  });

  it('does not wait where pacing is off, for servers of one’s own', async () => {
    const { test, phone } = await withGuest({ pacing });
    await using _test = test;
    for (const who of [ada, bob]) await phone.says(who, 'hello');
    await test.until(() => phone.sent.length, 2);
  });
});

describe('read receipts', () => {
  it('are sent for what is answered, when its turn begins, where the owner wants them', async () => {
    const { test, phone } = await startPhone({ settings: { 'delivery.readReceipts': true } });
    await using _test = test;
    await phone.says(ada, 'may I?', { platformId: 'A1' });
    await phone.says(me, 'note', { platformId: 'M1' });
    await test.until(() => phone.sentTo(me).length, 1);
    expect(phone.read).toEqual([]);
    await test.gateway.people.setRole('wa', ada, 'guest', 'owner');
    await test.until(() => phone.sentTo(ada).length, 1);
    expect(phone.read).toEqual([`${ada} A1`]);
    await test.gateway.people.setRole('wa', bob, 'blocked', 'owner');
    await phone.says(bob, 'hello', { platformId: 'B1' });
    await test.idle();
    expect(phone.read).toEqual([`${ada} A1`]);
  });

  it('are not sent where he did not ask for them', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, 'hello');
    await test.until(() => phone.sentTo(ada).length, 1);
    expect(phone.read).toEqual([]);
  });
});
