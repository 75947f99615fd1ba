/** What the agent may use, and what it did in a turn. */
import type { StepView, ToolCallView, ToolView } from '../../../preload/contract/agent-views.ts';
import type { StepRow, ToolCallRow, ToolStatus } from '../../gateway/agent/types.ts';
import type { Card } from '../../gateway/cards/types.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, settled } from './outcome.ts';

type Family = 'tools.list' | 'tools.setPermission' | 'turns.steps';

type ToolCard = Extract<Card, { readonly kind: 'tool' }>;

/** Characters of a result that are shown. */
const shownOfResult = 4_000;

export function toolCommands({ gateway, storage }: ApiPorts): Pick<Handlers, Family> {
  return {
    'tools.list': async () => done(gateway.tools.list().map(toolView)),
    'tools.setPermission': async ({ name, permission }) => settled(await gateway.tools.setPermission(name, permission)),
    'turns.steps': async ({ turn }) => {
      const { steps, toolCalls } = storage.read;
      const calls = Map.groupBy(toolCalls.ofTurn(turn), ({ step }) => step);
      const cards = gateway.cards.open().filter((card) => card.kind === 'tool');
      return done(steps.ofTurn(turn).map((row) => stepView(row, calls.get(row.position) ?? [], cards)));
    },
  };
}

function toolView({ tool, permission, chosen, fixed }: ToolStatus): ToolView {
  const { description, sideEffects, outside, server = null } = tool;
  return {
    name: description.name,
    description: description.description,
    server,
    permission,
    chosen,
    fixedByFile: fixed,
    sideEffects,
    outside,
  };
}

function stepView(
  { position, model, text, reasoning, at }: StepRow,
  calls: readonly ToolCallRow[],
  cards: readonly ToolCard[],
): StepView {
  return { position, model, text, reasoning, at, calls: calls.map((call) => callView(call, cards)) };
}

function callView(call: ToolCallRow, cards: readonly ToolCard[]): ToolCallView {
  const { id, name, state, result, reason, begunAt, endedAt } = call;
  const card = cards.find((open) => open.call === id);
  return {
    id,
    name,
    arguments: call.arguments,
    state,
    result: result === null ? null : result.slice(0, shownOfResult),
    resultLength: result?.length ?? 0,
    reason,
    begunAt,
    endedAt,
    askedUntil: card?.until ?? null,
    card: card?.id ?? null,
  };
}
