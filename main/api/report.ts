/**
 * The report that an owner gives to somebody who helps. It holds what the program itself made up: its versions, states,
 * reason codes, numbers, names of its own log events. What a person or a server wrote or chose (messages, names,
 * addresses, ids of links, models, texts of errors) is not taken out of it, it is never put in: a value of the log is
 * shown only when it is known to be a word of ours, and all else by its length.
 */
import { constants } from 'node:os';
import { isReasonCode } from '../../preload/contract/reasons.ts';
import type { BackupsView, HealthView, LogLineView } from '../../preload/contract/diagnostics-views.ts';
import type { ProviderView } from '../../preload/contract/model-views.ts';
import type { HostView, LinkView, SettingView } from '../../preload/contract/views.ts';
import { isSettingKey } from '../gateway/settings.ts';
import { agentPart, type AgentFacts } from './report-agent.ts';
import { ago, at, codeOf, numbered, seconds } from './report-words.ts';

export interface ReportFacts {
  readonly now: number;
  readonly host: HostView;
  readonly health: HealthView;
  readonly providers: readonly Pick<ProviderView, 'id' | 'kind' | 'local' | 'keyEnd' | 'keyRefused'>[];
  readonly settings: readonly SettingView[];
  readonly agent: AgentFacts;
  readonly backups: BackupsView;
  /** The newest lines of the log, oldest first. */
  readonly lines: readonly LogLineView[];
}

/** Pure: the same facts give the same text. Lines end in LF; in English, as those who help read it. */
export function reportText(facts: ReportFacts): string {
  const { host, health, providers, agent, lines } = facts;
  const names = namesOf(facts);
  return [
    ...machinePart(facts),
    '',
    'Links',
    ...numbered(health.links.map((link) => linkLine(link, facts.now))),
    '',
    'Providers',
    ...numbered(providers.map(providerLine)),
    '',
    'Models, the default first',
    ...numbered(health.models.map(({ ref, state, until }) => modelLine(names, ref, state, until, facts.now))),
    '',
    'Settings that differ from how Porchlight comes',
    ...settingLines(facts.settings),
    '',
    ...agentPart(agent, names.provider, facts.now),
    '',
    `Backups: ${String(facts.backups.backups.length)}, newest ${ago(facts.backups.backups[0]?.at ?? null, facts.now)}` +
      (facts.backups.planned === null ? '' : ', one takes the place of the database at the next start'),
    '',
    `Log, the last ${String(lines.length)} lines since ${at(lines[0]?.at ?? host.startedAt)}`,
    ...lines.map((line) => logLine(line, names)),
    '',
  ].join('\n');
}

function machinePart({ now, host, health }: ReportFacts): readonly string[] {
  const { runtime } = health;
  const electron = runtime.electron === null ? '' : `, Electron ${runtime.electron}`;
  const free = health.freeBytes === null ? 'unknown' : `${String(Math.round(health.freeBytes / 1e6))} MB`;
  return [
    `Porchlight ${host.version}, ${host.mode}, report of ${at(now)}`,
    `Node ${runtime.node}${electron}, ${runtime.system}`,
    `Running for ${seconds(health.uptime)}, memory ${String(Math.round(health.rssBytes / 1e6))} MB, ` +
      `event loop delay ${String(health.eventLoopP99Ms)} ms (p99), free on the disk ${free}`,
    `State ${health.status}, problem ${codeOf(health.problem)}, notices ${host.notices.map(codeOf).join(' ') || 'none'}`,
    `Replies being written ${String(health.runningTurns)}, messages waiting ${String(health.waitingMessages)}, ` +
      `replies not sent ${String(health.unsentReplies)}, sent again ${String(health.sentAgain)}, ` +
      `decisions waiting ${String(health.waitingCards)}`,
    `Paused ${(health.pausedUntil ?? 0) > now ? 'yes' : 'no'}, limit ${codeOf(health.budgetAlarm)}, ` +
      `API ${host.apiUrl === null ? 'off' : 'on'}, setup ${host.setupDone ? 'done' : 'not done'}`,
  ];
}

function linkLine(link: LinkView, now: number): string {
  const { kind, state, since, lastInAt, lastOutAt, unsent, waiting, enabled, hasOwner, apiRoot, fixedByFile } = link;
  const proof = state.kind === 'up' ? `, proven ${ago(state.provenAt, now)}` : '';
  const next = state.kind === 'retrying' ? `, attempt ${String(state.attempt)}, next ${ago(state.at, now)}` : '';
  const why = 'reason' in state ? `, ${codeOf(state.reason)}` : '';
  const marks = [
    ...(enabled ? [] : ['switched off']),
    ...(hasOwner ? [] : ['no owner']),
    ...((link.pausedUntil ?? 0) > now ? ['paused'] : []),
    ...(apiRoot === null ? [] : ['own server']),
    ...(fixedByFile ? ['set by file'] : []),
  ];
  return [
    `${kind}: ${state.kind}${proof}${next}${why}, in this state since ${ago(since, now)}`,
    `last in ${ago(lastInAt, now)}, last out ${ago(lastOutAt, now)}`,
    `unsent ${String(unsent)}, waiting ${String(waiting)}`,
    ...marks,
  ].join(', ');
}

function providerLine({ kind, local, keyEnd, keyRefused }: ReportFacts['providers'][number]): string {
  const key = keyRefused ? 'key refused' : keyEnd === null ? 'no key' : 'with a key';
  return `${kind}, ${local ? 'local' : 'remote'}, ${key}`;
}

function modelLine(
  names: Names,
  ref: string,
  state: HealthView['models'][number]['state'],
  until: number | null,
  now: number,
): string {
  const provider = names.provider.get(ref.slice(0, Math.max(0, ref.indexOf('/')))) ?? 'a provider that is gone';
  return `of ${provider}: ${state}${until === null ? '' : `, asked again ${ago(until, now)}`}`;
}

function settingLines(settings: readonly SettingView[]): readonly string[] {
  const changed = settings.filter((each) => JSON.stringify(each.value) !== JSON.stringify(each.default));
  if (changed.length === 0) return ['none'];
  return changed.map(({ key, type, value, fixedByFile }) => {
    // Texts and lists are the owner's own words; numbers, switches and choices are ours.
    const shown = type === 'text' || type === 'list' ? '(set)' : JSON.stringify(value);
    return `${key} = ${shown}${fixedByFile ? ' (by file)' : ''}`;
  });
}

/** What things are called in the report by their place in it: their ids are chosen by the owner, or say nothing. */
type Names = Readonly<Record<'link' | 'provider' | 'server', ReadonlyMap<string, string>>>;

function namesOf({ health, providers, agent }: ReportFacts): Names {
  return {
    link: inOrder('link', health.links),
    provider: inOrder('provider', providers),
    server: inOrder('server', agent.servers),
  };
}

function inOrder(kind: keyof Names, things: readonly { readonly id: string }[]): ReadonlyMap<string, string> {
  return new Map(things.map(({ id }, index) => [id, `${kind}-${String(index + 1)}`]));
}

// Names of events and fields are constants of our code; the shapes are a second lock.
const eventName = /^[a-z][a-z-]{0,30}(?:\.[a-z0-9-]{1,40}){0,2}$/;
const fieldName = /^[a-zA-Z]{1,24}$/;

function logLine({ at: when, level, event, fields }: LogLineView, names: Names): string {
  const rest = Object.entries(fields)
    .filter(([name]) => fieldName.test(name))
    .map(([name, value]) => `${name}=${fieldValue(name, value, names)}`);
  return [at(when), level, eventName.test(event) ? event : hidden(event), ...rest].join(' ');
}

/** Numbers that name somebody, however short they are. */
const ofPersons = /chat|user|sender|author|address|from|phone|account|owner|number|jid|lid|member|person/i;
/** Ids and telephone numbers are longer; what we count and measure is mostly shorter. */
const longestNumber = 100_000;

function fieldValue(name: string, value: unknown, names: Names): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Math.abs(value) < longestNumber && !ofPersons.test(name) ? String(value) : '#';
  if (typeof value !== 'string') return '?';
  if (name === 'link' || name === 'provider') return names[name].get(value) ?? hidden(value);
  // One that is gone has its id, which is ours.
  if (name === 'server' && names.server.has(value)) return names.server.get(value) ?? hidden(value);
  if (name === 'stack') return framesOf(value).join(' ') || hidden(value);
  return isOurs(name, value) ? value : gistOf(value);
}

/** Words of the program that stand in its log; a name that somebody chose may be one of them and tells nothing then. */
const words: ReadonlySet<string> = new Set([
  ...['off', 'pairing', 'connecting', 'up', 'retrying', 'signed-out', 'conflict', 'network', 'wake', 'owner'],
  ...['guest', 'blocked', 'unknown', 'message', 'file', 'mention', 'always', 'all', 'link', 'conversation', 'desktop'],
  ...['headless', 'delivery', 'turn', 'delta', 'card', 'model', 'usage', 'setting', 'host', 'rich', 'html', 'plain'],
]);
const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const backupName = /^porchlight-[\dTZ-]{20,40}(?:-v\d+)?\.db$/;
const versionNumber = /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]+\.?\d*)?$/;
const commandName = /^[a-z]+\.[a-zA-Z]{1,30}$/;

function isOurs(name: string, value: string): boolean {
  if (words.has(value) || isReasonCode(value) || uuid7.test(value) || backupName.test(value)) return true;
  if (name === 'key') return isSettingKey(value);
  if (name === 'version') return versionNumber.test(value);
  return name === 'command' && commandName.test(value);
}

const errorNames: ReadonlySet<string> = new Set([
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'AggregateError', 'AssertionError'],
  ...['AbortError', 'TimeoutError', 'DataCloneError', 'DOMException', 'StorageTrouble', 'JobFailed'],
  ...['GrammyError', 'HttpError', 'APIError', 'APIConnectionError', 'ResponseError', 'ZodError', 'Boom'],
]);
const systemCodes: ReadonlySet<string> = new Set([
  ...Object.keys(constants.errno),
  ...[
    'ENOTFOUND',
    'EAI_AGAIN',
    'ERR_SQLITE_ERROR',
    'ERR_INVALID_STATE',
    'ERR_INVALID_ARG_TYPE',
    'ERR_MODULE_NOT_FOUND',
  ],
  ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
]);

/** Of a text that may be anybody's: what kind of error it is, and codes of the system; of the rest only the length. */
function gistOf(text: string): string {
  const [before = ''] = text.split(':', 1);
  const kind = errorNames.has(before) ? before : undefined;
  const codes = [...new Set(text.match(/[A-Z][A-Z0-9_]{3,40}/g) ?? [])].filter((code) => systemCodes.has(code));
  return [...(kind === undefined ? [] : [kind]), ...codes, hidden(text)].join('/');
}

/** Where in our files: no folder, because a home carries a name. */
function framesOf(stack: string): readonly string[] {
  const frames = stack.matchAll(/^\s+at .*[/\\]([\w.-]{1,60}\.(?:js|mjs|cjs|ts):\d{1,7}:\d{1,5})\)?$/gm);
  return [...frames].slice(0, 8).map(([, frame = '']) => frame);
}

function hidden(text: string): string {
  return `(${String(text.length)} characters)`;
}
