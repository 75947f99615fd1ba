/** What a window may ask for about the agent. A part of `Commands`. */
import type {
  McpLogLineView,
  McpServerDraft,
  McpServerView,
  MemoryHitView,
  MemoryView,
  PersonaView,
  ScheduleDraft,
  SchedulePreviewView,
  ScheduleRunView,
  ScheduleView,
  StepView,
  SummaryView,
  ThinkingView,
  ToolPermissionView,
  ToolView,
} from './agent-views.ts';
import type { CapAmounts, CapView, UsageView } from './money-views.ts';
import type { ConversationView, LinkView } from './views.ts';

interface Command<Params, Answer> {
  readonly params: Params;
  readonly answer: Answer;
}
type Nothing = Readonly<Record<string, never>>;

export interface AgentCommands {
  'tools.list': Command<Nothing, readonly ToolView[]>;
  /** Null: as the tool comes. */
  'tools.setPermission': Command<{ readonly name: string; readonly permission: ToolPermissionView | null }, null>;
  /** The steps of a turn, oldest first; empty for one that called no tool and thought nothing aloud. */
  'turns.steps': Command<{ readonly turn: string }, readonly StepView[]>;
  /** The summaries of a conversation, oldest first. */
  'conversations.summaries': Command<{ readonly conversation: string }, readonly SummaryView[]>;

  'mcp.list': Command<Nothing, readonly McpServerView[]>;
  /** Stores and starts it, as far as it is on; whether it works is told by its state. */
  'mcp.save': Command<{ readonly server: McpServerDraft }, McpServerView>;
  'mcp.setEnabled': Command<{ readonly server: string; readonly enabled: boolean }, null>;
  'mcp.restart': Command<{ readonly server: string }, null>;
  'mcp.remove': Command<{ readonly server: string }, null>;
  /** The last 500 lines, oldest first. */
  'mcp.log': Command<{ readonly server: string }, readonly McpLogLineView[]>;

  'memory.get': Command<Nothing, MemoryView>;
  /** `text` null: there is no such note. */
  'memory.read': Command<{ readonly name: string }, { readonly text: string | null }>;
  /** `base`: the text that was shown. Answers what is there now; `memory.conflict` when both changed the same place. */
  'memory.save': Command<
    { readonly name: string; readonly text: string; readonly base: string },
    { readonly text: string }
  >;
  /** `memory.exists` when there is a note of this name already. */
  'memory.create': Command<{ readonly name: string; readonly text: string }, { readonly text: string }>;
  /** Deletes it as long as it still says `base`, the text that was shown. MEMORY.md is never deleted. */
  'memory.remove': Command<{ readonly name: string; readonly base: string }, null>;
  'memory.search': Command<{ readonly query: string; readonly limit: number }, readonly MemoryHitView[]>;

  'schedules.list': Command<Nothing, readonly ScheduleView[]>;
  'schedules.save': Command<{ readonly schedule: ScheduleDraft }, ScheduleView>;
  /** What the form says so far: stores nothing. */
  'schedules.preview': Command<{ readonly schedule: ScheduleDraft }, SchedulePreviewView>;
  /** `until` null resumes; `Number.MAX_SAFE_INTEGER`: until resumed. */
  'schedules.pause': Command<{ readonly schedule: string; readonly until: number | null }, ScheduleView>;
  'schedules.remove': Command<{ readonly schedule: string }, null>;
  /** Newest first. */
  'schedules.runs': Command<{ readonly schedule: string; readonly limit: number }, readonly ScheduleRunView[]>;

  'personas.list': Command<Nothing, readonly PersonaView[]>;
  'personas.save': Command<{ readonly id?: string; readonly name: string; readonly text: string }, PersonaView>;
  /** Where it was chosen, what stands in the settings holds again. */
  'personas.remove': Command<{ readonly persona: string }, null>;
  'conversations.setPersona': Command<
    { readonly conversation: string; readonly persona: string | null },
    ConversationView
  >;
  'links.setPersona': Command<{ readonly link: string; readonly persona: string | null }, LinkView>;
  /** Null: as in the settings. */
  'conversations.setThinking': Command<
    { readonly conversation: string; readonly thinking: ThinkingView | null },
    ConversationView
  >;

  'caps.list': Command<Nothing, readonly CapView[]>;
  /** Null takes the caps of this one away. */
  'caps.set': Command<
    { readonly scope: 'provider' | 'conversation'; readonly id: string; readonly caps: CapAmounts | null },
    null
  >;
  /** Today's and everything so far. */
  'usage.ofConversation': Command<
    { readonly conversation: string },
    { readonly today: UsageView; readonly all: UsageView }
  >;
}
