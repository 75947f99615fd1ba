/**
 * A scripted model uses everything that the product offers by name, through a whole host: a tool, a parameter or a choice
 * that is added and not driven here fails the test.
 */
import { describe, expect, it } from 'vitest';
import { HttpMcpEmulator } from '../../emulators/mcp/http.ts';
import { referenceOverHttp, referenceScript } from '../../tools/mcp/world.ts';
import { House } from './house.ts';
import { offeredIn, ollamaLab, openAiLab, resultsIn, type ModelLab, type OfferedTool } from './model-lab.ts';

const everythingNear = {
  kind: 'stdio',
  command: process.execPath,
  args: [referenceScript('everything')],
  env: [],
} as const;

/** For each of the product's own tools a way to all of its parameters. */
const drives: Readonly<Record<string, (house: House) => Promise<void>>> = {
  async remember(house) {
    const place = { memory: 'MEMORY.md', today: '' } as const;
    for (const where of ['memory', 'today'] as const) {
      const text = `The owner keeps the ${where} key under the third flowerpot.`;
      expect(await house.use(await house.conversation(), 'remember', { text, where })).toMatch(/^Written to /);
      const { notes } = await house.client.value('memory.get', {});
      const log = notes.find(({ kind }) => kind === 'log')?.name ?? '';
      const name = place[where] === '' ? log : place[where];
      expect((await house.client.value('memory.read', { name })).text).toContain(text);
    }
  },

  async recall(house) {
    await house.ask(await house.conversation(), 'My bicycle is called Rosinante.');
    await house.use(await house.conversation(), 'remember', { text: 'The cat is called Dulcinea.', where: 'memory' });
    const recalling = async (query: string): Promise<string> =>
      house.use(await house.conversation(), 'recall', { query });
    expect(await recalling('bicycle')).toContain('My bicycle is called Rosinante.');
    expect(await recalling('Dulcinea')).toContain('The cat is called Dulcinea.');
    expect(await recalling('submarine')).toContain('Nothing is found about that.');
  },

  async schedule(house) {
    const conversation = await house.conversation();
    const schedules = () => house.client.value('schedules.list', {});
    const use = (input: object): Promise<string> => house.use(conversation, 'schedule', input);
    const next = String(new Date().getFullYear() + 2);
    const quietHours = { from: '22:00', to: '06:30' };
    const times = [
      { kind: 'once', at: `${next}-05-01T09:00`, timeZone: 'Europe/Berlin', ifMissed: 'skip' },
      { kind: 'every', minutes: 90, from: `${next}-05-01T09:00`, quietHours },
      { kind: 'cron', expression: '0 9 * * MON-FRI', ifMissed: 'run-late' },
    ];
    const draft = { action: 'create', name: 'no', prompt: 'Never.', when: times[0] };
    const refused = await house.ask(conversation, 'do it later', [['schedule', draft]], 'ignore');
    expect(refused.calls).toMatchObject([{ state: 'refused' }]);
    expect(await schedules()).toEqual([]);
    for (const when of times) {
      await use({ action: 'create', name: `Tea ${when.kind}`, prompt: 'Say that it is time for tea.', when });
    }
    const made = await schedules();
    expect(made.map(({ name, origin }) => `${name} ${origin}`)).toEqual(times.map(({ kind }) => `Tea ${kind} tool`));
    const listed = await use({ action: 'list' });
    for (const { id, name } of made) expect(listed).toContain(`“${name}” (id ${id})`);
    const id = made[2]?.id ?? '';
    await use({ action: 'change', id, name: 'Coffee', prompt: 'Say that it is time for coffee.' });
    await use({ action: 'pause', id, until: `${next}-01-01T00:00` });
    expect((await schedules()).find((each) => each.id === id)).toMatchObject({ name: 'Coffee' });
    expect((await schedules()).find((each) => each.id === id)?.pausedUntil).not.toBeNull();
    await use({ action: 'resume', id });
    expect((await schedules()).find((each) => each.id === id)?.pausedUntil).toBeNull();
    await use({ action: 'remove', id });
    expect((await schedules()).map((each) => each.id)).not.toContain(id);
  },

  async read_more(house) {
    const conversation = await house.conversation();
    const words = Array.from({ length: 6_500 }, (_, index) => `w${String(index)}`).join(' ');
    await house.ask(conversation, words);
    await house.ask(conversation, 'and now?');
    const prompt = JSON.stringify(house.lab.bodies().at(-1));
    const [, id = '', from = ''] = /read_more with id \\"(m:[^"\\]+)\\" and from (\d+)/.exec(prompt) ?? [];
    expect(prompt).not.toContain('w4000 w4001');
    const piece = await house.use(conversation, 'read_more', { id, from: Number(from) });
    const begun = words.slice(Number(from), Number(from) + 200);
    expect(piece).toContain(begun);
    expect(piece).toMatch(/go on with from \d+/);
  },

  async read_web_page(house) {
    house.net.pages.set('page.example', 'The ferry leaves at 17:45.');
    const page = await house.use(await house.conversation(), 'read_web_page', { url: 'http://page.example/times' });
    expect(page).toContain('The ferry leaves at 17:45.');
    expect(house.net.asked).toContain('page.example/times');
  },
};

/** `name.parameter`, and `name.parameter=choice` where there are only some. */
function pathsOf({ name, parameters }: OfferedTool): readonly string[] {
  const walk = (path: string, schema: unknown): readonly string[] => {
    const { properties = {}, enum: choices = [] } = schema as {
      readonly properties?: Readonly<Record<string, unknown>>;
      readonly enum?: readonly string[];
    };
    const inside = Object.entries(properties).flatMap(([key, each]) => walk(`${path}.${key}`, each));
    return [path, ...choices.map((choice) => `${path}=${choice}`), ...inside];
  };
  return walk(name, parameters);
}

function pathsGiven(path: string, value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path, `${path}=${String(value)}`];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsGiven(`${path}.${key}`, each))];
}

async function ownTools(house: House): Promise<readonly string[]> {
  const tools = await house.client.value('tools.list', {});
  return tools.filter(({ server }) => server === null).map(({ name }) => name);
}

const servers: readonly (readonly [string, () => Promise<ModelLab>])[] = [
  ['an OpenAI-compatible server, in fragments', openAiLab],
  ['Ollama, natively', ollamaLab],
];

describe.each(servers)('a model of %s', { timeout: 60_000 }, (_name, start) => {
  it('drives every tool of the product with every parameter and choice, the owner asked where he wants to be', async () => {
    await using lab = await start();
    await using house = await House.open(lab);
    expect(Object.keys(drives).toSorted(), 'a tool that is not driven here').toEqual(
      (await ownTools(house)).toSorted(),
    );
    for (const drive of Object.values(drives)) await drive(house);
    const given = new Set(house.driven.flatMap(([name, input]) => pathsGiven(name, input)));
    const offered = offeredIn(lab.bodies().at(-1));
    expect(offered.map(({ name }) => name).toSorted()).toEqual(Object.keys(drives).toSorted());
    expect(
      offered.flatMap(pathsOf).filter((path) => !given.has(path)),
      'nobody has given these',
    ).toEqual([]);
  });

  it('uses tools of servers over standard input and over HTTP, side by side in one answer', async () => {
    await using lab = await start();
    await using web = await HttpMcpEmulator.start();
    await using house = await House.open(lab);
    await house.connect('near', everythingNear, 'near__get-sum');
    await house.connect('far', { kind: 'http', url: web.url, headers: [] }, 'far__say');
    const { answer, results, calls } = await house.ask(await house.conversation(), 'both please', [
      ['near__get-sum', { a: 2, b: 40 }],
      ['far__say', { text: 'grüß dich' }],
    ]);
    expect(answer).toBe('echo: both please');
    expect(calls).toMatchObject([{ state: 'done' }, { state: 'done' }]);
    expect(results[0]).toContain('The sum of 2 and 40 is 42.');
    expect(results[1]).toContain('grüß dich');
    expect(web.allComplaints).toEqual([]);
    const refused = await house.ask(await house.conversation(), 'no', [['far__say', { text: 'no' }]], 'ignore');
    expect(refused.calls).toMatchObject([{ name: 'far__say', state: 'refused' }]);
    const failed = await house.ask(await house.conversation(), 'wrong', [['near__get-sum', { a: 'two' }]]);
    expect(failed.calls).toMatchObject([{ state: 'failed' }]);
    expect(resultsIn(lab.bodies().at(-1))[0]).toMatch(/invalid|expected/i);
  });

  it('uses the reference server of the protocol over HTTP', async () => {
    await using lab = await start();
    await using house = await House.open(lab);
    await using served = await referenceOverHttp();
    await house.connect('web', { kind: 'http', url: served.url, headers: [] }, 'web__echo');
    const said = await house.use(await house.conversation(), 'web__echo', { message: 'hello' });
    expect(said).toContain('Echo: hello');
  });
});
