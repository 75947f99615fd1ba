/**
 * The one closed list of reason codes. The gateway emits a code with parameters; window, chats, tray and terminal turn
 * it into a sentence from `resources/i18n/<language>.json` (key `reason.<code>`). A test fails when a language lacks one.
 * `action` is the one next step that is offered beside the sentence.
 */
export type ReasonAction =
  | 'none'
  | 'retry'
  | 'answer-now'
  | 'link-again'
  | 'take-over'
  | 'raise-budget'
  | 'open:channels'
  | 'open:models'
  | 'open:people'
  | 'open:usage'
  | 'remove-webhook'
  | 'resume'
  | 'open:settings'
  | 'open:diagnostics';

export const reasonActions = {
  // link: why a link is not up
  'link.network': 'none',
  'link.server-error': 'none',
  'link.rate-limited': 'none',
  'link.token-refused': 'link-again',
  'link.token-malformed': 'link-again',
  'link.conflict': 'none',
  'link.webhook-set': 'remove-webhook',
  'link.poll-hung': 'none',
  'link.secret-unreadable': 'link-again',
  'link.paused': 'none',
  'link.off': 'open:channels',
  'link.not-linked': 'link-again',
  'link.logged-out': 'link-again',
  'link.identity-damaged': 'link-again',
  'link.replaced': 'take-over',
  'link.account-refused': 'none',
  'link.devices-unsupported': 'link-again',
  'link.client-refused': 'none',
  'link.server-unproven': 'retry',
  'link.server-key-needed': 'open:channels',
  'link.restarting': 'none',
  'link.stuck': 'none',
  'link.library-unsafe': 'open:diagnostics',
  'link.pairing-refused': 'link-again',
  'link.pairing-number': 'link-again',
  'link.pairing-cut': 'link-again',
  // model: why there is no answer
  'model.none': 'open:models',
  'model.invalid-request': 'retry',
  'model.key-refused': 'open:models',
  'model.quota': 'open:models',
  'model.rate-limit': 'retry',
  'model.overloaded': 'retry',
  'model.timeout': 'retry',
  'model.cut': 'retry',
  'model.network': 'open:models',
  'model.tls': 'open:models',
  'model.wrong-path': 'open:models',
  'model.context-overflow': 'none',
  'model.message-too-long': 'none',
  'model.content-filter': 'none',
  'model.missing': 'open:models',
  'model.aborted': 'none',
  'model.empty': 'retry',
  'model.malformed': 'retry',
  'model.bug': 'open:diagnostics',
  'model.name-unknown': 'none',
  'model.library-unreachable': 'retry',
  'model.no-space': 'retry',
  'model.server-old': 'none',
  'model.pull-refused': 'retry',
  'model.pull-unsupported': 'none',
  'model.cooldown': 'retry',
  'model.answered-by': 'none',
  'model.waiting-connect': 'none',
  'model.waiting-first-token': 'none',
  'model.waiting-retry': 'none',
  // turn: how a turn ended when it is not an answer
  'turn.stopped': 'retry',
  'turn.deadline': 'retry',
  'turn.dead-letter': 'retry',
  'turn.interrupted': 'retry',
  'turn.media-unsupported': 'none',
  'turn.too-many-calls': 'retry',
  // tool: why a call of a tool was not made, or what became of it
  'tool.unknown': 'none',
  'tool.malformed': 'none',
  'tool.not-permitted': 'none',
  'tool.limit': 'none',
  'tool.tainted': 'none',
  'tool.refused': 'none',
  'tool.unanswered': 'none',
  'tool.unsure': 'none',
  'tool.timeout': 'none',
  'tool.failed': 'open:diagnostics',
  'tool.not-made': 'none',
  // budget: why a call was not made, or soon will not be
  'budget.day-cost': 'raise-budget',
  'budget.month-cost': 'raise-budget',
  'budget.day-tokens': 'raise-budget',
  'budget.month-tokens': 'raise-budget',
  'budget.provider-day': 'open:usage',
  'budget.provider-month': 'open:usage',
  'budget.conversation-day': 'open:usage',
  'budget.conversation-month': 'open:usage',
  'budget.no-price': 'open:usage',
  'budget.warned': 'raise-budget',
  'budget.provider-warned': 'open:usage',
  'budget.conversation-warned': 'open:usage',
  // media: why a file is not here
  'media.too-large': 'none',
  'media.not-fetched': 'retry',
  'media.gone': 'none',
  'media.damaged': 'none',
  'media.not-here': 'retry',
  'media.no-transcription': 'none',
  'media.set-transcription': 'open:settings',
  'media.unread': 'none',
  'media.unseen': 'none',
  'media.left-out': 'none',
  // access: why a message was not answered
  'access.unknown-sender': 'open:people',
  'access.blocked': 'open:people',
  'access.before-link': 'none',
  'access.paused': 'answer-now',
  'access.late': 'answer-now',
  'access.held': 'answer-now',
  'access.cleared': 'answer-now',
  'access.own-message': 'none',
  'access.only-me': 'open:channels',
  'access.answer-asked': 'none',
  'access.allowed-once': 'none',
  'access.group-unknown': 'open:people',
  'access.group-off': 'open:people',
  'access.overheard': 'none',
  'access.loop': 'resume',
  'access.left': 'answer-now',
  'access.taken-back': 'none',
  // delivery: what became of a reply
  'delivery.late': 'none',
  'delivery.sent-again': 'none',
  'delivery.unknown-after-send': 'retry',
  'delivery.rejected': 'retry',
  'delivery.blocked-by-person': 'none',
  'delivery.chat-gone': 'none',
  'delivery.message-gone': 'none',
  'delivery.restricted': 'none',
  'delivery.network': 'retry',
  'delivery.gave-up': 'retry',
  'delivery.held': 'answer-now',
  // say: why the owner's own words were not sent
  'say.link-off': 'open:channels',
  'say.only-me': 'open:channels',
  'say.blocked': 'open:people',
  'say.group-off': 'open:people',
  'say.unreachable': 'none',
  // mcp: why a server of tools is not there
  'mcp.command-missing': 'none',
  'mcp.command-refused': 'none',
  'mcp.command-script': 'none',
  'mcp.secret-unreadable': 'none',
  'mcp.address-refused': 'none',
  'mcp.header-refused': 'none',
  'mcp.name-taken': 'none',
  'mcp.signed-out': 'none',
  'mcp.not-a-server': 'none',
  'mcp.redirected': 'none',
  'mcp.protocol': 'none',
  'mcp.ended': 'none',
  'mcp.hung': 'none',
  'mcp.unreachable': 'none',
  'mcp.server-error': 'none',
  'mcp.session-ended': 'none',
  'mcp.stream-cut': 'none',
  'mcp.too-much': 'none',
  'mcp.malformed': 'none',
  'mcp.refused': 'none',
  'mcp.bug': 'open:diagnostics',
  // memory: why a note was not read or written
  'memory.disk-full': 'none',
  'memory.folder-gone': 'none',
  'memory.too-large': 'none',
  'memory.not-utf8': 'none',
  'memory.not-a-note': 'none',
  'memory.refused': 'none',
  'memory.conflict': 'none',
  'memory.busy': 'none',
  'memory.exists': 'none',
  'memory.changed': 'none',
  'memory.curated': 'none',
  'memory.entry': 'none',
  // schedule: what is wrong with one, or why a run was left out
  'schedule.past': 'none',
  'schedule.too-far': 'none',
  'schedule.too-often': 'none',
  'schedule.too-rare': 'none',
  'schedule.expression': 'none',
  'schedule.fields': 'none',
  'schedule.field-minute': 'none',
  'schedule.field-hour': 'none',
  'schedule.field-day': 'none',
  'schedule.field-month': 'none',
  'schedule.field-weekday': 'none',
  'schedule.zone-unknown': 'none',
  'schedule.quiet-empty': 'none',
  'schedule.never': 'none',
  'schedule.too-many': 'none',
  'schedule.not-owners': 'none',
  'schedule.by-schedule': 'none',
  'schedule.missed': 'none',
  'schedule.late': 'none',
  'schedule.link-off': 'open:channels',
  'schedule.still-running': 'none',
  // settings and input from the owner
  'settings.unknown-key': 'open:settings',
  'settings.wrong-type': 'open:settings',
  'settings.out-of-range': 'open:settings',
  'settings.fixed-by-file': 'none',
  'settings.restored': 'open:settings',
  'input.malformed': 'none',
  'input.too-large': 'none',
  'input.not-found': 'none',
  'input.id-taken': 'none',
  'input.id-reserved': 'none',
  'input.url-malformed': 'none',
  'input.command-unknown': 'none',
  'input.command-not-yours': 'none',
  'input.model-unknown': 'open:models',
  // host
  'host.disk-full': 'open:diagnostics',
  'host.data-gone': 'open:diagnostics',
  'host.database-damaged': 'open:diagnostics',
  'host.database-newer': 'none',
  'host.key-missing': 'open:diagnostics',
  'host.key-unreadable': 'open:diagnostics',
  'host.owned': 'none',
  'host.port-taken': 'none',
  'host.port-unusable': 'none',
  'host.key-obscured': 'none',
  'host.prices-unusable': 'open:usage',
  'host.backup-damaged': 'none',
  'host.restored': 'none',
  'host.restore-failed': 'open:diagnostics',
  'host.stopping': 'none',
  // desktop: what only the tray app can do
  'desktop.none': 'none',
  'desktop.not-installed': 'none',
  'desktop.path-unusable': 'none',
  'desktop.other-data': 'none',
  'desktop.login-refused': 'none',
  'desktop.login-approval': 'none',
  'host.bug': 'open:diagnostics',
} as const satisfies Record<string, ReasonAction>;

export type ReasonCode = keyof typeof reasonActions;

/** Values put into the sentence: names, numbers, addresses; never message text, never a secret. */
export type ReasonParams = Readonly<Record<string, string | number>>;

/** A reason as it travels: in the store, over the contract, in logs. */
export interface Reason {
  readonly code: ReasonCode;
  readonly params?: ReasonParams;
}

export function reason(code: ReasonCode, params?: ReasonParams): Reason {
  return params === undefined ? { code } : { code, params };
}

export function actionOf(code: ReasonCode): ReasonAction {
  return reasonActions[code];
}

export function isReasonCode(text: string): text is ReasonCode {
  return Object.hasOwn(reasonActions, text);
}

/** Of a server of tools: what is wrong stands in the owner's own lines about it, so that trying again alone changes nothing. */
export const wrongLinesOfServer = [
  'mcp.command-missing',
  'mcp.command-refused',
  'mcp.command-script',
  'mcp.secret-unreadable',
  'mcp.address-refused',
  'mcp.header-refused',
  'mcp.name-taken',
  'mcp.signed-out',
  'mcp.not-a-server',
  'mcp.redirected',
] as const satisfies readonly ReasonCode[];
