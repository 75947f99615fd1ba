import { describe, expect, it } from 'vitest';
import type { ToolServerRow } from '../../main/gateway/tool.ts';
import { openTestStore, TemporaryDirectory } from './support.ts';

const notes: ToolServerRow = {
  id: '01',
  name: 'Notes',
  enabled: true,
  endpoint: {
    kind: 'stdio',
    command: '/usr/bin/node',
    args: ['server.js', ''],
    env: [
      { name: 'COLOUR', value: 'blue' },
      { name: 'TOKEN', value: null },
    ],
  },
  createdAt: 5,
};
const web: ToolServerRow = {
  id: '02',
  name: 'Web',
  enabled: false,
  endpoint: { kind: 'http', url: 'https://example.org/mcp', headers: [{ name: 'authorization', value: null }] },
  createdAt: 6,
};

describe('the table of servers of tools', () => {
  it('gives back what was put, oldest first, also after the store was opened again (a server that starts as another)', async () => {
    using dir = new TemporaryDirectory();
    {
      await using opened = await openTestStore(dir.path);
      await opened.store.commit(({ toolServers }) => {
        toolServers.put(web);
        toolServers.put(notes);
      });
    }
    await using opened = await openTestStore(dir.path);
    const { toolServers } = opened.store.read;
    expect(toolServers.all()).toEqual([notes, web]);
    expect(toolServers.get('02')).toEqual(web);
    expect(toolServers.get('03')).toBeNull();
  });

  it('changes a row in its place and removes one alone (a second row of the same server)', async () => {
    using dir = new TemporaryDirectory();
    await using opened = await openTestStore(dir.path);
    await opened.store.commit(({ toolServers }) => {
      toolServers.put(notes);
      toolServers.put(web);
      toolServers.put({ ...notes, enabled: false });
      toolServers.remove(web.id);
    });
    expect(opened.store.read.toolServers.all()).toEqual([{ ...notes, enabled: false }]);
  });
});
