/** Commands of the contract that the gateway does not carry out yet; each says so. */
import type { AgentCommands } from '../../../preload/contract/agent-commands.ts';
import type { Handlers } from '../dispatch.ts';
import { refuse } from './outcome.ts';

const pending = [
  'tools.list',
  'tools.setPermission',
  'turns.steps',
] as const satisfies readonly (keyof AgentCommands)[];

type Pending = (typeof pending)[number];

export function pendingCommands(): Pick<Handlers, Pending> {
  const entries = pending.map((name) => [
    name,
    async () => Promise.resolve(refuse({ code: 'input.command-unknown', params: { command: name } })),
  ]);
  return Object.fromEntries(entries) as Pick<Handlers, Pending>;
}
