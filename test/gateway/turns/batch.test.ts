import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommand } from '../../../main/gateway/commands/commands.ts';
import { pickBatch } from '../../../main/gateway/turns/queue.ts';
import type { MessageRow } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { newMessage } from '../../store/support.ts';

const queue = (texts: readonly string[], turns: readonly (string | null)[] = []): readonly MessageRow[] =>
  texts.map((text, seq) => ({ ...newMessage({ id: String(seq), text, turn: turns[seq] ?? null }), seq }));
const texts = (messages: readonly MessageRow[]): readonly string[] => messages.map(({ text }) => text);
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `m${String(at)}`);

describe('what becomes one turn', () => {
  it('is everything that waits, when messages are collected', () => {
    expect(texts(pickBatch(queue(['a', 'b', 'c']), 'collect', 'telegram'))).toEqual(['a', 'b', 'c']);
  });

  it('is one message each, when they are followed up', () => {
    expect(texts(pickBatch(queue(['a', 'b', 'c']), 'followup', 'telegram'))).toEqual(['a']);
  });

  it('is a command alone: talk before it goes first, talk behind it waits', () => {
    expect(texts(pickBatch(queue(['/new', 'a']), 'collect', 'telegram'))).toEqual(['/new']);
    expect(texts(pickBatch(queue(['a', 'b', '/new', 'c']), 'collect', 'telegram'))).toEqual(['a', 'b']);
  });

  it('holds the slash for talk where programs speak', () => {
    expect(texts(pickBatch(queue(['/new', 'a']), 'collect', 'api'))).toEqual(['/new', 'a']);
  });

  it('is the oldest merged when more than 50 wait, or a flood would be answered for an hour', () => {
    expect(pickBatch(queue(many(50)), 'followup', 'telegram')).toHaveLength(1);
    expect(pickBatch(queue(many(51)), 'followup', 'telegram')).toHaveLength(2);
    expect(pickBatch(queue(many(80)), 'followup', 'telegram')).toHaveLength(31);
  });

  it('is a retried turn as a whole, though messages are followed up: it was asked together', () => {
    const waiting = queue(['a', 'b', 'c', 'd'], ['t1', 't1', 't2', null]);
    expect(texts(pickBatch(waiting, 'followup', 'telegram'))).toEqual(['a', 'b']);
  });

  it('loses and repeats nothing, in any queue', () => {
    const word = fc.constantFrom('a', 'b', '/new', '/stop', 'stop');
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 120 }),
        fc.constantFrom<'collect' | 'followup'>('collect', 'followup'),
        (waiting, mode) => {
          let rest = queue(waiting);
          const taken: MessageRow[] = [];
          while (rest.length > 0) {
            const batch = pickBatch(rest, mode, 'telegram');
            expect(batch.length).toBeGreaterThan(0);
            if (batch.some((message) => isCommand(message, 'telegram'))) expect(batch).toHaveLength(1);
            taken.push(...batch);
            rest = rest.slice(batch.length);
          }
          expect(texts(taken)).toEqual(waiting);
        },
      ),
      { numRuns: counts.propertyRuns },
    );
  });
});
