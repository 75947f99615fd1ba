/** What servers offered last, over a start of the program. */
import { expect, test } from 'vitest';
import { createMcpServers } from '../../main/tools/mcp/index.ts';
import type { McpEndpoint, McpServers, Offers } from '../../main/tools/mcp/types.ts';
import { createOffers, offerKey } from '../../main/tools/offers.ts';
import { openTestStore, recordedLog, TemporaryDirectory } from '../store/support.ts';
import { systemClock } from '../store/processes.ts';
import { changed, context, never, running, scripted } from './mcp/world.ts';

function begin(offers: Offers, endpoint: McpEndpoint = scripted(), enabled = true): McpServers {
  const mcp = createMcpServers({
    ...{ clock: systemClock, fetch, version: '0.0.0', offers },
    secrets: { seal: () => new Uint8Array(), open: () => null },
    host: { platform: process.platform, home: '/tmp', shell: null, env: { PATH: process.env['PATH'] } },
  });
  mcp.add({ id: 's', name: 's', enabled, endpoint, createdAt: 0 });
  return mcp;
}

function remembered(listed: readonly unknown[] | null = null): Offers & { listed: readonly unknown[] | null } {
  return {
    listed,
    recall() {
      return this.listed;
    },
    keep(_server, now) {
      this.listed = now;
    },
  };
}

function names({ tools }: McpServers): readonly string[] {
  return tools.value.map(({ description }) => description.name);
}

test('tools are there from the beginning of the next start, and a call waits for its server (a turn that goes on without them)', async () => {
  const offers = remembered();
  let before: readonly string[];
  {
    await using mcp = begin(offers);
    expect(names(mcp)).toEqual([]);
    await changed(mcp.servers, () => mcp.servers.value[0]?.state.kind === 'ready');
    before = names(mcp);
    expect(before).toContain('s__say');
  }
  await using mcp = begin(offers);
  expect(mcp.servers.value[0]?.state.kind).toBe('starting');
  expect(names(mcp)).toEqual(before);
  const same = mcp.tools.value;
  const say = same.find(({ description }) => description.name === 's__say');
  expect(await say?.run({ text: 'at once' }, context, never)).toEqual({ ok: true, text: 'at once' });
  expect(mcp.tools.value).toBe(same);
});

test('a call that waits ends with its turn, and with a server that does not come', async () => {
  const listed = [{ name: 'say', inputSchema: { type: 'object' } }];
  await using silent = begin(remembered(listed), {
    ...{ kind: 'stdio', command: process.execPath, env: [] },
    args: ['-e', 'process.stdin.resume()'],
  });
  const stop = new AbortController();
  const waiting = silent.tools.value[0]?.run({}, context, stop.signal);
  stop.abort();
  expect(await waiting).toMatchObject({ ok: false, text: expect.stringContaining('It is being started.') as string });
  const missing = { kind: 'stdio', command: '/nowhere/program', args: [], env: [] } as const;
  await using gone = begin(remembered(listed), missing);
  const answer = await gone.tools.value[0]?.run({}, context, never);
  expect(answer?.text).toContain('There is no command /nowhere/program');
  expect(names(gone)).toEqual([]);
  await using off = begin(remembered(listed), missing, false);
  expect(names(off)).toEqual([]);
});

test('a server of which nothing can be made does not run on behind its state (and a second one beside it after a restart)', async () => {
  const broken: Offers = {
    recall: () => null,
    keep() {
      throw new RangeError('a bug');
    },
  };
  const mark = 'does-not-run-on';
  await using mcp = begin(broken, scripted({ prints: `${mark}\n` }));
  await changed(mcp.servers, () => mcp.servers.value[0]?.state.kind === 'failed');
  expect(running(mark)).toEqual([]);
});

test('the store keeps a list of a server that is there, and no list without measure', async () => {
  using dir = new TemporaryDirectory();
  await using opened = await openTestStore(dir.path);
  const { store } = opened;
  const offers = createOffers({ storage: store, log: recordedLog() });
  const endpoint = { kind: 'http', url: 'https://example.org/', headers: [] } as const;
  await store.commit(({ toolServers }) => {
    for (const id of ['a', 'b']) toolServers.put({ id, name: id, enabled: true, endpoint, createdAt: 0 });
  });
  offers.keep('a', [{ name: 'say' }]);
  offers.keep('b', [{ name: 'x'.repeat(600_000) }]);
  offers.keep('gone', [{ name: 'say' }]);
  const nested: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => offers.keep('a', [{ name: 'say', _meta: nested }]), 'its server would not come up').not.toThrow();
  await store.commit(() => undefined);
  expect(offers.recall('a')).toEqual([{ name: 'say' }]);
  expect(offers.recall('b')).toBeNull();
  expect(store.read.facts.get(offerKey('gone'))).toBeUndefined();
});
