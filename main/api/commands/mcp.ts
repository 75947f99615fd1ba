/** Servers of tools: what the owner connected, how each is doing, and its log. */
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, outcome, settled } from './outcome.ts';

type Family = 'mcp.list' | 'mcp.save' | 'mcp.setEnabled' | 'mcp.restart' | 'mcp.remove' | 'mcp.log';

export function mcpCommands({ toolServers }: Pick<ApiPorts, 'toolServers'>): Pick<Handlers, Family> {
  return {
    'mcp.list': async () => done(await toolServers.list()),
    'mcp.save': async ({ server }) => outcome(await toolServers.save(server), (saved) => saved),
    'mcp.setEnabled': async ({ server, enabled }) => settled(await toolServers.setEnabled(server, enabled)),
    'mcp.restart': async ({ server }) => settled(await toolServers.restart(server)),
    'mcp.remove': async ({ server }) => settled(await toolServers.remove(server)),
    'mcp.log': async ({ server }) => outcome(await toolServers.log(server), (lines) => lines),
  };
}
