/* What a start with nothing configured loads: each library that is not needed yet would cost every start its time and memory. */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeModules, loadedByAll, presentModules, ways, type Loaded, type Way } from './modules.ts';

/** Comes with the first channel, model or call that needs it. */
const late = [
  ...['@grammyjs/types', '@whiskeysockets/baileys', 'baileys', 'grammy', 'libsignal', 'ollama', 'openai', 'protobufjs'],
  ...['qr', 'react', 'react-dom', 'electron', 'ws'],
];

describe('a start with nothing configured', () => {
  let loaded: Readonly<Record<Way, Loaded>>;

  beforeAll(async () => {
    if (!existsSync(new URL('../../dist/built', import.meta.url))) {
      throw new Error('There is no build: run `npm run build` first.');
    }
    loaded = await loadedByAll();
  });

  it.each(ways)('loads no channel and no model (%s), or every start would pay for all of them', (way) => {
    expect(loaded[way].packages.size).toBeGreaterThan(0);
    expect([...loaded[way].packages].filter((name) => late.includes(name))).toEqual([]);
    expect(
      [...loaded[way].own].filter((path) => /^main\/(channels\/(telegram|whatsapp)|models\/\w)/.test(path)),
    ).toEqual([]);
  });

  it('checks no call before there is one: without a window no schema is loaded, which costs more than the gateway', () => {
    const withSchemas = ways.filter((way) => loaded[way].packages.has('zod'));
    expect(withSchemas).toEqual(['window']);
  });

  it('loads what docs/modules-at-start.md says, and nothing that was added without saying so', async () => {
    expect(presentModules(), 'run `node test/packaging/modules.ts`').toBe(await describeModules(loaded));
  });
});
