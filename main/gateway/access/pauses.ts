/**
 * Pauses: of one conversation, of a link, of everything. What comes in meanwhile is stored as `paused` and is not
 * answered by itself afterwards; each message has "Answer now".
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Pauses, PauseScope } from './types.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Tables } from '../storage.ts';
import type { ConversationRow, LinkRow, Millis, Reason } from '../types.ts';

const everything = 'pause.all';

/** The pause of everything, as it is stored; null when there is none. */
function pauseOfAll(tables: Pick<Tables, 'facts'>): Millis | null {
  const until = tables.facts.get(everything);
  return typeof until === 'number' ? until : null;
}

/** The latest of the pauses that hold a conversation; null when there is none. It may lie in the past. */
export function pausedUntil(
  tables: Pick<Tables, 'facts'>,
  link: Pick<LinkRow, 'pausedUntil'>,
  conversation: Pick<ConversationRow, 'pausedUntil'>,
): Millis | null {
  const pauses = [link.pausedUntil, conversation.pausedUntil, pauseOfAll(tables)].filter((until) => until !== null);
  return pauses.length === 0 ? null : Math.max(...pauses);
}

export function createPauses(ports: GatewayPorts, events: Events, links: LinkRegistry): Pauses {
  const { storage, clock } = ports;
  return {
    pausedUntil() {
      const until = pauseOfAll(storage.read);
      return until !== null && until > clock.now() ? until : null;
    },
    async pause(scope, until) {
      const refused = await setPause(ports, links, scope, until);
      if (refused !== null) return failed(refused);
      ports.log.write('info', 'pause', { ...scope, until });
      if (scope.kind === 'all') events.publish({ kind: 'host' });
      if (scope.kind === 'conversation') {
        events.publish({ kind: 'conversation', conversation: scope.conversation });
        const link = storage.read.conversations.get(scope.conversation)?.link;
        if (link !== undefined) events.publish({ kind: 'card', link });
      }
      return ok(undefined);
    },
  };
}

async function setPause(
  { storage }: GatewayPorts,
  links: LinkRegistry,
  scope: PauseScope,
  until: Millis | null,
): Promise<Reason | null> {
  switch (scope.kind) {
    case 'all':
      await storage.commit((tables) => tables.facts.put(everything, until ?? undefined));
      return null;
    case 'link': {
      const changed: Result<LinkRow, Reason> = await links.update(scope.link, { pausedUntil: until });
      return changed.ok ? null : changed.failure;
    }
    case 'conversation':
      return storage.commit((tables) => {
        const row = tables.conversations.get(scope.conversation);
        if (row === null) return { code: 'input.not-found', params: { name: scope.conversation } };
        tables.conversations.put({ ...row, pausedUntil: until, pausedBy: null });
        return null;
      });
  }
}
