/** A bridge that answers from data. Only for pictures and component tests: the real one is proven against a real host. */
import type { Bridge } from '../../../preload/contract/bridge.ts';
import type { AnswerOf, CommandName, Outcome, ParamsOf } from '../../../preload/contract/commands.ts';
import type { GatewayEvent, NumberedEvent } from '../../../preload/contract/events.ts';
import type { ModelChoiceView, PullView } from '../../../preload/contract/model-views.ts';
import type {
  ConversationView,
  DesktopView,
  HostView,
  LinkView,
  MessageView,
} from '../../../preload/contract/views.ts';
import { hardCard, hardConversation, hardMessages, hardSteps } from './data-hard.ts';
import { agentCard, agentConversation, agentMessages, agentSteps, agentSummaries, agentTurn } from './data-agent.ts';
import { conversations, links, messages, modelLists, now, providers, settings, telegramMessages } from './data.ts';
import { cards, groupMessages, groups, people, troubled } from './data-people.ts';
import { backups, logLines } from './data-diagnostics.ts';
import { pulls, thousand } from './data-models.ts';
import { Refused, toolAnswers } from './data-tools.ts';
import { budget, caps, prices, series, used } from './data-usage.ts';
import {
  newWhatsAppLink,
  pairedState,
  whatsappConversation,
  whatsappLink,
  whatsappLinks,
  whatsappMessages,
} from './data-whatsapp.ts';

const personas = [
  {
    id: 'p1',
    name: 'Butler',
    text: 'You are an attentive butler. Answer briefly, and never without a touch of irony.',
    fixedByFile: false,
  },
  {
    id: 'p2',
    name: 'Teacher of Italian',
    text: 'Answer in simple Italian, then explain the hardest word in English.',
    fixedByFile: true,
  },
];

type Answers = { [Name in CommandName]?: (params: ParamsOf<Name>) => AnswerOf<Name> };

const newPull: PullView = {
  provider: 'ollama',
  name: '',
  state: 'running',
  phase: 'asking',
  completed: 0,
  total: null,
  speed: null,
  left: null,
  reason: null,
};

const writing =
  'A plan for the week, one metre a day:\n\n- **Monday**: straps, and a board under the hive\n- **Tuesday**: the first met';

export function dataBridge(): Bridge {
  const asked = new URLSearchParams(location.search);
  const fresh = asked.has('fresh');
  const quiet = fresh || asked.has('quiet');
  const values = new Map<string, unknown>([['setup.done', !fresh]]);
  const own: MessageView[] = [];
  const listeners = new Set<(event: NumberedEvent) => void>();
  let seq = 100;
  const tell = (event: GatewayEvent): void => {
    seq += 1;
    for (const listener of listeners) listener({ seq, event });
  };
  const host = (): HostView => ({
    version: '0.1.0',
    mode: 'desktop',
    dataDir: '/home/ada/.config/Porchlight/gateway',
    startedAt: now - 3_600_000,
    apiUrl: values.get('api.enabled') === true ? 'http://127.0.0.1:4747/' : null,
    seq,
    problem: asked.has('problem') ? { code: 'host.disk-full', params: { dataDir: '/home/ada' } } : null,
    notices: asked.has('problem') ? [{ code: 'settings.restored', params: { name: 'settings.broken-1.json' } }] : [],
    timeZone: 'Europe/Berlin',
    setupDone: values.get('setup.done') === true,
    pausedUntil: asked.has('paused') ? now + 5_400_000 : null,
  });
  const list = (): readonly ConversationView[] =>
    fresh
      ? []
      : asked.has('agent')
        ? [...agentConversation, ...hardConversation, ...conversations]
        : asked.has('whatsapp')
          ? [whatsappConversation, ...conversations]
          : conversations;
  // `pair=…` names what every pairing comes to at once.
  const pairing = asked.get('pair') ?? 'starting';
  const shown = fresh ? links.filter((link) => link.kind === 'window') : asked.has('whatsapp') ? whatsappLinks : links;
  const known = new Map(shown.map((link) => [link.id, link]));
  const change = (link: LinkView): LinkView => {
    known.set(link.id, link);
    tell({ kind: 'link.changed', link });
    return link;
  };
  const linkOf = (id: string): LinkView => known.get(id) ?? newWhatsAppLink(id, { kind: 'connecting' });
  const pair = (id: string): LinkView => {
    const { linked, mode } = linkOf(id);
    const state = pairedState(pairing, Date.now());
    return change(linked || state.kind === 'up' ? whatsappLink(id, { state, mode }) : newWhatsAppLink(id, state));
  };
  let shownPulls: readonly PullView[] = asked.has('pulls') ? pulls : [];
  let choice: ModelChoiceView = fresh
    ? { default: 'practice/practice', fallbacks: [] }
    : { default: 'ollama/qwen3:8b', fallbacks: ['ollama/llama3.2:3b', 'lab/gpt-test', 'practice/practice'] };
  let login = false;
  let planned: string | null = null;
  const desktop = (): DesktopView => ({ login: { on: login, reason: null }, update: null });
  // Told from outside, as a phone would: `new CustomEvent('pairing', { detail: { link, step } })`.
  window.addEventListener('pairing', (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { link, step } = event.detail as { readonly link: string; readonly step: string };
    change({ ...linkOf(link), state: pairedState(step, Date.now()) });
  });
  const answers: Answers = {
    'host.get': host,
    'host.health': () => ({
      status: 'ok',
      problem: null,
      links,
      runningTurns: 1,
      waitingMessages: 0,
      unsentReplies: 2,
      sentAgain: 1,
      waitingCards: quiet ? 0 : cards.length,
      pausedUntil: null,
      budgetAlarm: null,
      rssBytes: 96_000_000,
      eventLoopP99Ms: 3.2,
      uptime: 3_600_000,
      freeBytes: 41_300_000_000,
      runtime: { node: '24.21.0', electron: '45.4.1', system: 'linux 6.1.0-28-amd64 x64' },
      models: fresh
        ? [{ ref: 'practice/practice', state: 'ready', until: null }]
        : [
            { ref: 'ollama/qwen3:8b', state: 'ready', until: null },
            { ref: 'ollama/llama3.2:3b', state: 'resting', until: now + 240_000 },
            { ref: 'lab/gpt-test', state: 'key-refused', until: null },
            { ref: 'practice/practice', state: 'ready', until: null },
          ],
    }),
    'host.log': ({ limit }) => logLines(now).slice(-limit),
    'host.report': () => ({ text: 'Porchlight 0.1.0, desktop, report of 2026-11-22T19:00:00.000Z\n' }),
    'host.selfTest': ({ model }) => ({
      steps: [
        { step: 'stored', after: 4 },
        { step: 'started', after: 6 },
        ...(asked.has('bad')
          ? []
          : [{ step: 'answered', after: 912 } as const, { step: 'delivered', after: 915 } as const]),
      ],
      reason: asked.has('bad') ? { code: 'model.network', params: { provider: 'Ollama' } } : null,
      model: model === 'practice' ? 'practice/practice' : 'ollama/qwen3:8b',
    }),
    'backups.list': () => ({ backups: quiet ? [] : backups, planned }),
    'backups.make': () => ({ name: 'porchlight-now.db', at: now, size: 5_200_000, beforeMigration: false }),
    'backups.plan': ({ name }) => {
      planned = name;
      return { backups, planned };
    },
    'conversations.page': list,
    'conversations.thread': ({ conversation }) => {
      const view = list().find((each) => each.id === conversation) ?? conversations[0];
      if (!view) throw new Error('no conversation');
      const running = conversation === 'c1';
      if (conversation === 'c41') {
        return { conversation: view, messages: hardMessages, more: false, turn: null, turnText: null };
      }
      if (conversation === 'c40') {
        const turn = agentTurn(asked.has('asking'));
        return { conversation: view, messages: agentMessages, more: false, turn, turnText: null };
      }
      return {
        conversation: view,
        messages:
          conversation === 'c2'
            ? telegramMessages
            : conversation === 'c20'
              ? groupMessages
              : conversation === 'c30'
                ? whatsappMessages
                : [...messages, ...own],
        more: false,
        turn: running
          ? {
              id: 't7',
              conversation,
              state: 'running',
              startedAt: now,
              waitingFor: asked.has('waiting')
                ? { code: 'model.waiting-first-token', params: { model: 'qwen3:8b', seconds: 24 } }
                : null,
              model: 'ollama/qwen3:8b',
              reason: null,
              doing: null,
              asking: false,
            }
          : null,
        turnText: running && !asked.has('waiting') ? { turn: 't7', attempt: 1, text: writing } : null,
      };
    },
    'conversations.summaries': ({ conversation }) => (conversation === 'c40' ? agentSummaries : []),
    'turns.steps': ({ turn }) => (turn === 't41' ? hardSteps : agentSteps(turn)),
    'conversations.titled': ({ query, limit }) =>
      list()
        .filter(({ title }) => title.toLowerCase().includes(query.toLowerCase()))
        .slice(0, limit),
    'conversations.markRead': () => null,
    'conversations.search': ({ query }) =>
      messages
        .filter((each) => each.text.toLowerCase().includes(query.toLowerCase()))
        .map((each) => ({
          message: each.id,
          conversation: 'c1',
          title: 'Moving the bees before winter',
          linkKind: 'window',
          seq: each.seq,
          at: each.at,
          excerpt: each.text.slice(0, 140).replace(new RegExp(query, 'gi'), (hit) => `\u0002${hit}\u0003`),
        })),
    'links.list': () => [...known.values()],
    'links.addWhatsApp': ({ id }) => pair(id),
    'links.pair': ({ link }) => pair(link),
    'links.cancelPairing': ({ link }) => {
      if (linkOf(link).linked)
        change({ ...linkOf(link), state: { kind: 'signed-out', reason: { code: 'link.logged-out' } } });
      else if (known.delete(link)) tell({ kind: 'link.removed', link });
      return null;
    },
    'links.setMode': ({ link, mode }) => change({ ...linkOf(link), mode }),
    'links.remove': () => null,
    'links.probe': () => ({ ok: true, identity: { account: '4711', name: 'Ada at home', handle: '@ada_home_bot' } }),
    'links.reconnect': () => null,
    'links.removeObstacle': () => null,
    'pause.set': () => null,
    'cards.list': () => [...(asked.has('asking') ? [hardCard, agentCard] : []), ...(quiet ? [] : cards)],
    'cards.answer': () => null,
    'people.list': () => (quiet ? [] : people),
    'people.setRole': () => null,
    'people.forget': () => null,
    'groups.list': () => (quiet ? [] : groups),
    'groups.set': () => null,
    'messages.revisions': () => [
      { revision: 0, text: '@ada_home_bot which Thursday has a full mon?', at: now - 58 * 60_000 },
      { revision: 1, text: '@ada_home_bot what Thursday has a full moon?', at: now - 57 * 60_000 },
    ],
    'messages.answerNow': () => null,
    'deliveries.retry': () => null,
    'deliveries.troubled': () => (quiet ? [] : troubled),
    'budget.get': () => budget(asked.has('full'), now),
    'caps.list': () => (quiet ? [] : caps),
    'caps.set': () => null,
    'usage.ofConversation': () => used,
    'personas.list': () => personas,
    'personas.save': ({ id = 'p9', name, text }) => ({ id, name, text, fixedByFile: false }),
    'personas.remove': () => null,
    'prices.list': () => (quiet ? [] : prices),
    'prices.set': () => null,
    'usage.series': ({ bounds }) => (quiet ? [] : series(bounds)),
    'providers.list': () => (fresh ? providers.filter((each) => each.kind === 'practice') : providers),
    'providers.detectOllama': () => ({ baseUrl: asked.has('ollama') ? 'http://127.0.0.1:11434' : null }),
    'providers.listDraft': () => modelLists[0] ?? { provider: '', models: [], reason: null },
    'providers.test': (params) =>
      asked.has('bad')
        ? {
            ok: false,
            reason: { code: 'model.network', params: { provider: 'Ollama' } },
            detail: 'connect ECONNREFUSED 127.0.0.1:11434',
          }
        : { ok: true, latency: 412, said: 'ref' in params ? 'Hello there!' : 'Hello!' },
    'models.list': () => (asked.has('many') ? [...modelLists, thousand] : modelLists),
    'models.recent': () => ['ollama/gemma3:12b', 'practice/practice'],
    'models.pulls': () => shownPulls,
    'models.pull': ({ provider, name }) => {
      const pull = { ...newPull, provider, name };
      shownPulls = [...shownPulls.filter((each) => each.name !== name), pull];
      tell({ kind: 'pull.changed', pull });
      return pull;
    },
    'models.cancelPull': ({ name }) => {
      const pull = shownPulls.find((each) => each.name === name);
      if (pull?.state === 'running') {
        const stopped = { ...pull, state: 'stopped', speed: null, left: null } as const;
        shownPulls = shownPulls.map((each) => (each === pull ? stopped : each));
        tell({ kind: 'pull.changed', pull: stopped });
      } else {
        shownPulls = shownPulls.filter((each) => each !== pull);
        tell({ kind: 'pull.removed' });
      }
      return null;
    },
    'models.delete': () => null,
    'providers.stopTests': () => null,
    'models.choice': () => choice,
    'models.choose': (change) => {
      choice = { ...choice, ...change };
      tell({ kind: 'model.changed' });
      return choice;
    },
    ...toolAnswers(quiet, tell, asked),
    'desktop.get': desktop,
    'desktop.restart': () => null,
    'desktop.setLogin': ({ on }) => {
      login = on;
      return desktop();
    },
    'settings.list': () => settings(values),
    'settings.set': ({ key, value }) => {
      values.set(key, value);
      tell({ kind: 'settings.changed', key });
      const view = settings(values).find((each) => each.key === key);
      if (!view) throw new Error(key);
      return view;
    },
  };
  return {
    platform: 'desktop',
    call: async <Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>> => {
      const answer: Answers[Name] = answers[name];
      if (!answer) return { ok: false, reason: { code: 'input.command-unknown', params: { command: name } } };
      if (asked.get('refuse')?.split(',').includes(name) === true)
        return { ok: false, reason: { code: 'host.disk-full', params: { dataDir: '/home/ada' } } };
      try {
        return { ok: true, value: answer(params) };
      } catch (failure) {
        if (failure instanceof Refused) return { ok: false, reason: failure.reason };
        throw failure;
      }
    },
    on: (_since, listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
