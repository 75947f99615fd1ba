import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAccess, isTooLate, roleIn, roleOf, type AccessQuestion } from '../../../main/gateway/access/access.ts';
import type { AddressRow, GroupAnswer, LinkRow, Role } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { linkRow } from '../../store/support.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_750_000_000_000;
const runs = { numRuns: counts.propertyRuns };

const question = (over: Partial<AccessQuestion> = {}): AccessQuestion => ({
  role: 'owner',
  foreign: false,
  chatKind: 'private',
  group: null,
  at: now,
  now,
  linkedAt: null,
  pausedUntil: null,
  command: false,
  asked: 'no',
  ...over,
});

const anyQuestion: fc.Arbitrary<AccessQuestion> = fc.record({
  role: fc.constantFrom<Role>('owner', 'guest', 'blocked', 'unknown'),
  foreign: fc.boolean(),
  chatKind: fc.constantFrom('private', 'group'),
  group: fc.constantFrom(null, 'unknown', 'off', 'mention', 'always'),
  at: fc.integer({ min: now - 48 * hour, max: now + hour }),
  now: fc.constant(now),
  linkedAt: fc.option(fc.integer({ min: now - 48 * hour, max: now })),
  pausedUntil: fc.option(fc.constantFrom(now - 1, now, now + 1, Number.MAX_SAFE_INTEGER)),
  command: fc.boolean(),
  asked: fc.constantFrom('no', 'answer-asked', 'allowed-once'),
});

describe('decideAccess', () => {
  it('answers nobody who is unknown or blocked, in whatever circumstances, or strangers would hear from us', () => {
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { state } = decideAccess(asked);
        if (asked.role === 'unknown' && asked.asked !== 'allowed-once') expect(state).not.toBe('waiting');
        if (asked.role === 'blocked' || asked.group === 'off') expect(state).not.toBe('waiting');
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
      'a guest may not break a pause with a command',
      { role: 'guest', pausedUntil: now + 1, command: true },
      'paused',
      'access.paused',
    ],
    [
      'a stranger allowed once is answered',
      { role: 'unknown', asked: 'allowed-once' },
      'waiting',
      'access.allowed-once',
    ],
    ['a block undoes what was allowed once', { role: 'blocked', asked: 'allowed-once' }, 'ignored', 'access.blocked'],
    ['a group nobody decided about is kept', { role: 'unknown', group: 'unknown' }, 'kept', 'access.group-unknown'],
    ['a group that is off is ignored', { role: 'owner', group: 'off' }, 'ignored', 'access.group-off'],
    [
      'what the owner asked for is not held back by a pause',
      { pausedUntil: now + 1, asked: 'answer-asked' },
      'waiting',
      'access.answer-asked',
    ],
    [
      'what the owner asked for is not held back by age',
      { at: now - 48 * hour, asked: 'answer-asked' },
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
    const addresses = { get, ofLink: none, put: none, remove: none, migrate: none };
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

describe('roleIn a group', () => {
  const none = (): never => {
    throw new Error('roleIn only looks up');
  };
  const roleFor = (own: Role, answer: GroupAnswer | null, everyone: Role = 'unknown'): Role => {
    const link = linkRow();
    const row = (address: string, role: Role): AddressRow => {
      return { link: link.id, address, person: null, name: '', role, origin: 'owner', lastSeenAt: null };
    };
    const addresses = { get: (_: string, address: string) => row(address, address === '*' ? everyone : own) };
    const groups = {
      get: (_: string, chat: string) =>
        answer === null ? null : { link: link.id, chat, title: '', answer, origin: 'owner' as const, lastSeenAt: null },
    };
    const rest = { ofLink: none, put: none, remove: none, migrate: none };
    const tables = { addresses: { ...rest, ...addresses }, groups: { ...rest, ...groups } };
    return roleIn(tables, link, { chat: '-1', kind: 'group' }, '7');
  };

  it('is nobody before the group is allowed, not even for the owner or with `*`, or adding the bot would be enough', () => {
    for (const answer of [null, 'unknown', 'off'] as const) {
      for (const own of ['owner', 'guest', 'unknown'] as const) expect(roleFor(own, answer, 'guest')).toBe('unknown');
    }
  });

  it('is guest for every member of an allowed group, owner for the owner, and stays blocked', () => {
    for (const answer of ['mention', 'always'] as const) {
      expect(roleFor('unknown', answer)).toBe('guest');
      expect(roleFor('guest', answer)).toBe('guest');
      expect(roleFor('owner', answer)).toBe('owner');
      expect(roleFor('blocked', answer)).toBe('blocked');
    }
  });
});
