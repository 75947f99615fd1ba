import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serverIn } from '../../renderer/screens/tools/server-configuration.ts';
import { serverDraftOf, serverFormOf } from '../../renderer/screens/tools/server-form.ts';

const notes = { command: 'npx', args: ['-y', '@example/notes', '--root', '/a b'], env: { KEY: 'k-1', PORT: 80 } };

test('what the page of a server gives to be pasted fills the form, in each of its shapes', () => {
  const shapes = [
    { mcpServers: { notes } },
    { servers: { notes } },
    { notes },
    { mcpServers: { notes, other: { url: 'https://b.example' } } },
  ];
  for (const shape of shapes) {
    const found = serverIn(JSON.stringify(shape, null, 2));
    expect(serverDraftOf({ ...serverFormOf(null), ...found?.form }, null)).toEqual({
      name: 'notes',
      endpoint: {
        kind: 'stdio',
        command: 'npx',
        args: ['-y', '@example/notes', '--root', '/a b'],
        env: [
          { name: 'KEY', secret: true, value: 'k-1' },
          { name: 'PORT', secret: true, value: '80' },
        ],
      },
    });
  }
  expect(serverIn(JSON.stringify(shapes[3]))?.more).toBe(1);
  expect(serverIn('```json\n"notes": { "command": "uvx" },\n```')?.form).toMatchObject({
    name: 'notes',
    command: 'uvx',
  });
  expect(serverIn('{"command":"uvx","args":["notes"]}')?.form).toEqual({
    kind: 'stdio',
    command: 'uvx',
    args: 'notes',
    env: [],
  });
});

test('an address comes with its headers, which are kept secret', () => {
  const found = serverIn(
    '{"mcpServers":{"far":{"type":"http","url":"https://a.example/mcp","headers":{"Authorization":"Bearer x"}}}}',
  );
  expect(found?.form).toEqual({
    name: 'far',
    kind: 'http',
    url: 'https://a.example/mcp',
    headers: [{ key: 0, name: 'Authorization', value: 'Bearer x', secret: true, stored: null }],
  });
});

test('anything else is pasted as it is', () => {
  for (const text of ['npx -y notes', '{"a":1}', '{"a":{"b":"c"}}', '[{"command":"x"}]', '{"command":7}', '', '{']) {
    expect(serverIn(text), text).toBeNull();
  }
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void serverIn(text)));
});
