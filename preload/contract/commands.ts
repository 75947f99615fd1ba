/**
 * Everything a window may ask for: one typed map for both transports (IPC on the desktop, a WebSocket on the headless
 * host). Parameters are checked in `main/api` against `schemas.ts`; an answer is a value or a {@link Reason}.
 */
import type { AgentCommands } from './agent-commands.ts';
import type { Reason } from './reasons.ts';
import type { BackupView, BackupsView, HealthView, LogLineView, SelfTestView } from './diagnostics-views.ts';
import type {
  ModelChoiceView,
  ModelListView,
  ProviderView,
  PullView,
  RecentModelsView,
  TestView,
} from './model-views.ts';
import type { BudgetView, PriceView, UsageSliceView, UsageView } from './money-views.ts';
import type {
  CardAnswerView,
  CardView,
  ContextUseView,
  ConversationView,
  DesktopView,
  ExportPieceView,
  ExportPlaceView,
  GroupView,
  HostView,
  IdentityView,
  LinkModeView,
  LinkView,
  PersonView,
  RevisionView,
  SearchHitView,
  SettingView,
  ThreadView,
  TroubledView,
} from './views.ts';

/** A provider as typed in. A key that is left out keeps the stored one; an empty one removes it. */
export interface ProviderDraft {
  readonly id: string;
  readonly kind: 'openai' | 'ollama';
  readonly name?: string;
  readonly baseUrl: string;
  readonly key?: string;
}

export type PauseScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'link'; readonly link: string }
  | { readonly kind: 'conversation'; readonly conversation: string };

interface Command<Params, Answer> {
  readonly params: Params;
  readonly answer: Answer;
}
type Nothing = Readonly<Record<string, never>>;

export interface Commands extends AgentCommands {
  'host.get': Command<Nothing, HostView>;
  'host.health': Command<Nothing, HealthView>;
  'host.log': Command<{ readonly limit: number }, readonly LogLineView[]>;
  /** For somebody who helps: nothing in it that a person wrote or chose, and no secret. */
  'host.report': Command<Nothing, { readonly text: string }>;
  /** Sends a message the whole way, in a thread of its own that is removed. `chosen` asks the default model: it may cost. */
  'host.selfTest': Command<{ readonly model: 'practice' | 'chosen' }, SelfTestView>;

  'backups.list': Command<Nothing, BackupsView>;
  'backups.make': Command<Nothing, BackupView>;
  /** The next start puts this backup in the place of the database, if it is whole; null: none. */
  'backups.plan': Command<{ readonly name: string | null }, BackupsView>;

  /** What only the tray app has; `desktop.none` on a headless host. */
  'desktop.get': Command<Nothing, DesktopView>;
  /** Whether the system starts Porchlight, in the tray alone, when its person logs in. */
  'desktop.setLogin': Command<{ readonly on: boolean }, DesktopView>;
  /** Ends as Quit does and starts again. */
  'desktop.restart': Command<Nothing, null>;

  /** By last activity, or those of one link; `before` is the last row of the page before. */
  'conversations.page': Command<
    {
      readonly limit: number;
      readonly before?: { readonly lastAt: number; readonly id: string };
      readonly link?: string;
    },
    readonly ConversationView[]
  >;
  /** Those whose title has the typed letters in their order; the best first. */
  'conversations.titled': Command<{ readonly query: string; readonly limit: number }, readonly ConversationView[]>;
  /** A new thread of the window. */
  'conversations.create': Command<Nothing, ConversationView>;
  /** The newest messages, those before `beforeSeq`, or those after `afterSeq`; rising. */
  'conversations.thread': Command<
    { readonly conversation: string; readonly limit: number; readonly beforeSeq?: number; readonly afterSeq?: number },
    ThreadView
  >;
  'conversations.markRead': Command<{ readonly conversation: string }, null>;
  'conversations.setModel': Command<{ readonly conversation: string; readonly model: string | null }, ConversationView>;
  /** How full the model's window would be with the next message, by estimate. */
  'conversations.context': Command<{ readonly conversation: string }, ContextUseView>;
  'conversations.search': Command<
    { readonly query: string; readonly limit: number; readonly link?: string },
    readonly SearchHitView[]
  >;
  /**
   * The next piece of one conversation (null: of all) as a text; all pieces in order are the text. `after` is `next` of the
   * piece before.
   */
  'conversations.export': Command<
    {
      readonly conversation: string | null;
      readonly format: 'markdown' | 'json';
      readonly after: ExportPlaceView | null;
    },
    ExportPieceView
  >;
  /**
   * Window threads only. `key` makes a repeated call the same message; answers once it is on disk. `files`: ids of files
   * that were sent to `PUT /files` before; with them the text may be empty.
   */
  'messages.send': Command<
    { readonly conversation: string; readonly text: string; readonly key: string; readonly files?: readonly string[] },
    { readonly message: string }
  >;
  /**
   * The owner's own words into a chat of a platform, without a model: WhatsApp sends them from his account, Telegram by the
   * bot. Pauses the conversation like what he writes with his phone. `key` makes a repeated call the same message; answers
   * once it is on disk, `say.…` where nothing may or can be sent.
   */
  'conversations.say': Command<
    { readonly conversation: string; readonly text: string; readonly key: string },
    { readonly message: string }
  >;
  /** Answers a message that was set aside (paused, late, held, cleared). */
  'messages.answerNow': Command<{ readonly message: string }, null>;
  /** Earlier texts of a message that its author changed, oldest first. */
  'messages.revisions': Command<{ readonly message: string }, readonly RevisionView[]>;
  'turns.stop': Command<{ readonly conversation: string }, { readonly stopped: boolean }>;
  /** Runs the last turn of the conversation again: a new answer to the same messages. */
  'turns.retry': Command<{ readonly conversation: string }, null>;
  /** Sends what was not delivered once more. */
  'deliveries.retry': Command<{ readonly turn: string }, null>;
  /** Deliveries that gave up or are held, and dead letters, newest first. */
  'deliveries.troubled': Command<{ readonly limit: number }, readonly TroubledView[]>;
  /** `until` null resumes; `Number.MAX_SAFE_INTEGER` pauses until resumed. */
  'pause.set': Command<{ readonly scope: PauseScope; readonly until: number | null }, null>;

  'links.list': Command<Nothing, readonly LinkView[]>;
  /** Asks the platform who this token is; stores nothing. */
  'links.probe': Command<
    { readonly kind: 'telegram'; readonly token: string; readonly apiRoot?: string },
    { readonly ok: true; readonly identity: IdentityView } | { readonly ok: false; readonly reason: Reason }
  >;
  'links.addTelegram': Command<{ readonly id: string; readonly token: string; readonly apiRoot?: string }, LinkView>;
  /** Makes a WhatsApp link, in the mode `only-me`, and begins to pair it. `number`: by code; left out: by QR code. */
  'links.addWhatsApp': Command<
    { readonly id: string; readonly number?: string; readonly webSocketUrl?: string; readonly serverKey?: string },
    LinkView
  >;
  /** Pairs a link that is not linked, or is no more; also for a fresh code. Steps come as the link's state. */
  'links.pair': Command<{ readonly link: string; readonly number?: string }, LinkView>;
  /** Ends a pairing; a link that never was linked goes with it (unless a file set it up). */
  'links.cancelPairing': Command<{ readonly link: string }, null>;
  'links.setMode': Command<{ readonly link: string; readonly mode: LinkModeView }, LinkView>;
  'links.setToken': Command<{ readonly link: string; readonly token: string }, LinkView>;
  'links.setEnabled': Command<{ readonly link: string; readonly enabled: boolean }, LinkView>;
  'links.reconnect': Command<{ readonly link: string }, null>;
  'links.remove': Command<{ readonly link: string }, null>;
  /** Takes away what keeps messages from coming here (a webhook). */
  'links.removeObstacle': Command<{ readonly link: string }, null>;
  /** Language of the gateway's own sentences in these chats; null for the setting. */
  'links.setLanguage': Command<{ readonly link: string; readonly language: string | null }, LinkView>;

  'cards.list': Command<Nothing, readonly CardView[]>;
  'cards.answer': Command<{ readonly card: string; readonly answer: CardAnswerView }, null>;
  'people.list': Command<Nothing, readonly PersonView[]>;
  /** For `owner` and `guest` the kept messages are answered. */
  'people.setRole': Command<
    { readonly link: string; readonly address: string; readonly role: 'owner' | 'guest' | 'blocked' },
    null
  >;
  /** Removes the person and the private conversation with them: messages, index, files. */
  'people.forget': Command<{ readonly link: string; readonly address: string }, null>;
  'groups.list': Command<Nothing, readonly GroupView[]>;
  'groups.set': Command<
    { readonly link: string; readonly chat: string; readonly answer: 'off' | 'mention' | 'always' },
    null
  >;

  'providers.list': Command<Nothing, readonly ProviderView[]>;
  'providers.save': Command<{ readonly provider: ProviderDraft }, ProviderView>;
  'providers.remove': Command<{ readonly provider: string }, null>;
  /** A real request for a few tokens, with what is typed in (nothing is stored) or with what is stored. */
  'providers.test': Command<
    { readonly provider: ProviderDraft; readonly model: string } | { readonly ref: string },
    TestView
  >;
  /** Ends every test that runs; each answers that it was stopped. */
  'providers.stopTests': Command<Nothing, null>;
  /** The models of a provider that is typed in and not stored yet. */
  'providers.listDraft': Command<{ readonly provider: ProviderDraft }, ModelListView>;
  /** Is Ollama running on this machine? */
  'providers.detectOllama': Command<Nothing, { readonly baseUrl: string | null }>;
  'models.list': Command<Nothing, readonly ModelListView[]>;
  'models.recent': Command<Nothing, RecentModelsView>;
  /** Models on their way, and those that did not get there. Progress comes as `pull.changed`. */
  'models.pulls': Command<Nothing, readonly PullView[]>;
  /** Loads a model onto an Ollama server, or goes on where an earlier try ended; answers when it has begun. */
  'models.pull': Command<{ readonly provider: string; readonly name: string }, PullView>;
  /** Stops one that runs; takes one that does not from the list. */
  'models.cancelPull': Command<{ readonly provider: string; readonly name: string }, null>;
  /** Deletes a model from the disk of its server. */
  'models.delete': Command<{ readonly ref: string }, null>;
  'models.choice': Command<Nothing, ModelChoiceView>;
  'models.choose': Command<{ readonly default?: string; readonly fallbacks?: readonly string[] }, ModelChoiceView>;

  'settings.list': Command<Nothing, readonly SettingView[]>;
  'settings.set': Command<{ readonly key: string; readonly value: unknown }, SettingView>;
  'budget.get': Command<Nothing, BudgetView>;
  /** The prices of the chosen models and those the owner entered. */
  'prices.list': Command<Nothing, readonly PriceView[]>;
  /** Micro-dollars per million tokens; null takes the owner's price away. */
  'prices.set': Command<
    { readonly model: string; readonly price: { readonly input: number; readonly output: number } | null },
    null
  >;
  /** Totals between neighbouring `bounds` (rising), by model. */
  'usage.series': Command<{ readonly bounds: readonly number[] }, readonly UsageSliceView[]>;
  'usage.totals': Command<{ readonly from: number; readonly to: number }, UsageView>;
}

export type CommandName = keyof Commands;
export type ParamsOf<Name extends CommandName> = Commands[Name]['params'];
export type AnswerOf<Name extends CommandName> = Commands[Name]['answer'];

/** What every command answers with. */
export type Outcome<Name extends CommandName> =
  { readonly ok: true; readonly value: AnswerOf<Name> } | { readonly ok: false; readonly reason: Reason };
