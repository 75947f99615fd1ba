/** What the gateway tells a window without being asked. Each carries a rising `seq`. */
import type { LogLineView } from './diagnostics-views.ts';
import type { PullView } from './model-views.ts';
import type { ConversationView, LinkView, MessageView, TurnView } from './views.ts';

export type GatewayEvent =
  | { readonly kind: 'conversation.changed'; readonly conversation: ConversationView }
  | { readonly kind: 'message.added'; readonly message: MessageView }
  | { readonly kind: 'message.changed'; readonly message: MessageView }
  | { readonly kind: 'turn.changed'; readonly turn: TurnView }
  /** `offset` counts UTF-16 units of the attempt's text before this piece. */
  | {
      readonly kind: 'turn.delta';
      readonly conversation: string;
      readonly turn: string;
      readonly attempt: number;
      readonly offset: number;
      readonly text: string;
    }
  | { readonly kind: 'delivery.changed'; readonly conversation: string; readonly message: MessageView }
  | { readonly kind: 'link.changed'; readonly link: LinkView }
  | { readonly kind: 'link.removed'; readonly link: string }
  /** Cards, people or groups may have changed: ask again for what is shown. */
  | { readonly kind: 'card.changed'; readonly link: string }
  /** Providers, the default, fallbacks, a cooldown or a refused key: ask again for what is shown. */
  | { readonly kind: 'model.changed' }
  /** At most a few a second for each. */
  | { readonly kind: 'pull.changed'; readonly pull: PullView }
  /** One was taken from the list: ask again for `models.pulls`. */
  | { readonly kind: 'pull.removed' }
  /** A step or a tool call of a running turn: ask again for `turns.steps` where it is shown. */
  | { readonly kind: 'steps.changed'; readonly conversation: string; readonly turn: string }
  /** Tools, their permissions or their servers: ask again for what is shown. */
  | { readonly kind: 'tools.changed' }
  | { readonly kind: 'schedules.changed' }
  /** Notes of the memory, by whomever they were changed. */
  | { readonly kind: 'memory.changed' }
  | { readonly kind: 'usage.changed' }
  | { readonly kind: 'settings.changed'; readonly key: string }
  /** The gateway's own state: ask again for `host.get`. */
  | { readonly kind: 'host.changed' }
  | { readonly kind: 'log.line'; readonly line: LogLineView }
  /** Events were missed: read everything shown again. */
  | { readonly kind: 'resync' };

export interface NumberedEvent {
  readonly seq: number;
  readonly event: GatewayEvent;
}
