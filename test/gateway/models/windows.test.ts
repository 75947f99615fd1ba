import { describe, expect, it } from 'vitest';
import { createWindows, type LearnedWindow, type WindowShelf } from '../../../main/gateway/models/windows.ts';
import { startGateway } from '../../lib/gateway.ts';
import { newWindows } from '../scripted.ts';
import { promptsOf, talk } from '../context/condensing.ts';

/** Lasts longer than what is made over it. */
function shelf(): WindowShelf {
  const rows = new Map<string, LearnedWindow>();
  return {
    all: () => rows,
    put: (model, window) => void (window === null ? rows.delete(model) : rows.set(model, window)),
  };
}

describe('what refusals teach about windows', () => {
  it('is what the server says, or somewhat less than what it refused, and never more than before', () => {
    const windows = newWindows();
    expect(windows.learned('lab/m', null)).toBeNull();
    windows.overflowed('lab/m', 10_000, 8_192);
    expect(windows.learned('lab/m', null)).toBe(8_192);
    windows.overflowed('lab/m', 8_000, 100_000);
    expect(windows.learned('lab/m', null)).toBe(5_600);
    windows.overflowed('lab/m', 100_000, 90_000);
    expect(windows.learned('lab/m', null)).toBe(5_600);
    expect(windows.learned('lab/other', null)).toBeNull();
  });

  it('is void when the server names another window (a model that stays small for ever after a restart of its server)', () => {
    const kept = shelf();
    const windows = createWindows(kept);
    expect(windows.learned('lab/m', 8_192)).toBeNull();
    windows.overflowed('lab/m', 8_000, null);
    expect(windows.learned('lab/m', 8_192)).toBe(5_600);
    expect(windows.learned('lab/m', null), 'it does not answer now').toBe(5_600);
    const later = createWindows(kept);
    expect(later.learned('lab/m', 8_192)).toBe(5_600);
    expect(later.learned('lab/m', 32_768)).toBeNull();
    expect(createWindows(kept).learned('lab/m', 8_192), 'it is gone from the shelf as well').toBeNull();
  });

  it('goes with its provider, and only that one’s', () => {
    const windows = createWindows(shelf());
    windows.overflowed('lab/m', 1_000, null);
    windows.overflowed('lab-two/m', 1_000, null);
    windows.forget('lab');
    expect([windows.learned('lab/m', null), windows.learned('lab-two/m', null)]).toEqual([null, 700]);
  });
});

describe('over a restart', () => {
  const long = (name: string): string => `${name} ${'word '.repeat(720)}`;

  it('a prompt that fits is made at once: nothing is refused a second time', async () => {
    await using test = await startGateway({ telegram: false, openai: { contextLength: 8_192 } });
    test.openai.script(() => ({ kind: 'reply', text: 'well' }));
    const refused = (): number => promptsOf(test).filter(({ accepted }) => !accepted).length;
    for (let turn = 0; refused() === 0; turn++) await talk(test, long(`before-${String(turn)}`));
    const window = async (): Promise<unknown> => {
      const use = await test.gateway.contextUse(test.conversation('thread').id, new AbortController().signal);
      return use.ok ? use.value.window : use.failure;
    };
    expect(await window()).toBe(8_192);
    await test.stop();
    await test.open();
    expect(await window()).toBe(8_192);
    for (let turn = 0; turn < 6; turn++) await talk(test, long(`after-${String(turn)}`));
    expect(refused()).toBe(1);
    const { models } = test.gateway;
    const saved = { id: 'lab', kind: 'openai', name: null, key: undefined, fixedByFile: true } as const;
    await models.saveProvider({ ...saved, baseUrl: test.openai.url });
    expect(await window(), 'the same server, as a file tells it at each start').toBe(8_192);
    await models.saveProvider({ ...saved, baseUrl: 'http://127.0.0.1:9' });
    expect(await window(), 'another server').toBe(16_384);
  });
});
