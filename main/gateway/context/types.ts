/** What a model is given, as the hosts and the API see it: who it is to be, and how full its window is. */
import type {
  ConversationId,
  ConversationRow,
  LinkId,
  LinkRow,
  Millis,
  ModelRef,
  PersonaId,
  Reason,
  Thinking,
} from '../types.ts';
import type { PersonaRow } from './rows.ts';
import type { Result } from '../../lib/result.ts';

/** Who the model is to be; `input.not-found` names what is not there: `persona` or `conversation`. */
export interface Personas {
  /** By name. */
  all(): readonly PersonaRow[];
  /** `id` null: a new one. */
  save(
    persona: Pick<PersonaRow, 'name' | 'text'> & { readonly id: PersonaId | null },
  ): Promise<Result<PersonaRow, Reason>>;
  /** Where it was chosen, what stands behind it holds again. */
  remove(id: PersonaId): Promise<Result<void, Reason>>;
  /** For a conversation; null: its link's, else that of the settings. From its next turn on. */
  choose(conversation: ConversationId, persona: PersonaId | null): Promise<Result<ConversationRow, Reason>>;
  /** For all conversations of a link that have none of their own. */
  chooseForLink(link: LinkId, persona: PersonaId | null): Promise<Result<LinkRow, Reason>>;
  /** How much the model thinks in a conversation; null: as in the settings. */
  think(conversation: ConversationId, thinking: Thinking | null): Promise<Result<ConversationRow, Reason>>;
}

/** Numbers of tokens are estimates. */
export interface ContextUse {
  /** The model that would be asked first. */
  readonly model: ModelRef;
  /** What it would be given, without the next message itself. */
  readonly tokens: number;
  readonly window: number;
  /** False: the server does not say, and a cautious number is taken. */
  readonly windowKnown: boolean;
  /** Kept free for the reply. */
  readonly reply: number;
  /** Answered turns of this context that do not fit any more, and which no summary tells of. */
  readonly leftOut: number;
  /** Of `tokens`: the owner's memory as it was last read, the summary of older turns, the descriptions of tools. */
  readonly memory: number;
  readonly summary: number;
  readonly tools: number;
  /** The first message since the last `/new`; null where the whole conversation is read, or nothing was said since. */
  readonly begin: { readonly seq: number; readonly at: Millis } | null;
}
