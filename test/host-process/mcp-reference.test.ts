/** The client against the servers that the protocol's own project publishes. */
import { expect, test } from 'vitest';
import { McpWorld, isRunning, reference, referenceOverHttp, running } from '../tools/mcp/world.ts';

async function everything(): Promise<McpWorld> {
  const world = new McpWorld();
  world.add('everything', reference('everything'));
  await world.ready('everything');
  return world;
}

test('tools of the reference server answer: text, numbers, images, annotations, structure, resources', async () => {
  await using world = await everything();
  expect(await world.answer('everything__echo', { message: 'grüß dich' })).toBe('Echo: grüß dich');
  expect(await world.answer('everything__get-sum', { a: 2, b: 40 })).toBe('The sum of 2 and 40 is 42.');
  const image = await world.answer('everything__get-tiny-image');
  expect(image).toMatch(/\(An image of \d+ (?:KB|bytes), image\/png, which is not shown here\.\)/);
  expect(image).not.toContain('iVBOR');
  const annotated = await world.answer('everything__get-annotated-message', {
    messageType: 'error',
    includeImage: true,
  });
  expect(annotated).toMatch(/^Error: Operation failed\n\n\(An image of /);
  const weather = await world.answer('everything__get-structured-content', { location: 'New York' });
  expect(JSON.parse(weather)).toEqual({ temperature: 33, conditions: 'Cloudy', humidity: 82 });
  const links = await world.answer('everything__get-resource-links', { count: 2 });
  expect(links).toContain('(A link to a resource: ');
  const resource = await world.answer('everything__get-resource-reference', { resourceType: 'Text', resourceId: 1 });
  expect(resource).toContain('(The resource demo://resource/dynamic/text/1:)\n');
});

test('what the server finds wrong with the parameters is a failed result (a call that passes as done)', async () => {
  await using world = await everything();
  const { ok, text } = await world.call('everything__get-sum', { a: 'two' });
  expect(ok).toBe(false);
  expect(text).toMatch(/invalid|expected/i);
});

test('a long call is cancelled through the protocol when the turn is stopped, and the server goes on', async () => {
  await using world = await everything();
  const stop = new AbortController();
  const tool = 'everything__trigger-long-running-operation';
  const call = world.call(tool, { duration: 600, steps: 600 }, stop.signal);
  stop.abort();
  expect(await call).toEqual({ ok: false, text: 'The call was stopped. Whether it was done is not known.' });
  expect(await world.answer(tool, { duration: 0.02, steps: 2 })).toContain('completed');
});

test('tools that would need the client to answer questions are not even offered by the server', async () => {
  await using world = await everything();
  expect(world.names().filter((name) => /elicitation|sampling|roots/.test(name))).toEqual([]);
});

test('the server sees PATH, HOME, LANG and what was listed, and no more; a secret does not come back', async () => {
  await using world = new McpWorld();
  const token = world.secret('env', 'env', 'TOKEN', 'swordfish-4711');
  world.add('env', reference('everything', [{ kind: 'plain', name: 'COLOUR', value: 'blue' }, token]));
  await world.ready('env');
  const env = JSON.parse(await world.answer('env__get-env')) as Record<string, string>;
  expect(Object.keys(env).sort()).toEqual(['COLOUR', 'HOME', 'LANG', 'PATH', 'TOKEN']);
  expect(env).toMatchObject({ COLOUR: 'blue', HOME: world.home.path, LANG: 'C.UTF-8', TOKEN: '•••' });
});

test('memory of the reference server is written and read, also after a restart', async () => {
  await using world = new McpWorld();
  const file = world.home.at('memory.jsonl');
  world.add('memory', reference('memory', [{ kind: 'plain', name: 'MEMORY_FILE_PATH', value: file }]));
  await world.ready('memory');
  await world.answer('memory__create_entities', {
    entities: [{ name: 'Ada', entityType: 'person', observations: ['likes tea'] }],
  });
  world.mcp.restart('memory');
  await world.ready('memory');
  const found = JSON.parse(await world.answer('memory__search_nodes', { query: 'tea' })) as { entities: unknown[] };
  expect(found.entities).toEqual([{ name: 'Ada', entityType: 'person', observations: ['likes tea'] }]);
});

test('the reference server behind an address answers, and forgets the session when it is told', async () => {
  await using server = await referenceOverHttp();
  await using world = new McpWorld();
  world.add('web', { kind: 'http', url: server.url, headers: [] });
  await world.ready('web');
  expect(await world.answer('web__echo', { message: 'hello' })).toBe('Echo: hello');
  const stop = new AbortController();
  const long = world.call('web__trigger-long-running-operation', { duration: 600, steps: 600 }, stop.signal);
  stop.abort();
  expect((await long).ok).toBe(false);
  await world.mcp.remove('web');
  await expect.poll(server.said).toMatch(/session termination|transport closed/i);
});

test('nothing is left when a server is removed (processes that gather over weeks)', async () => {
  await using world = await everything();
  const mine = running('server-everything').filter((pid) => isRunning(pid));
  expect(mine).not.toEqual([]);
  await world.mcp.remove('everything');
  expect(world.names()).toEqual([]);
  // The system takes a killed process out of its list a little later.
  await expect.poll(() => running('server-everything').filter((pid) => mine.includes(pid))).toEqual([]);
});
