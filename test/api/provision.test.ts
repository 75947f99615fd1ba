import { describe, expect, it } from 'vitest';
import { readProvision } from '../../main/api/provision.ts';

const lab = { id: 'lab', kind: 'openai', baseUrl: 'http://127.0.0.1:8080/v1/', apiKey: 'env:LAB_KEY' };
const environment = { LAB_KEY: 'sk-lab', EMPTY: ' ' };

function read(file: unknown) {
  return readProvision(typeof file === 'string' ? file : JSON.stringify(file), environment);
}

describe('a provision file', () => {
  it('is read whole: keys from the environment, addresses without their slash, models as fixed settings', () => {
    const read_ = read({
      providers: [lab],
      models: { default: 'lab/gpt-test', fallbacks: ['ollama/qwen3:8b'] },
      links: [{ id: 'bot', kind: 'telegram', token: '1:a', apiRoot: 'http://127.0.0.1:8081/' }],
      people: [
        { link: 'bot', address: '4242', role: 'owner' },
        { link: 'bot', address: '*', role: 'guest' },
        { link: 'bot', address: '5', remove: true },
      ],
      groups: [
        { link: 'bot', address: '-1001', answer: 'mention' },
        { link: 'bot', address: '-1002', remove: true },
      ],
      settings: { timeZone: 'Europe/Berlin', 'delivery.pacing': 0 },
    });
    if (!read_.ok) throw new Error(read_.failure.join('\n'));
    const { providers, links, people, groups, settings, warnings } = read_.value;
    expect(providers).toMatchObject([{ id: 'lab', key: 'sk-lab', baseUrl: 'http://127.0.0.1:8080/v1', remove: false }]);
    expect(links).toMatchObject([{ id: 'bot', token: '1:a', apiRoot: 'http://127.0.0.1:8081' }]);
    expect(people.map(({ role }) => role)).toEqual(['owner', 'guest', null]);
    expect(groups).toEqual([
      { path: 'groups.0', link: 'bot', address: '-1001', answer: 'mention' },
      { path: 'groups.1', link: 'bot', address: '-1002', answer: null },
    ]);
    expect([...settings]).toEqual([
      ['timeZone', 'Europe/Berlin'],
      ['delivery.pacing', 0],
      ['models.default', 'lab/gpt-test'],
      ['models.fallbacks', ['ollama/qwen3:8b']],
    ]);
    expect(warnings).toEqual([]);
  });

  it('sets up a WhatsApp link: whom it answers, and a server of one’s own with its key', () => {
    const serverKey = 'AB'.repeat(32);
    const result = read({
      links: [
        { id: 'phone', kind: 'whatsapp' },
        { id: 'own', kind: 'whatsapp', mode: 'people', webSocketUrl: 'wss://chat.example/ws/', serverKey },
        { id: 'public', kind: 'whatsapp', webSocketUrl: '', enabled: false },
      ],
    });
    if (!result.ok) throw new Error(result.failure.join('\n'));
    expect(result.value.warnings).toEqual([]);
    expect(result.value.links).toMatchObject([
      { id: 'phone', kind: 'whatsapp', server: undefined, mode: undefined, enabled: undefined },
      { mode: 'people', server: { apiRoot: 'wss://chat.example/ws', serverKey: 'ab'.repeat(32) } },
      { server: { apiRoot: null, serverKey: null }, enabled: false },
    ]);
  });

  it('connects servers of tools: what comes from the environment is a secret, and so is every header', () => {
    const result = read({
      mcp: [
        { name: 'notes', command: 'npx', args: ['-y', 'x'], env: { COLOUR: 'blue', KEY: 'env:LAB_KEY' } },
        { name: 'web', url: 'https://a.example/mcp', headers: { 'x-key': 'plain' }, enabled: false },
        { name: 'old', remove: true },
      ],
    });
    if (!result.ok) throw new Error(result.failure.join('\n'));
    expect(result.value.warnings).toEqual([]);
    const [colour, key] = [
      { name: 'COLOUR', secret: false, value: 'blue' },
      { name: 'KEY', secret: true, value: 'sk-lab' },
    ];
    const headers = [{ name: 'x-key', secret: true, value: 'plain' }];
    expect(result.value.mcp).toMatchObject([
      { name: 'notes', endpoint: { kind: 'stdio', command: 'npx', args: ['-y', 'x'], env: [colour, key] } },
      { name: 'web', endpoint: { kind: 'http', url: 'https://a.example/mcp', headers }, enabled: false },
      { path: 'mcp.2', name: 'old', remove: true },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['text that is not JSON', '{', 'not JSON'],
    ['a list', [], 'the file'],
    ['a wrong type', { providers: [{ ...lab, baseUrl: 5 }] }, 'providers.0.baseUrl'],
    ['an address of another protocol', { providers: [{ ...lab, baseUrl: 'file:///etc' }] }, 'providers.0.baseUrl'],
    ['a password in an address', { providers: [{ ...lab, baseUrl: 'http://a:b@c' }] }, 'providers.0.baseUrl'],
    ['a missing kind', { providers: [{ id: 'lab', baseUrl: 'http://a' }] }, 'providers.0.kind'],
    ['an id with capitals', { providers: [{ ...lab, id: 'Lab' }] }, 'providers.0.id'],
    ['an unknown kind of link', { links: [{ id: 'a', kind: 'sms' }] }, 'links.0.kind'],
    ['everyone as owner', { people: [{ link: 'bot', address: '*', role: 'owner' }] }, 'people.0.role'],
    ['a group without an answer', { groups: [{ link: 'bot', address: '-1' }] }, 'groups.0.answer'],
    ['an answer that nobody gives', { groups: [{ link: 'b', address: '-1', answer: 'unknown' }] }, 'groups.0.answer'],
    ['a role that nobody gives', { people: [{ link: 'bot', address: '1', role: 'unknown' }] }, 'people.0.role'],
    ['a server that is nowhere', { mcp: [{ name: 'a' }] }, 'mcp.0.command'],
    ['a server in two places', { mcp: [{ name: 'a', command: 'b', url: 'https://c' }] }, 'mcp.0.command'],
    ['a server without a name', { mcp: [{ command: 'b' }] }, 'mcp.0.name'],
    ['a secret that is not there', { mcp: [{ name: 'a', command: 'b', env: { K: 'env:NO' } }] }, 'mcp.0.env.K'],
    ['a model without its provider', { models: { default: 'gpt' } }, 'models.default'],
    ['a setting of the wrong type', { settings: { 'api.enabled': 'yes' } }, 'settings.api.enabled'],
    [
      'a setting out of range',
      { settings: { 'delivery.pacing': 11 } },
      'settings.delivery.pacing: must be from 0 to 10',
    ],
    ['a time zone that does not exist', { settings: { timeZone: 'Moon/Base' } }, 'settings.timeZone'],
    [
      'a missing variable',
      { providers: [{ ...lab, apiKey: 'env:GONE' }] },
      'providers.0.apiKey: the environment variable GONE',
    ],
    [
      'an empty variable',
      { links: [{ id: 'b', kind: 'telegram', token: 'env:EMPTY' }] },
      'links.0.token: the environment variable EMPTY',
    ],
    ['a mode that there is not', { links: [{ id: 'a', kind: 'whatsapp', mode: 'all' }] }, 'links.0.mode'],
    [
      'a server that is no WebSocket',
      { links: [{ id: 'a', kind: 'whatsapp', webSocketUrl: 'https://a', serverKey: 'ab'.repeat(32) }] },
      'links.0.webSocketUrl',
    ],
    [
      'a server without the key that it proves itself with',
      { links: [{ id: 'a', kind: 'whatsapp', webSocketUrl: 'wss://a' }] },
      'links.0.serverKey',
    ],
    [
      'a key without its server',
      { links: [{ id: 'a', kind: 'whatsapp', serverKey: 'ab'.repeat(32) }] },
      'links.0.webSocketUrl',
    ],
    ['a persona without words', { personas: [{ name: 'Night' }] }, 'personas.0.text: is missing'],
    ['a persona without a name', { personas: [{ name: ' ', text: 'x' }] }, 'personas.0.name: must have at least 1'],
    ['words that are too many', { personas: [{ name: 'a', text: 'x'.repeat(6001) }] }, 'personas.0.text: must have at'],
    [
      'two personas of one name',
      {
        personas: [
          { name: 'a', text: '' },
          { name: ' a', remove: true },
        ],
      },
      'personas.1.name: stands in personas.0 already',
    ],
    [
      'a link’s persona that the file does not know',
      { personas: [{ name: 'b', remove: true }], links: [{ id: 'a', kind: 'telegram', persona: 'b' }] },
      'links.0.persona: must be the name of one of the personas',
    ],
    [
      'two servers of one name',
      {
        mcp: [
          { name: 'a', command: 'b' },
          { name: 'a', url: 'https://c' },
        ],
      },
      'mcp.1.name',
    ],
    [
      'a permission that there is not',
      { tools: { remember: 'maybe' } },
      'tools.remember: must be always or ask or never',
    ],
    [
      'a limit without an amount',
      { caps: { providers: { lab: {} } } },
      'caps.providers.lab: must have at least one of',
    ],
    [
      'a limit of nothing',
      { caps: { providers: { lab: { perDayUsd: 0 } } } },
      'caps.providers.lab.perDayUsd: must be at',
    ],
    [
      'half a token',
      { caps: { conversations: [{ link: 'a', address: '1', perDayTokens: 1.5 }] } },
      'caps.conversations.0.perDayTokens: must be a whole number',
    ],
    [
      'a limit of no chat',
      { caps: { conversations: [{ link: 'a', perDayTokens: 1 }] } },
      'caps.conversations.0.address',
    ],
    [
      'a provider that nobody can have',
      { caps: { providers: { Lab: { perDayUsd: 1 } } } },
      'caps.providers.Lab: is no',
    ],
    [
      'a limit that stands in two places',
      { caps: { perDayUsd: 1 }, settings: { 'budget.perDayUsd': 1 } },
      'caps.perDayUsd: stands in settings.budget.perDayUsd already',
    ],
    ['a limit beyond all measure', { caps: { perDayUsd: 100_001 } }, 'caps.perDayUsd: must be from 0 to 100000'],
    ['a kind that there is not', { providers: [{ ...lab, kind: 'x' }] }, 'providers.0.kind: must be openai or ollama'],
    ['a remove that is no switch', { links: [{ id: 'b', remove: 1 }] }, 'links.0.remove'],
  ])('is refused with %s, and the sentence names the path (a host half set up)', (_what, file, path) => {
    const result = read(file);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.failure.join('\n')).toContain(path);
  });

  it('tells of every mistake at once, those of the environment too (a start for each of them)', () => {
    const form = read({ providers: [{ ...lab, kind: 'x' }], tools: { remember: 'maybe' }, personas: [{ name: 'a' }] });
    expect(form).toEqual({
      ok: false,
      failure: [
        'providers.0.kind: must be openai or ollama',
        'personas.0.text: is missing',
        'tools.remember: must be always or ask or never',
      ],
    });
    const meaning = read({ providers: [{ ...lab, apiKey: 'env:GONE' }], settings: { 'api.enabled': 1 } });
    expect(meaning).toEqual({
      ok: false,
      failure: [
        'providers.0.apiKey: the environment variable GONE is not set',
        'settings.api.enabled: must be true or false',
      ],
    });
  });

  it('says who the model is, which tools it has, and what it may cost', () => {
    const result = read({
      personas: [{ name: ' Night ', text: 'Whisper.' }],
      links: [
        { id: 'a', kind: 'telegram', persona: 'Night' },
        { id: 'b', kind: 'whatsapp', persona: null },
      ],
      tools: { remember: 'ask' },
      caps: {
        perDayUsd: 2,
        perMonthTokens: 0,
        providers: { lab: { perDayUsd: 0.1, perMonthUsd: 3 } },
        conversations: [{ link: 'a', address: '-100', topic: '7', perDayTokens: 5 }],
      },
    });
    if (!result.ok) throw new Error(result.failure.join('\n'));
    expect(result.value.warnings).toEqual([]);
    expect(result.value.personas).toEqual([{ path: 'personas.0', name: 'Night', remove: false, text: 'Whisper.' }]);
    expect(result.value.links.map((entry) => !entry.remove && entry.persona)).toEqual(['Night', null]);
    expect([...result.value.tools]).toEqual([['remember', 'ask']]);
    expect([...result.value.settings]).toEqual([
      ['budget.perDayUsd', 2],
      ['budget.perMonthTokens', 0],
    ]);
    const none = { dayCost: null, dayTokens: null, monthCost: null, monthTokens: null };
    expect(result.value.caps).toEqual([
      {
        as: 'caps.providers.lab',
        about: { kind: 'provider', id: 'lab' },
        amounts: { ...none, dayCost: 100_000, monthCost: 3_000_000 },
      },
      {
        as: 'caps.conversations.0',
        about: { kind: 'chat', link: 'a', chat: '-100', topic: '7' },
        amounts: { ...none, dayTokens: 5 },
      },
    ]);
  });

  it('never repeats a secret in what it says (a key in the journal)', () => {
    const result = read({ providers: [{ ...lab, apiKey: 'sk-very-secret', baseUrl: 'http://u:pass@x' }] });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.failure.join('\n')).not.toMatch(/very-secret|pass@/);
  });

  it('warns about what it does not know, with the path, and goes on (a typing mistake that is silently ignored)', () => {
    const result = read({
      providers: [{ ...lab, apikey: 'x' }],
      links: [{ id: 'phone', kind: 'whatsapp', token: '1:a' }],
      settings: { 'budget.perYearUsd': 2 },
      people: [],
      caps: { perYearUsd: 5, providers: { lab: { perDayUsd: 1, perWeekUsd: 2 } } },
      color: 'red',
    });
    if (!result.ok) throw new Error(result.failure.join('\n'));
    expect(result.value.links).toHaveLength(1);
    const warnings = result.value.warnings.map((warning) => warning.split(' ')[0]).toSorted();
    expect(warnings).toEqual([
      'caps.perYearUsd',
      'caps.providers.lab.perWeekUsd',
      'color',
      'links.0.token',
      'providers.0.apikey',
      'settings.budget.perYearUsd',
    ]);
  });

  it('takes entries away only where it says so (a provider gone because a line was moved)', () => {
    const result = read({ providers: [{ id: 'lab', remove: true }], links: [{ id: 'bot', remove: true }] });
    if (!result.ok) throw new Error(result.failure.join('\n'));
    expect(result.value.providers).toEqual([{ path: 'providers.0', remove: true, id: 'lab' }]);
    expect(result.value.links).toEqual([{ path: 'links.0', remove: true, id: 'bot' }]);
  });
});
