import { describe, expect, test } from 'vitest';
import type { ModelView, ProviderView, PullView } from '../../preload/contract/model-views.ts';
import { firstModels, groupModels, type ModelGroup } from '../../renderer/components/model-groups.ts';
import { pullName, pullShare, pullText } from '../../renderer/components/pull-words.ts';
import { movedTo, placeAfter, yielding } from '../../renderer/screens/models/moving.ts';

function model(ref: string, change: Partial<ModelView> = {}): ModelView {
  const [provider = '', name = ''] = ref.split('/');
  return {
    ref,
    provider,
    name,
    contextTokens: null,
    sees: null,
    tools: null,
    thinks: null,
    sizeBytes: null,
    local: true,
    cooldownUntil: null,
    price: null,
    ...change,
  };
}

const provider = {
  kind: 'ollama',
  baseUrl: '',
  keyEnd: null,
  keyRefused: false,
  local: true,
  fixedByFile: false,
} as const;
const providers: readonly ProviderView[] = [
  { ...provider, id: 'home', name: 'Attic' },
  { ...provider, id: 'far', name: 'Far away', kind: 'openai', local: false },
];
const lists = [
  { provider: 'home', models: [model('home/a:8b'), model('home/b:8b', { sees: true })], reason: null },
  {
    provider: 'far',
    models: [model('far/c', { local: false, tools: true }), model('far/d', { local: false })],
    reason: null,
  },
];

describe('the models of a picker', () => {
  const listed = (query: string, recent: readonly string[] = [], without: readonly string[] = []) =>
    groupModels({ lists, providers, recent, query, without }).map(({ kind, models }) => [
      kind,
      ...models.map((each) => each.model.ref),
    ]);

  test('are the recent ones, then local, then remote, each once (a list in which one model is chosen twice)', () => {
    expect(listed('', ['far/d', 'gone/x', 'home/b:8b'])).toEqual([
      ['recent', 'far/d', 'home/b:8b'],
      ['local', 'home/a:8b'],
      ['remote', 'far/c'],
    ]);
  });

  test('stand where they always are while something is searched, and all words must fit', () => {
    expect(listed('8B', ['home/b:8b'])).toEqual([['local', 'home/a:8b', 'home/b:8b']]);
    expect(listed('attic b:')).toEqual([['local', 'home/b:8b']]);
    expect(listed('vision')).toEqual([['local', 'home/b:8b']]);
    expect(listed('tools far')).toEqual([['remote', 'far/c']]);
    expect(listed('nothing like it')).toEqual([]);
  });

  test('are not those that are taken (a fallback behind itself)', () => {
    expect(listed('', ['home/a:8b'], ['home/a:8b', 'far/c'])).toEqual([
      ['local', 'home/b:8b'],
      ['remote', 'far/d'],
    ]);
  });

  test('are drawn from the beginning on, over all groups (a thousand rows at once)', () => {
    const groups: readonly ModelGroup[] = groupModels({ lists, providers, recent: ['far/d'], query: '' });
    const drawn = firstModels(groups, 2).map(({ kind, models }) => [kind, models.length]);
    expect(drawn).toEqual([
      ['recent', 1],
      ['local', 1],
    ]);
  });
});

describe('a model on its way', () => {
  const pull = (change: Partial<PullView>): PullView => ({
    provider: 'home',
    name: 'new:1b',
    state: 'running',
    phase: 'loading',
    completed: 2_100_000_000,
    total: 5_200_000_000,
    speed: 23_000_000,
    left: 134_000,
    reason: null,
    ...change,
  });

  test('says how far it is, how fast, and what is left in words', () => {
    expect(pullText(pull({}))).toBe('2.1 GB of 5.2 GB · 23 MB a second · about 3 min left');
    expect(pullText(pull({ left: 12_000 }))).toContain('about 15 s left');
  });

  test('says that nothing comes instead of a time that never ends', () => {
    expect(pullText(pull({ speed: 0, left: null }))).toBe('2.1 GB of 5.2 GB · waiting for more');
  });

  test('says what it does before and after the bytes, and what is kept when it stopped', () => {
    expect(pullText(pull({ phase: 'asking', total: null }))).toBe('Asking for it…');
    expect(pullText(pull({ phase: 'checking' }))).toContain('being checked');
    expect(pullText(pull({ state: 'stopped' }))).toBe('Stopped at 40 %. What was loaded is kept.');
    expect(pullText(pull({ state: 'stopped', completed: 0, total: null }))).toBe('Stopped. What was loaded is kept.');
    expect(pullShare(pull({ total: null }))).toBeNull();
  });

  test('is named as Ollama names it, also out of what people paste', () => {
    expect(pullName(' qwen3:8b ')).toBe('qwen3:8b');
    expect(pullName('ollama pull llama3.2')).toBe('llama3.2');
    expect(pullName('https://ollama.com/library/gemma3')).toBe('gemma3');
    expect(pullName('https://huggingface.co/somebody/model-GGUF')).toBe('hf.co/somebody/model-GGUF');
    for (const wrong of ['', 'two words', '../x y', ':8b', 'a//b', 'ä']) expect(pullName(wrong), wrong).toBeNull();
  });
});

describe('an order that is changed', () => {
  const rows = [
    { top: 0, height: 40 },
    { top: 40, height: 80 },
    { top: 120, height: 40 },
  ];

  test('puts one thing elsewhere and leaves the others in their order', () => {
    expect(movedTo(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(movedTo(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(movedTo(['a', 'b', 'c'], 0, 3)).toEqual(['a', 'b', 'c']);
  });

  test('follows the pointer past the middle of each row, whatever their heights (a row that jumps to and fro)', () => {
    expect([10, 39, 41, 90, 101, 500].map((by) => placeAfter(rows, 0, by))).toEqual([0, 0, 1, 1, 2, 2]);
    expect([-10, -39, -41, -99, -101, -500].map((by) => placeAfter(rows, 2, by))).toEqual([2, 2, 1, 1, 0, 0]);
  });

  test('makes room for what hangs over it', () => {
    expect([0, 1, 2].map((index) => yielding(rows, index, 0, 2))).toEqual([0, -40, -40]);
    expect([0, 1, 2].map((index) => yielding(rows, index, 2, 1))).toEqual([0, 40, 0]);
  });
});
