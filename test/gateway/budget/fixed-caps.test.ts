/** Caps that a provision file fixes, through a whole gateway. */
import { describe, expect, it } from 'vitest';
import type { FixedCap } from '../../../main/gateway/budget/types.ts';
import type { TestGateway } from '../../lib/gateway.ts';
import { startPaid, whole, wrote } from './paid.ts';

const none = { dayCost: null, dayTokens: null, monthCost: null, monthTokens: null };
const ofThread = (dayTokens: number): FixedCap => ({
  as: 'caps.conversations.0',
  about: { kind: 'chat', link: 'window', chat: 'thread', topic: null },
  amounts: { ...none, dayTokens },
});
const ofLab: FixedCap = {
  as: 'caps.providers.lab',
  about: { kind: 'provider', id: 'lab' },
  amounts: { ...none, dayCost: 3 },
};

function shown(test: TestGateway): readonly unknown[] {
  return test.gateway.budget
    .caps()
    .map(({ row, fixed }) => [row.scope.kind, row.dayCost ?? row.dayTokens, fixed ? 'file' : 'owner']);
}

describe('caps of a provision file', () => {
  it('hold a conversation from its first call on, though nobody had begun it when they were set', async () => {
    await using test = await startPaid();
    test.gateway.budget.fixCaps([ofThread(10)]);
    expect(shown(test)).toEqual([]);
    test.openai.script(() => wrote(5));
    await test.submit('hello');
    await test.idle();
    expect(test.openai.chats).toEqual([]);
    expect(test.turn('hello', 'thread').reason).toMatchObject({
      code: 'budget.conversation-day',
      params: { capTokens: 10 },
    });
    expect(shown(test)).toEqual([['conversation', 10, 'file']]);
  });

  it('stand in the place of the owner’s, who cannot change them, and give them back when the file is silent', async () => {
    await using test = await startPaid();
    const scope = { kind: 'provider', id: 'lab' } as const;
    expect(await test.gateway.budget.setCaps(scope, { ...none, dayCost: 2 * whole })).toMatchObject({ ok: true });
    const { id } = await test.gateway.createThread('thread');
    await test.gateway.budget.setCaps({ kind: 'conversation', id }, { ...none, dayTokens: 7 });
    test.gateway.budget.fixCaps([ofLab, ofThread(20)]);
    expect(shown(test)).toEqual([
      ['provider', 3, 'file'],
      ['conversation', 20, 'file'],
    ]);
    const refused = (key: string) => ({ ok: false, failure: { code: 'settings.fixed-by-file', params: { key } } });
    expect(await test.gateway.budget.setCaps(scope, null)).toEqual(refused('caps.providers.lab'));
    expect(await test.gateway.budget.setCaps({ kind: 'conversation', id }, { ...none, dayTokens: 9 })).toEqual(
      refused('caps.conversations.0'),
    );
    test.gateway.budget.fixCaps([]);
    expect(shown(test)).toEqual([
      ['provider', 2 * whole, 'owner'],
      ['conversation', 7, 'owner'],
    ]);
  });
});
