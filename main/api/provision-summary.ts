/** What a provision file would do, for who wrote it: names and places, no value and no secret. */
import type { Provision } from './provision.ts';

/** Lines of text; parts that the file does not have are left out. */
export function provisionSummary(provision: Provision): readonly string[] {
  const { providers, personas, links, people, groups, mcp, tools, caps, settings } = provision;
  const lines = [
    line('providers', providers.map(withKind)),
    line('personas', personas.map(marked)),
    line('links', links.map(ofLink)),
    line('people', people.length === 0 ? [] : [String(people.length)]),
    line('groups', groups.length === 0 ? [] : [String(groups.length)]),
    line(
      'servers of tools',
      mcp.map((entry) => `${marked(entry)}${entry.remove ? '' : ` (${entry.endpoint.kind})`}`),
    ),
    line(
      'tools',
      [...tools].map(([name, permission]) => `${name} ${permission}`),
    ),
    line(
      'caps',
      caps.map(({ as }) => as.slice('caps.'.length)),
    ),
    line('settings', [...settings.keys()]),
  ].flat();
  return lines.length === 0 ? ['nothing'] : lines;
}

function line(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
}

function marked({ name, remove }: { readonly name: string; readonly remove: boolean }): string {
  return remove ? `${name} (removed)` : name;
}

function withKind(entry: Provision['providers'][number]): string {
  return `${entry.id} (${entry.remove ? 'removed' : entry.kind})`;
}

function ofLink(entry: Provision['links'][number]): string {
  if (entry.remove) return `${entry.id} (removed)`;
  return `${entry.id} (${entry.kind}${typeof entry.persona === 'string' ? `, as ${entry.persona}` : ''})`;
}
