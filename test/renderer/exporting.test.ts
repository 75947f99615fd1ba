import { expect, test } from 'vitest';
import type { Bridge } from '../../preload/contract/bridge.ts';
import { ConnectionLost } from '../../renderer/bridge/connection.ts';
import { Exporting, exportName } from '../../renderer/bridge/exporting.ts';
import { CallFailure } from '../../renderer/bridge/failure.ts';

const place = { conversation: 'c1', skip: 0, done: 0, total: 3, until: 9, at: 0 };

/** A gateway that tells `pieces`; the call with a number in `lost` gets no answer. */
function bridgeOf(pieces: readonly string[], lost: readonly number[] = []): Bridge & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const call = async (_name: string, params: { readonly after: { readonly seq: number } | null }): Promise<unknown> => {
    asked.push(params.after?.seq ?? null);
    if (lost.includes(asked.length)) throw new ConnectionLost('gone');
    const at = params.after?.seq ?? 0;
    const next = at + 1 < pieces.length ? { ...place, seq: at + 1 } : null;
    return { ok: true, value: { text: pieces[at], next, done: at + 1, total: pieces.length } };
  };
  return { platform: 'browser', call: call as Bridge['call'], on: () => () => undefined, asked };
}

const never = new AbortController().signal;

test('the pieces make one file, and each tells how far it is', async () => {
  const told: number[] = [];
  const exporting = new Exporting(bridgeOf(['a', 'b', 'c']), { conversation: null, format: 'json' });
  const file = await exporting.run(({ done }) => told.push(done), never);
  expect(await file?.text()).toBe('abc');
  expect(file?.type).toBe('application/json');
  expect(told).toEqual([1, 2, 3]);
});

test('a connection that went in the middle costs one piece, not the whole', async () => {
  const bridge = bridgeOf(['a', 'b', 'c'], [2]);
  const exporting = new Exporting(bridge, { conversation: 'c1', format: 'markdown' });
  await expect(exporting.run(() => undefined, never)).rejects.toThrow(CallFailure);
  expect(await (await exporting.run(() => undefined, never))?.text()).toBe('abc');
  expect(bridge.asked).toEqual([null, 1, 1, 2]);
});

test('once it is stopped nothing more is asked for', async () => {
  const stop = new AbortController();
  const bridge = bridgeOf(['a', 'b', 'c']);
  const exporting = new Exporting(bridge, { conversation: null, format: 'json' });
  expect(await exporting.run(() => stop.abort(), stop.signal)).toBeNull();
  expect(bridge.asked).toEqual([null]);
});

test('the name of the file holds nothing that a file system or a person would stumble over', () => {
  expect(exportName('../Ada & "Bob": plans?', 'markdown', '2026-11-22')).toBe('porchlight-ada-bob-plans-2026-11-22.md');
  expect(exportName('', 'json', '2026-11-22')).toBe('porchlight-2026-11-22.json');
  expect(exportName('漢字 '.repeat(50), 'json', '2026-11-22').length).toBeLessThan(100);
});
