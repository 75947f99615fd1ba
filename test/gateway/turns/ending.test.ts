import { describe, expect, it } from 'vitest';
import { createSentences } from '../../../main/store/sentences.ts';
import { plainTree, renderEnding } from '../../../main/gateway/turns/finish.ts';
import { startGateway } from '../../lib/gateway.ts';

const sentences = createSentences();
const lab = { provider: 'lab', model: 'gpt-test' };

describe('how a turn ends', () => {
  it('with a sentence when the model failed before it said anything', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'status', status: 401 });
    test.say('hello');
    const [said = ''] = await test.replies(1);
    expect(said).toBe(sentences.reason({ code: 'model.key-refused', params: lab }, null));
    expect(test.turn('hello')).toMatchObject({ state: 'failed', reason: { code: 'model.key-refused' } });
  });

  it('with what was said so far, marked as interrupted, when the model breaks off for good', async () => {
    await using test = await startGateway();
    test.openai.script(() => ({ kind: 'cut', after: 2, pieces: ['One, ', 'two, ', 'three'] }));
    test.say('count');
    const [said = ''] = await test.drive(test.replies(1));
    expect(said).toMatch(/^One, two,/);
    expect(said).toContain(sentences.text('note.interrupted', {}, null));
    expect(said).toContain(sentences.reason({ code: 'model.cut', params: lab }, null));
    expect(test.openai.chats).toHaveLength(3);
    expect(test.turn('count').state).toBe('failed');
  });

  it('with the name of the model that answered when it is not the chosen one', async () => {
    await using test = await startGateway();
    test.gateway.models.choose({ fallbacks: ['lab/gpt-other'] });
    test.openai.next({ kind: 'status', status: 404 });
    test.say('hello');
    const [said = ''] = await test.replies(1);
    expect(said).toContain('echo: hello');
    expect(said).toContain('lab/gpt-other');
    expect(test.messages().at(-1)?.model).toBe('lab/gpt-other');
  });

  it('with a sentence and never with silence when the model has nothing to say', async () => {
    await using test = await startGateway();
    test.openai.script(() => ({ kind: 'reply', pieces: [' ', '\n'] }));
    test.say('hello');
    const [said = ''] = await test.drive(test.replies(1));
    expect(said).toBe(sentences.reason({ code: 'model.empty', params: lab }, null));
  });

  it('with the text as it was written when nothing of it is left to see', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'reply', text: '<!-- hidden -->' });
    test.say('hello');
    const [said = ''] = await test.replies(1);
    expect(said).not.toBe('');
  });

  it('with a quiet note about what cannot be read yet, and no call', async () => {
    await using test = await startGateway();
    const from = { id: 4242, is_bot: false, first_name: 'Ada' };
    const chat = { id: 4242, type: 'private', first_name: 'Ada' };
    const date = Math.floor(test.clock.now() / 1000);
    test.say('hello');
    await test.replies(1);
    test.bot.inject([{ message: { message_id: 900, from, chat, date, video_note: { file_id: 'x', duration: 1 } } }]);
    const said = (await test.replies(2)).at(-1);
    expect(said).toBe(sentences.reason({ code: 'turn.media-unsupported', params: { kind: 'video_note' } }, null));
    expect(test.openai.chats).toHaveLength(1);
  });

  it('of the model to a word in brackets that somebody wrote (it was taken for a kind of file)', async () => {
    await using test = await startGateway();
    test.say('[urgent]');
    expect((await test.replies(1)).map((text) => text.trim())).toEqual([expect.stringMatching(/echo:\s+\[urgent\]$/)]);
    expect(test.openai.chats).toHaveLength(1);
  });
});

describe('rendering an ending', () => {
  const ending = {
    state: 'done',
    kind: 'assistant',
    markdown: true,
    model: null,
    reason: null,
    deliver: true,
    calls: [],
  } as const;

  it('parts a long answer for a link that is gone, or its platform would refuse the whole later', async () => {
    await using test = await startGateway({ telegram: false });
    const text = `${'word '.repeat(2000)}${'😀'.repeat(3000)}`;
    const parts = renderEnding(test.ports, null, { ...ending, text });
    expect(parts.every((part) => part.text.length <= 3900 && part.text.isWellFormed() && part.text.trim() !== '')).toBe(
      true,
    );
    const squeezed = (all: string): string => all.replace(/\s/g, '');
    expect(squeezed(parts.map((part) => part.text).join(''))).toBe(squeezed(text));
  });

  it('reads no markdown into a sentence of the gateway', () => {
    expect(plainTree('*a*\nb\n\nc').blocks).toEqual([
      { kind: 'paragraph', children: [{ kind: 'text', text: '*a*' }, { kind: 'break' }, { kind: 'text', text: 'b' }] },
      { kind: 'paragraph', children: [{ kind: 'text', text: 'c' }] },
    ]);
  });
});
