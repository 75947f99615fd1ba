/** What the agent may use and what it knows: tools, the servers they come from, memory, schedules. A part has its own address. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Page } from '../../components/page.tsx';
import { t, type Words } from '../../i18n.ts';
import { Memory } from './memory.tsx';
import { Permissions } from './permissions.tsx';
import { Schedules } from './schedules.tsx';
import { Servers } from './servers.tsx';

type Part = 'tools' | 'servers' | 'memory' | 'schedules';

const parts: readonly { readonly part: Part; readonly path: string; readonly label: Words }[] = [
  { part: 'tools', path: '/tools', label: 'tools.part' },
  { part: 'servers', path: '/tools/servers', label: 'mcp.part' },
  { part: 'memory', path: '/tools/memory', label: 'memory.part' },
  { part: 'schedules', path: '/tools/schedules', label: 'schedules.part' },
];

export interface ToolsScreenProps {
  /** What stands in the address; something unknown is the first part. */
  readonly part: string | undefined;
  /** The open note of the memory, or the schedule that is looked for. */
  readonly note: string | undefined;
}

export function ToolsScreen({ part, note }: ToolsScreenProps): ReactNode {
  const here = parts.find((each) => each.part === part)?.part ?? 'tools';
  return (
    <Page title={t('tools.title')} lead={t('tools.lead')}>
      <nav className="tabs" aria-label={t('tools.parts')}>
        {parts.map((each) => (
          <Link key={each.part} href={each.path} className="tab" aria-current={each.part === here ? 'page' : undefined}>
            {t(each.label)}
          </Link>
        ))}
      </nav>
      <Shown part={here} note={note} />
    </Page>
  );
}

function Shown({ part, note }: { readonly part: Part; readonly note: string | undefined }): ReactNode {
  switch (part) {
    case 'tools':
      return <Permissions />;
    case 'servers':
      return <Servers />;
    case 'memory':
      return <Memory note={note === undefined ? null : decoded(note)} />;
    case 'schedules':
      return <Schedules shown={note === undefined ? null : decoded(note)} />;
  }
}

/** A name that was written into the address by hand may hold a percent sign of its own. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (failure) {
    if (failure instanceof URIError) return text;
    throw failure;
  }
}
