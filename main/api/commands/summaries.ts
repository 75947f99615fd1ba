/** What stands in a conversation's prompt in place of its older turns. */
import type { SummaryView } from '../../../preload/contract/agent-views.ts';
import type { SummaryRow } from '../../gateway/context/rows.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, refuse } from './outcome.ts';

export function summaryCommands({ storage }: Pick<ApiPorts, 'storage'>): Pick<Handlers, 'conversations.summaries'> {
  return {
    'conversations.summaries': async ({ conversation }) =>
      storage.read.conversations.get(conversation) === null
        ? refuse({ code: 'input.not-found', params: { name: 'conversation' } })
        : Promise.resolve(done(storage.read.summaries.ofConversation(conversation).map(viewOf))),
  };
}

function viewOf({ id, contextNo, upto, text, model, turns, tokensBefore, tokensAfter, at }: SummaryRow): SummaryView {
  return { id, contextNo, upto, text, model, turns, tokensBefore, tokensAfter, at };
}
