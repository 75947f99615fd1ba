/** Which tools stand together. Pure. */
import type { McpServerView, ToolView } from '../../../preload/contract/agent-views.ts';

export interface NamedTool {
  readonly tool: ToolView;
  /** As its server calls it; the whole name for one of our own. */
  readonly name: string;
}

export interface ToolGroup {
  /** The server's name; null: our own. */
  readonly server: string | null;
  readonly tools: readonly NamedTool[];
}

/** Our own tools first, then those of each server in the order of the servers. A group without a fitting tool is left out. */
export function groupTools(
  tools: readonly ToolView[],
  servers: readonly McpServerView[],
  query: string,
): readonly ToolGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ tool, name }: NamedTool): boolean => {
    const text = `${tool.name} ${name} ${tool.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const theirs = new Map(servers.flatMap((server) => server.tools.map((tool) => [tool.name, tool.theirs])));
  // One that was renamed a moment ago still has its tools under the name before.
  const names = new Set([...servers.map(({ name }) => name), ...tools.flatMap(({ server }) => server ?? [])]);
  return [null, ...names]
    .map((server) => {
      const own = tools.filter((tool) => tool.server === server);
      const named = own.map((tool) => ({ tool, name: theirs.get(tool.name) ?? tool.name }));
      return { server, tools: named.filter(fits) };
    })
    .filter((group) => group.tools.length > 0);
}
