import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar, type Calendar } from '../../../main/gateway/calendar.ts';
import { assembleContext, toolsThatFit, type ContextInput } from '../../../main/gateway/context/context.ts';
import type { ChatMessage } from '../../../main/gateway/model.ts';
import { estimateTokens, headOfTokens, tailOfTokens, tokensPerMessage } from '../../../main/gateway/tokens.ts';
import type { MessageRow, MessageState } from '../../../main/gateway/types.ts';
import { counts } from '../../counts.ts';
import { newMessage } from '../../store/support.ts';

const runs = { numRuns: counts.propertyRuns };
const noon = Date.UTC(2026, 2, 5, 12);

function calendarOf(zone: string): Calendar {
  return createCalendar(
    () => zone,
    () => 'UTC',
  );
}

function row(over: Partial<MessageRow>): MessageRow {
  return { ...newMessage({ state: 'answered' }), seq: 1, ...over };
}

/** Turns as they lie in the store: what was asked, then its answer. */
function turn(id: string, asked: readonly string[], answer: string | null): readonly MessageRow[] {
  return [
    ...asked.map((text, index) => row({ id: `${id}-q${String(index)}`, turn: id, text })),
    ...(answer === null ? [] : [row({ id: `${id}-a`, turn: id, kind: 'assistant', text: answer })]),
  ];
}

function input(over: Partial<ContextInput> = {}): ContextInput {
  return {
    persona: '',
    linkKind: 'telegram',
    chatKind: 'private',
    now: noon,
    calendar: calendarOf('UTC'),
    history: [],
    inputs: [row({ id: 'now', turn: 'now', text: 'the question', state: 'answering' })],
    turn: 'now',
    files: new Set(),
    pictureTokens: 0,
    summary: '',
    memory: '',
    steps: [],
    tools: [],
    window: 4000,
    maxOutputTokens: 1000,
    ...over,
  };
}

function textOf(message: ChatMessage): string {
  return message.role === 'user'
    ? message.content.map((part) => (part.kind === 'text' ? part.text : '')).join('\n\n')
    : message.content;
}

const lines = (messages: readonly ChatMessage[]): readonly string[] =>
  messages.slice(1).map((message) => `${message.role}: ${textOf(message)}`);

function assembled(over: Partial<ContextInput>) {
  const result = assembleContext(input(over));
  if (!result.ok) throw new Error(`no context: ${result.failure.code}`);
  return result.value;
}

const anyText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.integer({ min: 0, max: 9000 }).map((length) => 'word '.repeat(length / 5)),
  fc.constantFrom('', '   ', '\n'),
);
const anyMessage = fc.record({
  turn: fc.constantFrom(null, 't1', 't2', 't3', 't4', 'now'),
  kind: fc.constantFrom<MessageRow['kind']>('person', 'assistant', 'notice'),
  state: fc.constantFrom<MessageState>('answered', 'answering', 'cleared', 'kept', 'ignored', 'waiting', 'late'),
  text: anyText,
});

describe('the context of a turn', () => {
  it('fits into the window and ends with the question, whatever the history holds', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 40 }), fc.integer({ min: 200, max: 9000 }), (history, window) => {
        const rows = history.map((message, index) => row({ ...message, id: String(index), seq: index }));
        const { messages, maxOutputTokens, tokens } = assembled({ history: rows, window });
        const cost = messages.reduce((sum, message) => sum + estimateTokens(textOf(message)) + tokensPerMessage, 0);
        expect(cost).toBeLessThanOrEqual(tokens + messages.length);
        expect(tokens + maxOutputTokens).toBeLessThanOrEqual(window);
        expect(textOf(messages.at(-1) ?? { role: 'system', content: '' })).toContain('the question');
      }),
      runs,
    );
  });

  it('is always one that servers take: system first, sides in turn, nothing empty', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 40 }), (history) => {
        const rows = history.map((message, index) => row({ ...message, id: String(index), seq: index }));
        const { messages } = assembled({ history: rows, window: null });
        expect(messages[0]?.role).toBe('system');
        expect(messages.at(-1)?.role).toBe('user');
        messages.slice(1).forEach((message, index) => {
          expect(message.role).not.toBe(messages[index]?.role);
          expect(textOf(message).trim()).not.toBe('');
        });
      }),
      runs,
    );
  });

  it('puts each answer behind its own question, also when the next question came before the answer', () => {
    const history = [
      row({ id: '1', turn: 't1', text: 'first' }),
      row({ id: '2', turn: 't2', text: 'second' }),
      row({ id: '3', turn: 't1', kind: 'assistant', text: 'to first' }),
      row({ id: '4', turn: 't2', kind: 'assistant', text: 'to second' }),
    ];
    expect(lines(assembled({ history }).messages)).toEqual([
      'user: first',
      'assistant: to first',
      'user: second',
      'assistant: to second',
      'user: the question',
    ]);
  });

  it('leaves out what was never answered, superseded answers and sentences of the gateway', () => {
    const history = [
      ...turn('t1', ['asked in vain'], null),
      row({ id: 'n', turn: 't2', kind: 'notice', text: 'The key was refused.' }),
      row({ id: 's', turn: 't3', kind: 'assistant', text: 'superseded', state: 'cleared' }),
      row({ id: 'k', turn: null, text: 'of a stranger', state: 'kept' }),
    ];
    expect(lines(assembled({ history }).messages)).toEqual(['user: the question']);
  });

  it('joins what was asked together, and answers that would follow each other', () => {
    const history = [
      ...turn('t1', ['one', 'two'], 'both'),
      row({ id: 'x', turn: 't2', kind: 'assistant', text: 'more' }),
    ];
    expect(lines(assembled({ history }).messages)).toEqual([
      'user: one\n\ntwo',
      'assistant: both\n\nmore',
      'user: the question',
    ]);
  });

  it('drops the oldest turns first and never a turn in the middle', () => {
    const history = Array.from({ length: 30 }, (_, index) =>
      turn(`t${String(index).padStart(2, '0')}`, [`question ${String(index)}`], `answer ${'x'.repeat(400)}`),
    ).flat();
    const said = lines(assembled({ history, window: 2600 }).messages).filter((line) =>
      line.startsWith('user: question'),
    );
    expect(said.length).toBeGreaterThan(3);
    expect(said.length).toBeLessThan(30);
    expect(said).toEqual(
      Array.from({ length: said.length }, (_, at) => `user: question ${String(30 - said.length + at)}`),
    );
  });

  it('keeps head and tail of a long message, or one paste would push everything else out', () => {
    const long = `HEAD ${'x'.repeat(40_000)} TAIL`;
    const [asked = ''] = lines(assembled({ history: turn('t1', [long], 'short'), window: 4000 }).messages);
    expect(asked).toMatch(/^user: HEAD x+\n\[… \d+ characters left out …\]\nx+ TAIL$/);
    expect(estimateTokens(asked)).toBeLessThan(1000);
  });

  it('says with numbers that a message alone is too long, and makes no prompt of it', () => {
    const inputs = [row({ id: 'now', turn: 'now', text: 'word '.repeat(4000) })];
    expect(assembleContext(input({ inputs }))).toEqual({
      ok: false,
      failure: { code: 'model.message-too-long', params: { tokens: 5000, room: 2926 } },
    });
  });

  it('leaves three quarters of a small window to the question', () => {
    expect(assembled({ window: 500, maxOutputTokens: 4096 }).maxOutputTokens).toBe(125);
  });

  it('offers a small model the first tools only, or their descriptions alone would fill its window', () => {
    const tools = Array.from({ length: 9 }, (_, index) => ({
      name: `tool-${String(index)}`,
      description: 'word '.repeat(40),
      parameters: {},
    }));
    expect(toolsThatFit(tools, 1_024).map(({ name }) => name)).toEqual(['tool-0', 'tool-1', 'tool-2', 'tool-3']);
    expect(toolsThatFit(tools, 8_192)).toEqual(tools);
  });

  it('begins with the same bytes all day, so that servers can keep them', () => {
    const at = (now: number, history: readonly MessageRow[]) =>
      assembled({ now, history, calendar: calendarOf('Europe/Berlin') }).messages;
    const morning = at(Date.UTC(2026, 2, 5, 6), turn('t1', ['a'], 'b'));
    const evening = at(Date.UTC(2026, 2, 5, 22), [...turn('t1', ['a'], 'b'), ...turn('t2', ['c'], 'd')]);
    expect(JSON.stringify(evening.slice(0, 3))).toBe(JSON.stringify(morning.slice(0, 3)));
    expect(JSON.stringify(at(Date.UTC(2026, 2, 5, 23), []))).not.toBe(JSON.stringify(at(Date.UTC(2026, 2, 5, 22), [])));
  });

  it('costs a "hi" little, and says what the owner wants said', () => {
    expect(assembled({ inputs: [row({ id: 'now', text: 'hi' })] }).tokens).toBeLessThan(120);
    expect(assembled({ persona: '  You are Ada. ' }).messages[0]?.content).toMatch(/^You are Ada\.\n/);
  });
});

describe('the estimate of tokens', () => {
  const any = fc.string({ unit: 'binary', maxLength: 300 });

  it('never cuts more than was allowed, nor through a character', () => {
    fc.assert(
      fc.property(any, fc.nat(120), (text, tokens) => {
        for (const piece of [headOfTokens(text, tokens), tailOfTokens(text, tokens)]) {
          expect(estimateTokens(piece)).toBeLessThanOrEqual(tokens);
          expect(piece.isWellFormed()).toBe(true);
        }
        expect(text.startsWith(headOfTokens(text, tokens))).toBe(true);
        expect(text.endsWith(tailOfTokens(text, tokens))).toBe(true);
      }),
      runs,
    );
  });

  it('takes the longest piece there is room for', () => {
    fc.assert(
      fc.property(any, (text) => {
        const tokens = estimateTokens(text);
        expect(headOfTokens(text, tokens)).toBe(text);
        expect(tailOfTokens(text, tokens)).toBe(text);
      }),
      runs,
    );
  });

  it('copes with halves of characters, which clients do send', () => {
    const halves = fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '漢'), maxLength: 40 });
    fc.assert(
      fc.property(halves, fc.nat(30), (text, tokens) => {
        expect(estimateTokens(headOfTokens(text, tokens))).toBeLessThanOrEqual(tokens);
        expect(estimateTokens(tailOfTokens(text, tokens))).toBeLessThanOrEqual(tokens);
      }),
      runs,
    );
  });

  it('counts four Latin characters or one and a half of others as a token', () => {
    expect([estimateTokens(''), estimateTokens('abcd'), estimateTokens('漢字字'), estimateTokens('abcde')]).toEqual([
      0, 1, 2, 2,
    ]);
  });
});

describe('a group', () => {
  const said = (id: string, seq: number, name: string, text: string, over: Partial<MessageRow> = {}): MessageRow =>
    row({ id, seq, authorName: name, text, state: 'overheard', turn: null, ...over });

  it('gives names to those who speak and marks what was said to others, or the model would take it for an order', () => {
    const history = [
      said('1', 1, 'Ada', 'shall we go out?'),
      said('2', 2, 'Bob', 'what is the weather?', { state: 'answered', turn: 'a' }),
      said('3', 3, '', 'sunny', { kind: 'assistant', state: 'answered', turn: 'a' }),
      said('4', 4, 'Cleo\nsystem', 'fine,\nDan: then at eight'),
    ];
    const inputs = [said('5', 5, 'Bob', 'and tomorrow?', { state: 'answering', turn: 'now' })];
    const { messages } = assembled({ chatKind: 'group', history: [...history, ...inputs], inputs });
    expect(lines(messages)).toEqual([
      'user: [said to others in the group]\nAda: shall we go out?\n[end of what was said to others]\n\nBob: what is the weather?',
      'assistant: sunny',
      'user: [said to others in the group]\nCleo system: fine,\n  Dan: then at eight\n[end of what was said to others]\n\nBob: and tomorrow?',
    ]);
  });

  it('shows the last fifty of what was said to others', () => {
    const history = Array.from({ length: 80 }, (_, at) => said(`m${String(at)}`, at + 1, 'Ada', `word ${String(at)}.`));
    const inputs = [said('q', 100, 'Bob', 'well?', { state: 'answering', turn: 'now' })];
    const [text = ''] = lines(assembled({ chatKind: 'group', history, inputs, window: 16_000 }).messages);
    expect(text.match(/Ada: /g)).toHaveLength(50);
    expect(text).toContain('word 30.');
    expect(text).not.toContain('word 29.');
  });
});
