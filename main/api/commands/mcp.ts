/** Servers of tools: what the owner connected, how each is doing, and its log. */
import type { McpServerView } from '../../../preload/contract/agent-views.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts, ToolServerStatus } from '../ports.ts';
import { done, outcome, refuse, settled } from './outcome.ts';

type Family = 'mcp.list' | 'mcp.save' | 'mcp.setEnabled' | 'mcp.restart' | 'mcp.remove' | 'mcp.log';

export function mcpCommands({ toolServers, fixed }: Pick<ApiPorts, 'toolServers' | 'fixed'>): Pick<Handlers, Family> {
  const view = (status: ToolServerStatus): McpServerView => ({ ...status, fixedByFile: fixed.has('mcp', status.id) });
  return {
    'mcp.list': async () => done((await toolServers.list()).map(view)),
    'mcp.save': async ({ server }) => {
      const byFile = server.id === undefined ? null : fixed.refusal('mcp', server.id);
      return byFile === null ? outcome(await toolServers.save(server), view) : refuse(byFile);
    },
    'mcp.setEnabled': async ({ server, enabled }) => settled(await toolServers.setEnabled(server, enabled)),
    'mcp.restart': async ({ server }) => settled(await toolServers.restart(server)),
    'mcp.remove': async ({ server }) => {
      const byFile = fixed.refusal('mcp', server);
      return byFile === null ? settled(await toolServers.remove(server)) : refuse(byFile);
    },
    'mcp.log': async ({ server }) => outcome(await toolServers.log(server), (lines) => lines),
  };
}
