import { describe, expect, it } from 'vitest';
import { createPracticeProvider } from '../../main/models/practice/index.ts';
import { drive, request } from '../contracts/model-subjects.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const { signal } = new AbortController();

async function say(text: string, more: Parameters<typeof request>[2] = {}) {
  const clock = new ManualClock();
  const asked = request('practice', text, { maxOutputTokens: 4096, ...more });
  return drive(clock, createPracticeProvider({ clock }).stream(asked, signal).result());
}

describe('the practice model', () => {
  it('says what it is, or somebody would take it for an answer', async () => {
    const { text, end } = await say('What is the capital of France?');
    expect(text).toContain('You wrote: What is the capital of France?');
    expect(text).toMatch(/practice model: there is no AI/);
    expect(text).toMatch(/nothing leaves this computer/);
    expect(text).toMatch(/open \*\*Models\*\*/);
    expect(end).toMatchObject({ stop: 'stop', usage: { estimated: false } });
  });

  it('says the same to the same words, or a test with it would pass by luck', async () => {
    expect(await say('again')).toEqual(await say('again'));
    expect((await say('')).text).toMatch(/no words in it/);
  });

  it('thinks aloud when it is asked to, beside its words, or nobody could see where thoughts stand', async () => {
    const thoughts = async (more: Parameters<typeof request>[2]): Promise<string> => {
      const clock = new ManualClock();
      const stream = createPracticeProvider({ clock }).stream(request('practice', 'Think!', more), signal);
      let told = '';
      const read = async (): Promise<void> => {
        for await (const event of stream) if (event.kind === 'reasoning') told += event.text;
      };
      await drive(clock, read());
      return told;
    };
    expect(await thoughts({ maxOutputTokens: 4096 })).toMatch(/nothing in me that thinks/);
    expect(await thoughts({ maxOutputTokens: 4096, thinking: 'off' })).toBe('');
    expect((await say('Think!')).text).toMatch(/^You wrote: Think!/);
  });

  it('shows every kind of block, or a broken table would be found in a real conversation', async () => {
    const { text } = await say('Markdown, please');
    for (const mark of ['# A sample', '- apples', '| Fruit |', '```js', '> A quotation', '**bold**', '- [x] done']) {
      expect(text).toContain(mark);
    }
  });

  it('begins at once and goes on word by word, or nobody would see that replies stream', async () => {
    const clock = new ManualClock();
    const stream = createPracticeProvider({ clock }).stream(request('practice', 'hello there'), signal);
    const iterator = stream[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { kind: 'text', text: 'You' } });
    const second = iterator.next();
    expect(clock.pending).toBe(1);
    await clock.elapse(12);
    expect(await second).toMatchObject({ value: { kind: 'text', text: ' wrote:' } });
    await iterator.return?.();
  });

  it('keeps to the limits it names, or they could not be tried with it', async () => {
    expect((await say('hello', { maxOutputTokens: 4 })).end.stop).toBe('length');
    expect((await say('x'.repeat(40_000))).end).toMatchObject({ usage: null, failure: { class: 'context-overflow' } });
    expect((await say('😀'.repeat(700))).text.isWellFormed()).toBe(true);
  });
});
