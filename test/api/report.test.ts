import { describe, expect, it } from 'vitest';
import type { AgentFacts } from '../../main/api/report-agent.ts';
import { reportText, type ReportFacts } from '../../main/api/report.ts';
import type { LogLineView } from '../../preload/contract/diagnostics-views.ts';
import type { LinkView } from '../../preload/contract/views.ts';

const now = Date.UTC(2026, 10, 22, 19);

/** What people and servers wrote or chose, each of a shape that some value of the log can have. */
const planted = {
  telegramToken: '777000:AAtest-token_for-the-report-0001',
  key: 'sk-live-0123456789abcdef',
  bearer: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc',
  windowToken: 'f00dfacef00dfacef00dfacef00dface',
  uuidKey: '3f2b8a6e-5c1d-4e7f-9a0b-1c2d3e4f5a6b',
  phone: '+49 151 23456789',
  jid: '4915123456789@s.whatsapp.net',
  person: 'Ada Lovelace',
  handle: '@ada_home_bot',
  linkId: 'adas-bot',
  providerId: 'acme-corp',
  model: 'ft-acme-secret-project',
  text: 'meet me at the old mill at nine',
  word: 'mellon',
  shout: 'EUGENIA',
  home: '/home/ada/Porchlight',
  host: 'llm.acme.internal',
  title: 'Chess club',
} as const;
const numbers = [4915123456789, 987654321, 4711];

const link: LinkView = {
  id: planted.linkId,
  kind: 'telegram',
  name: planted.person,
  handle: planted.handle,
  state: {
    kind: 'retrying',
    at: now + 12_000,
    attempt: 3,
    reason: { code: 'link.network', params: { detail: planted.host } },
  },
  since: now - 60_000,
  lastInAt: now - 5_000,
  lastOutAt: null,
  unsent: 2,
  waiting: 1,
  pausedUntil: null,
  persona: null,
  personaByFile: false,
  enabled: true,
  fixedByFile: false,
  apiRoot: `https://${planted.host}`,
  mode: 'people',
  device: planted.person,
  linked: true,
  hasOwner: true,
};

let n = 0;
const line = (event: string, fields: LogLineView['fields'] = {}): LogLineView => ({
  n: ++n,
  at: now - 1_000,
  level: 'warn',
  event,
  fields,
});

function facts(lines: readonly LogLineView[]): ReportFacts {
  const setting = { section: 'general', unit: null, min: null, max: null, options: [], multiline: false };
  const plain = { advanced: false, fixedByFile: false } as const;
  return {
    now,
    host: {
      version: '1.2.3',
      mode: 'desktop',
      dataDir: `${planted.home}/gateway`,
      startedAt: now - 3_600_000,
      apiUrl: 'http://127.0.0.1:4747/',
      seq: 1,
      problem: null,
      notices: [{ code: 'settings.restored', params: { name: planted.person } }],
      timeZone: 'Europe/Berlin',
      setupDone: true,
      pausedUntil: null,
    },
    health: {
      status: 'degraded',
      problem: { code: 'host.disk-full', params: { dataDir: planted.home } },
      links: [link],
      runningTurns: 1,
      waitingMessages: 2,
      unsentReplies: 3,
      sentAgain: 4,
      waitingCards: 5,
      pausedUntil: null,
      budgetAlarm: null,
      rssBytes: 96_000_000,
      eventLoopP99Ms: 3.2,
      uptime: 3_600_000,
      freeBytes: 12_000_000_000,
      runtime: { node: '24.21.0', electron: '45.4.1', system: 'linux 6.1.0 x64' },
      models: [
        { ref: `${planted.providerId}/${planted.model}`, state: 'resting', until: now + 60_000 },
        { ref: 'gone/model', state: 'missing', until: null },
      ],
    },
    providers: [{ id: planted.providerId, kind: 'openai', local: false, keyEnd: 'cdef', keyRefused: true }],
    settings: [
      { ...setting, ...plain, key: 'persona', type: 'text', value: planted.text, default: '' },
      { ...setting, ...plain, key: 'models.fallbacks', type: 'list', value: [planted.model], default: [] },
      { ...setting, ...plain, key: 'delivery.pacing', type: 'number', value: 0, default: 1 },
      { ...setting, ...plain, key: 'api.enabled', type: 'switch', value: false, default: false },
    ],
    agent: agentFacts(),
    backups: { backups: [{ name: 'x', at: now - 7_200_000, size: 5, beforeMigration: false }], planned: null },
    lines,
  };
}

/** An agent of which every text is one of the planted things, and that has all there can be. */
function agentFacts(): AgentFacts {
  const reason = { code: 'mcp.ended', params: { how: planted.text, error: planted.host } } as const;
  const value = { name: planted.word, secret: true, value: planted.key, end: 'cdef' };
  const offered = { name: `${planted.word}__x`, theirs: planted.word, claimsReadOnly: true };
  const server = {
    id: planted.linkId,
    name: planted.title,
    enabled: true,
    fixedByFile: false,
    tools: [offered, offered],
    since: now - 60_000,
    losses: 2,
    lastTrouble: reason,
    leftOut: [{ name: planted.word, why: 'duplicate' }],
  } as const;
  const tool = {
    description: { name: planted.word, description: planted.text, parameters: {} },
    sideEffects: true,
    outside: true,
    permission: 'ask',
    run: () => Promise.reject(new Error(planted.text)),
  } as const;
  const row = {
    id: planted.linkId,
    name: planted.title,
    prompt: planted.text,
    conversation: planted.linkId,
    timing: { kind: 'cron', expression: planted.word, timeZone: 'Europe/Berlin' },
    quiet: { from: '22:00', to: '07:00', timeZone: planted.word },
    catchUp: 'skip',
    pausedUntil: null,
    handled: 0,
    origin: 'tool',
    createdAt: 0,
  } as const;
  const run = {
    slotKey: planted.word,
    schedule: planted.linkId,
    slot: 0,
    at: now - 90_000,
    late: true,
    missed: 3,
    message: planted.uuidKey,
    reason: null,
  } as const;
  const period = {
    from: 0,
    cost: 120_000,
    tokens: 900,
    reservedCost: 0,
    reservedTokens: 0,
    capCost: 5_000_000,
    capTokens: null,
  } as const;
  const amounts = { dayCost: 1, dayTokens: null, monthCost: null, monthTokens: null };
  const cap = { name: planted.person, fixed: true, day: period, month: { ...period, capCost: null } } as const;
  const persona = { id: planted.linkId, name: planted.title, text: planted.text, createdAt: 0, fixed: true };
  return {
    servers: [
      {
        ...server,
        endpoint: { kind: 'stdio', command: planted.home, args: [planted.key, planted.text], env: [value] },
        state: { kind: 'retrying', at: now + 5_000, attempt: 3, reason },
      },
      {
        ...server,
        id: planted.uuidKey,
        enabled: false,
        fixedByFile: true,
        state: { kind: 'off' },
        endpoint: { kind: 'http', url: `https://u:${planted.key}@${planted.host}/mcp`, headers: [value] },
      },
    ],
    memory: {
      folder: planted.home,
      notes: [
        { name: `${planted.word}.md`, kind: 'aside', from: planted.title, bytes: 400, changedAt: 0 },
        { name: 'MEMORY.md', kind: 'curated', from: null, bytes: 4800, changedAt: 0 },
      ],
      unread: [{ code: 'memory.too-large', params: { name: planted.title } }],
    },
    schedules: [
      {
        row,
        pausedUntil: null,
        next: now + 30_000,
        words: planted.text,
        lastRun: { row: run, outcome: 'failed', reason },
      },
      {
        row: { ...row, quiet: null, timing: { kind: 'once', at: 5 } },
        pausedUntil: now + 1,
        next: null,
        words: planted.text,
        lastRun: null,
      },
    ],
    tools: [
      { tool, permission: 'ask', chosen: false, fixed: false },
      { tool: { ...tool, server: planted.title }, permission: 'never', chosen: true, fixed: true },
    ],
    personas: [persona],
    links: [{ persona: planted.linkId }, { persona: null }],
    periods: { day: period, month: { ...period, reservedCost: 500_000, reservedTokens: 7 } },
    caps: [
      { ...cap, row: { scope: { kind: 'provider', id: planted.providerId }, ...amounts } },
      { ...cap, fixed: false, row: { scope: { kind: 'conversation', id: planted.uuidKey }, ...amounts } },
    ],
    turns: [
      { state: 'done', code: null, count: 990 },
      { state: 'failed', code: 'model.network', count: 10 },
    ],
    calls: [],
    counted: 1000,
  };
}

/** Names of events and fields are constants, but those that do not look like one are not believed. */
const oddNames = [planted.text, planted.person, planted.telegramToken, planted.phone].map((secret) =>
  line(secret, { [secret]: 1 }),
);
/** Every planted thing in every place of a line where a value can stand. */
const poisoned = Object.values(planted).flatMap((secret) => [
  line('turn.failed', { error: `Error: the server said ${secret}` }),
  line('turn.failed', { error: secret, detail: secret, failure: secret, problem: secret, name: secret, url: secret }),
  line('link.state', { link: secret, provider: secret, chat: secret, key: secret, command: secret, version: secret }),
  line('link.state', { reason: secret, kind: secret, state: secret, title: secret }),
  line('turn.bug', {
    stack: `TypeError: ${secret}\n    at run (file:///home/ada/${secret.replace(/\W/g, '')}/dist/main/host.js:12:3)`,
  }),
  line('api.chat-failed', { nested: { deep: secret } }),
]);
const poisonedNumbers = numbers.flatMap((number) => [
  line('telegram.menu-failed', { chat: number, user: number, from: number, accountNumber: number }),
  line('telegram.menu-failed', { error: `failed for ${String(number)}` }),
]);

describe('the report', () => {
  it('holds nothing that a person or a server wrote or chose (a token in a public issue)', () => {
    const text = reportText(facts([...poisoned, ...poisonedNumbers, ...oddNames]));
    for (const [what, secret] of Object.entries(planted)) expect(text, what).not.toContain(secret);
    // Nor in pieces: no word of a message, no part of a number.
    for (const word of ['old mill', 'Lovelace', 'acme', '23456789', 'ada', 'sk-live', 'eyJ', 'Chess']) {
      expect(text, word).not.toMatch(new RegExp(`\\b${word}`));
    }
    for (const number of numbers) expect(text, String(number)).not.toContain(String(number));
  });

  it('says what helps: versions, states with their ages, codes, numbers and our own words (an empty report)', () => {
    const text = reportText(
      facts([
        line('link.state', { link: planted.linkId, state: 'retrying', reason: 'link.network' }),
        line('host.started', { version: '1.2.3', mode: 'desktop', startMs: 412 }),
        line('api.command-failed', { command: 'host.get', error: 'TypeError: x is not a function', ok: false }),
        line('link.not-made', { error: 'Error: connect ECONNREFUSED 10.1.2.3:443', attempt: 2 }),
        line('turn.bug', {
          turn: '0199c1de-7a7e-7000-8000-00000000000a',
          stack:
            'TypeError: x\n    at run (file:///home/ada/app/dist/main/host.js:12:3)\n    at go (/home/ada/turns.ts:4:5)',
        }),
        line('backup.made', { name: 'porchlight-2026-11-22T00-00-00-000Z.db' }),
      ]),
    );
    expect(text.split('\n')).toEqual([
      'Porchlight 1.2.3, desktop, report of 2026-11-22T19:00:00.000Z',
      'Node 24.21.0, Electron 45.4.1, linux 6.1.0 x64',
      'Running for 3600 s, memory 96 MB, event loop delay 3.2 ms (p99), free on the disk 12000 MB',
      'State degraded, problem host.disk-full, notices settings.restored',
      'Replies being written 1, messages waiting 2, replies not sent 3, sent again 4, decisions waiting 5',
      'Paused no, limit none, API on, setup done',
      '',
      'Links',
      '1. telegram: retrying, attempt 3, next in 12 s, link.network, in this state since 60 s ago, ' +
        'last in 5 s ago, last out never, unsent 2, waiting 1, own server',
      '',
      'Providers',
      '1. openai, remote, key refused',
      '',
      'Models, the default first',
      '1. of provider-1: resting, asked again in 60 s',
      '2. of a provider that is gone: missing',
      '',
      'Settings that differ from how Porchlight comes',
      'persona = (set)',
      'models.fallbacks = (set)',
      'delivery.pacing = 0',
      '',
      'Servers of tools',
      '1. stdio: retrying, attempt 3, next in 5 s, in this state since 60 s ago, lost 2 times, ' +
        'last trouble mcp.ended, tools 2, left out 1',
      '2. http: off, in this state since 60 s ago, lost 2 times, last trouble mcp.ended, tools 2, left out 1, ' +
        'switched off, set by file',
      '',
      'Tools: own 1, of servers 1, ask 1, never 1, chosen 1, set by file 1',
      'Memory: curated 1, aside 1, 5200 bytes, largest 4800, not read memory.too-large',
      'Personas: personas 1, set by file 1, links that have one 1',
      '',
      'Schedules',
      '1. cron, next in 30 s, last run 90 s ago: failed mcp.ended, late, missed 3, quiet hours',
      '2. once, will not run again, never ran, paused',
      '',
      'Used today $0.12 of $5, 900 tokens of any',
      'Used this month $0.12 of $5, 900 tokens of any, reserved $0.5 and 7 tokens',
      'Caps of single providers and conversations',
      '1. provider-1: day $0.12 of $5, 900 tokens of any; month $0.12 of any, 900 tokens of any, set by file',
      '2. a conversation: day $0.12 of $5, 900 tokens of any; month $0.12 of any, 900 tokens of any',
      '',
      'Of the last 1000 turns: done 990, failed model.network 10',
      'Of the last 1000 calls of tools: none',
      '',
      'Backups: 1, newest 7200 s ago',
      '',
      'Log, the last 6 lines since 2026-11-22T18:59:59.000Z',
      '2026-11-22T18:59:59.000Z warn link.state link=link-1 state=retrying reason=link.network',
      '2026-11-22T18:59:59.000Z warn host.started version=1.2.3 mode=desktop startMs=412',
      '2026-11-22T18:59:59.000Z warn api.command-failed command=host.get error=TypeError/(30 characters) ok=false',
      '2026-11-22T18:59:59.000Z warn link.not-made error=Error/ECONNREFUSED/(40 characters) attempt=2',
      '2026-11-22T18:59:59.000Z warn turn.bug turn=0199c1de-7a7e-7000-8000-00000000000a stack=host.js:12:3 turns.ts:4:5',
      '2026-11-22T18:59:59.000Z warn backup.made name=porchlight-2026-11-22T00-00-00-000Z.db',
      '',
    ]);
  });
});
