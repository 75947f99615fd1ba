/** What changed inside the gateway. `main/api` numbers these and turns them into the contract's events. */
import type { ConversationId, LinkId, MessageRow, ModelRef, Millis, Reason, TurnId, TurnRow } from './types.ts';
import type { SettingKey } from './settings.ts';
import type { Log } from './log.ts';
import type { PullStatus } from './model.ts';
import { describeError } from './log.ts';

/** A running turn as it is now; after its end only `row` says more. */
export interface TurnStatus {
  readonly row: TurnRow;
  /** The model at work now. */
  readonly model: ModelRef | null;
  /** What it waits for, once that lasted 20 s. */
  readonly waitingFor: Reason | null;
  /** Rises when the text starts afresh. */
  readonly attempt: number;
  readonly text: string;
  /** The tool that is at work; null while the model is. */
  readonly doing: { readonly tool: string; readonly since: Millis } | null;
  /** The owner has to decide about a tool: nothing goes on before that. */
  readonly asking: boolean;
}

export type CoreEvent =
  | { readonly kind: 'conversation'; readonly conversation: ConversationId }
  | { readonly kind: 'message'; readonly message: MessageRow; readonly added: boolean }
  | { readonly kind: 'turn'; readonly status: TurnStatus }
  | {
      readonly kind: 'delta';
      readonly conversation: ConversationId;
      readonly turn: TurnId;
      readonly attempt: number;
      /** UTF-16 units of this attempt's text before `text`. */
      readonly offset: number;
      readonly text: string;
    }
  | { readonly kind: 'delivery'; readonly conversation: ConversationId; readonly turn: TurnId; readonly at: Millis }
  | { readonly kind: 'link'; readonly link: LinkId }
  | { readonly kind: 'link-removed'; readonly link: LinkId }
  | { readonly kind: 'card'; readonly link: LinkId }
  | { readonly kind: 'model' }
  /** Null: the list is another one now. */
  | { readonly kind: 'pull'; readonly status: PullStatus | null }
  /** A step or a tool call of a running turn. */
  | { readonly kind: 'step'; readonly conversation: ConversationId; readonly turn: TurnId }
  /** The tools there are, or what the owner permits. */
  | { readonly kind: 'tools' }
  | { readonly kind: 'schedules' }
  /** Notes of the memory, by whomever they were changed. */
  | { readonly kind: 'memory' }
  | { readonly kind: 'usage' }
  | { readonly kind: 'setting'; readonly key: SettingKey }
  | { readonly kind: 'host' };

export interface Events {
  publish(event: CoreEvent): void;
  subscribe(listener: (event: CoreEvent) => void): Disposable;
}

/** Listeners are called at once and in order; one that throws is logged and does not disturb the others. */
export function createEvents(log: Log): Events {
  const listeners = new Set<{ readonly call: (event: CoreEvent) => void }>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener.call(event);
        } catch (error) {
          log.write('error', 'events.listener-failed', { kind: event.kind, error: describeError(error) });
        }
      }
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
