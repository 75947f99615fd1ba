import { describe, expect, it } from 'vitest';
import { createDispatch, type Handlers } from '../../main/api/dispatch.ts';
import { StorageTrouble } from '../../main/gateway/storage.ts';
import { startTestHost } from '../lib/headless.ts';
import { commandSchemas } from '../../preload/contract/schemas.ts';

describe('the dispatch', () => {
  it('has a handler and a check for every command of the contract (a button that does nothing)', async () => {
    await using test = await startTestHost();
    const { host } = test;
    for (const name of Object.keys(commandSchemas)) {
      const outcome = await host.dispatch.call(name, { unexpected: true });
      expect(outcome).toMatchObject({ ok: false, reason: { code: 'input.malformed' } });
    }
  });

  it('turns what the store and bugs throw into reasons, and writes bugs down (a window that waits for ever)', async () => {
    await using test = await startTestHost();
    const { host } = test;
    const lines: string[] = [];
    const failing = (error: Error): Handlers => {
      const run = (): never => {
        throw error;
      };
      const names = Object.keys(commandSchemas).map((name) => [name, async () => run()]);
      return Object.fromEntries(names) as Handlers;
    };
    const dispatchOf = (error: Error) =>
      createDispatch({
        handlers: failing(error),
        loadSchemas: async () => commandSchemas,
        log: { write: (level, event, fields) => void lines.push(`${level} ${event} ${String(fields?.['command'])}`) },
      });
    const full = new StorageTrouble({ code: 'host.disk-full', params: { dataDir: host.dataDir } }, null);
    expect(await dispatchOf(full).call('host.get', {})).toEqual({ ok: false, reason: full.reason });
    expect(lines).toEqual([]);
    expect(await dispatchOf(new TypeError('planted')).call('host.get', {})).toEqual({
      ok: false,
      reason: { code: 'host.bug' },
    });
    expect(lines).toEqual(['error api.command-failed host.get']);
  });
});
