/** Permissions that a provision file fixes. */
import { describe, expect, it } from 'vitest';
import { startGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, offeredIn, parked, says, tool, toolsOf } from './tools.ts';

const window = { telegram: false } as const;

describe('what a provision file says of a tool', () => {
  it('asks each time and offers no "always", in the window or by an answer (one press undoes the file)', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'always' });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    test.gateway.tools.fix(new Map([['send', 'ask']]));
    expect(test.gateway.tools.list()).toContainEqual({ tool: send, permission: 'ask', chosen: true, fixed: true });
    asksFor(test, ['send', {}]);
    await test.submit('send it');
    const [card = ''] = await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    expect(test.gateway.cards.open()).toMatchObject([{ kind: 'tool', answers: ['once', 'ignore'] }]);
    expect(await test.gateway.cards.answer(card, 'always')).toMatchObject({ ok: false });
    expect(await test.gateway.tools.setPermission('send', 'always')).toEqual({
      ok: false,
      failure: { code: 'settings.fixed-by-file', params: { key: 'tools.send' } },
    });
    says(test, 'Sent.');
    expect(await test.gateway.cards.answer(card, 'once')).toMatchObject({ ok: true });
    await test.becomes('send it', 'answered', 'thread');
    expect(send.runs).toHaveLength(1);
  });

  it('never lets a model hear of a forbidden one, and gives the owner’s own word back when it is silent', async () => {
    const send = tool('send', 'sent', { permission: 'always' });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    await test.gateway.tools.setPermission('send', 'ask');
    test.gateway.tools.fix(new Map([['send', 'never']]));
    await test.submit('hello');
    await test.becomes('hello', 'answered', 'thread');
    expect(offeredIn(test, 0)).not.toContain('send');
    test.gateway.tools.fix(new Map());
    expect(test.gateway.tools.list()).toContainEqual({ tool: send, permission: 'ask', chosen: true, fixed: false });
  });
});
