import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAccess, isTooLate, roleOf, type AccessQuestion } from '../../main/gateway/access.ts';
import type { AddressRow, LinkRow, Role } from '../../main/gateway/types.ts';
import { counts } from '../counts.ts';
import { linkRow } from '../store/support.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_750_000_000_000;
const runs = { numRuns: counts.propertyRuns };

const question = (over: Partial<AccessQuestion> = {}): AccessQuestion => ({
  role: 'owner',
  chatKind: 'private',
  at: now,
  now,
  linkedAt: null,
  pausedUntil: null,
  command: false,
  asked: false,
  ...over,
});

const anyQuestion: fc.Arbitrary<AccessQuestion> = fc.record({
  role: fc.constantFrom<Role>('owner', 'guest', 'blocked', 'unknown'),
  chatKind: fc.constantFrom('private', 'group'),
  at: fc.integer({ min: now - 48 * hour, max: now + hour }),
  now: fc.constant(now),
  linkedAt: fc.option(fc.integer({ min: now - 48 * hour, max: now })),
  pausedUntil: fc.option(fc.constantFrom(now - 1, now, now + 1, Number.MAX_SAFE_INTEGER)),
  command: fc.boolean(),
  asked: fc.boolean(),
});

describe('decideAccess', () => {
  it('answers nobody who is unknown or blocked, in whatever circumstances, or strangers would hear from us', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { state } = decideAccess(asked);
        if (asked.role === 'unknown' || asked.role === 'blocked') expect(state).not.toBe('waiting');
        if (asked.role === 'blocked') expect(state).toBe('ignored');
      }),
      runs,
    );
  });

  it('answers nothing older than the link, not even when asked to, or linking would answer old chats', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        fc.pre(asked.linkedAt !== null && asked.at < asked.linkedAt - 1000);
        expect(decideAccess(asked).state).toBe('ignored');
      }),
      runs,
    );
  });

  it('gives a reason with everything that is not simply answered, or the window could not say why', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { state, reason } = decideAccess(asked);
        if (state !== 'waiting') expect(reason).not.toBeNull();
      }),
      runs,
    );
  });

  it('counts a message of the very second of linking, which platforms stamp in whole seconds', () => {
    const linkedAt = now + 900;
    expect(decideAccess(question({ at: now, linkedAt })).state).toBe('waiting');
    expect(decideAccess(question({ at: now - 1000, linkedAt })).state).toBe('ignored');
  });

  it.each([
    ['an owner is answered', {}, 'waiting', null],
    ['a guest is answered', { role: 'guest' }, 'waiting', null],
    ['a stranger is kept', { role: 'unknown' }, 'kept', 'access.unknown-sender'],
    [
      'a stranger is kept though everything is paused',
      { role: 'unknown', pausedUntil: now + 1 },
      'kept',
      'access.unknown-sender',
    ],
    ['a pause sets aside', { pausedUntil: now + 1 }, 'paused', 'access.paused'],
    ['a pause ends at its moment', { pausedUntil: now }, 'waiting', null],
    ['a command works in a pause, or nobody could resume', { pausedUntil: now + 1, command: true }, 'waiting', null],
    [
      'what the owner asked for is not held back by a pause',
      { pausedUntil: now + 1, asked: true },
      'waiting',
      'access.answer-asked',
    ],
    [
      'what the owner asked for is not held back by age',
      { at: now - 48 * hour, asked: true },
      'waiting',
      'access.answer-asked',
    ],
    ['half an hour is not late', { role: 'guest', at: now - 30 * minute }, 'waiting', null],
    ['a guest is late after half an hour', { role: 'guest', at: now - 30 * minute - 1 }, 'late', 'access.late'],
    ['an owner in private is not', { at: now - 24 * hour }, 'waiting', null],
    ['an owner in a group is', { at: now - 31 * minute, chatKind: 'group' }, 'late', 'access.late'],
    ['nobody is answered by itself after a day', { at: now - 24 * hour - 1 }, 'late', 'access.late'],
    ['a stamp of the future is not late', { role: 'guest', at: now + hour }, 'waiting', null],
  ] as const)('%s', (_, over, state, code) => {
    const decision = decideAccess(question(over));
    expect(decision.state).toBe(state);
    expect(decision.reason?.code ?? null).toBe(code);
  });

  it('judges finished replies by the same rule as messages', () => {
    expect(isTooLate(31 * minute, 'owner', 'private')).toBe(false);
    expect(isTooLate(31 * minute, 'guest', 'private')).toBe(true);
    expect(isTooLate(25 * hour, 'owner', 'private')).toBe(true);
  });
});

describe('roleOf', () => {
  const roles = (rows: Readonly<Record<string, Role>>, link: LinkRow = linkRow()) => {
    const get = (_: string, address: string): AddressRow | null => {
      const role = rows[address];
      return role === undefined
        ? null
        : { link: link.id, address, person: null, name: '', role, origin: 'owner', lastSeenAt: null };
    };
    const none = (): never => {
      throw new Error('roleOf only looks addresses up');
    };
    const addresses = { get, ofLink: none, put: none, remove: none };
    return (address: string): Role => roleOf({ addresses }, link, address);
  };

  it('takes no row for unknown, or a missing policy would allow everyone', () => {
    expect(roles({})('7')).toBe('unknown');
    expect(roles({ '7': 'unknown' })('7')).toBe('unknown');
  });

  it('lets `*` make guests of those not listed and of nobody else', () => {
    const role = roles({ '*': 'guest', '1': 'owner', '2': 'blocked', '3': 'unknown' });
    expect(['1', '2', '3', '4'].map(role)).toEqual(['owner', 'blocked', 'guest', 'guest']);
  });

  it('never makes owners of everyone, whatever the row of `*` says', () => {
    for (const role of ['owner', 'blocked', 'unknown'] as const) expect(roles({ '*': role })('9')).toBe('unknown');
  });

  it('knows who writes on the built-in links without any row', () => {
    expect(roles({ me: 'blocked' }, linkRow({ id: 'window', kind: 'window' }))('me')).toBe('owner');
    expect(roles({ me: 'owner' }, linkRow({ id: 'api', kind: 'api' }))('me')).toBe('guest');
  });
});
