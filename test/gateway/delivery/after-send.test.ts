import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../main/gateway/channel.ts';
import { afterDeath, afterSend } from '../../../main/gateway/delivery/delivery.ts';
import type { PartRow } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { partRow } from '../../store/support.ts';

const network = { code: 'delivery.network' } as const;
const lost = { code: 'delivery.unknown-after-send' } as const;
const notSent: SendOutcome = { kind: 'not-sent', reason: network };
const unknown: SendOutcome = { kind: 'unknown', reason: lost };

/** What a part and its wait are after an outcome of the `attempts`th attempt. */
function after(attempts: number, outcome: SendOutcome, over: Partial<PartRow> = {}) {
  const { part, wait } = afterSend(partRow({ state: 'sending', attempts, ...over }), outcome);
  return { state: part.state, reason: part.reason?.code ?? null, ref: part.ref, wait };
}

describe('after a send', () => {
  it('is done when it was acknowledged', () => {
    expect(after(1, { kind: 'sent', ref: '17' })).toEqual({ state: 'sent', reason: null, ref: '17', wait: null });
  });

  it('is over when it was refused: a faulty message is not sent for ever', () => {
    const refused = after(1, { kind: 'rejected', reason: { code: 'delivery.rejected' } });
    expect(refused).toEqual({ state: 'failed', reason: 'delivery.rejected', ref: null, wait: null });
  });

  it.each([
    [1, 500],
    [2, 2000],
    [3, 8000],
    [4, 30_000],
  ])('waits after attempt %i for %i ms when it was surely not sent', (attempts, wait) => {
    expect(after(attempts, notSent)).toMatchObject({ state: 'pending', wait });
  });

  it('waits as long as the platform asks, and not shorter than by itself', () => {
    expect(after(1, { ...notSent, after: 9000 }).wait).toBe(9000);
    expect(after(4, { ...notSent, after: 9000 }).wait).toBe(30_000);
  });

  it('has failed after the fifth attempt, and later replies go on', () => {
    expect(after(5, notSent)).toEqual({ state: 'failed', reason: 'delivery.gave-up', ref: null, wait: null });
  });

  it('is sent once more when nobody can know, and not a third time', () => {
    expect(after(1, unknown)).toMatchObject({ state: 'unknown', wait: 500 });
    expect(after(2, unknown, { again: 1 })).toMatchObject({ state: 'failed', reason: lost.code, wait: null });
  });

  it('changes a preview again without a label when nobody can know: the same change twice is one', () => {
    expect(after(1, unknown, { ref: '9' })).toMatchObject({ state: 'pending', ref: '9', wait: 500 });
  });

  it('with an id of our own is one message however often it is sent: up to five attempts, and never counted', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<SendOutcome>(notSent, unknown), { minLength: 5 }), (outcomes) => {
        let part = partRow({ ownId: 'OUT1' });
        for (const [index, each] of outcomes.slice(0, 5).entries()) {
          const next = afterSend({ ...part, state: 'sending', attempts: index + 1 }, each);
          part = next.part;
          expect(next.wait === null).toBe(index === 4);
        }
        expect(part).toMatchObject({ state: 'failed', again: 0, attempts: 5 });
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  it('is sent anew when the message to be changed is gone', () => {
    const gone: SendOutcome = { kind: 'rejected', reason: { code: 'delivery.message-gone' } };
    expect(after(1, gone, { ref: '9' })).toMatchObject({ state: 'pending', ref: null, wait: 0 });
    expect(after(1, gone)).toMatchObject({ state: 'failed' });
  });

  it('goes to where the chat moved, and not for ever', () => {
    expect(after(1, { kind: 'moved', to: '-100' })).toMatchObject({ state: 'pending', wait: 0 });
    expect(after(5, { kind: 'moved', to: '-100' })).toMatchObject({ state: 'failed', reason: 'delivery.chat-gone' });
  });

  it('ends after at most six sends and two that may have arrived, whatever the platform says', () => {
    const outcome = fc.constantFrom<SendOutcome>(notSent, unknown, { ...notSent, after: 1 });
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 12, maxLength: 12 }), (outcomes) => {
        let part = partRow();
        let unknowns = 0;
        let sends = 0;
        for (const each of outcomes) {
          sends += 1;
          if (each.kind === 'unknown') unknowns += 1;
          const again = part.again + (part.state === 'unknown' ? 1 : 0);
          const next = afterSend({ ...part, state: 'sending', attempts: part.attempts + 1, again }, each);
          part = next.part;
          if (next.wait === null) break;
        }
        expect(part.state).toBe('failed');
        expect(sends).toBeLessThanOrEqual(6);
        expect(unknowns).toBeLessThanOrEqual(2);
      }),
      { numRuns: counts.propertyRuns },
    );
  });
});

describe('after the end of the process in mid-send', () => {
  it('goes out again, since it may not have arrived', () => {
    expect(afterDeath(partRow({ state: 'sending', attempts: 4 }))).toMatchObject({ state: 'unknown', reason: null });
  });

  it('is over after five such ends (a message that kills the process and is sent at every start)', () => {
    expect(afterDeath(partRow({ state: 'sending', attempts: 5 }))).toMatchObject({ state: 'failed', reason: lost });
  });
});
