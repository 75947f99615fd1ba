/** A server of tools in words: its state, what to do about it, and what is wrong with tools that are left out. Pure. */
import type { McpServerView } from '../../../preload/contract/agent-views.ts';
import { wrongLinesOfServer } from '../../../preload/contract/reasons.ts';
import { span } from '../../format.ts';
import { t, type Words } from '../../i18n.ts';

export type ServerTone = 'good' | 'busy' | 'bad' | 'off';

export function serverTone({ state }: McpServerView): ServerTone {
  switch (state.kind) {
    case 'off':
      return 'off';
    case 'starting':
    case 'retrying':
      return 'busy';
    case 'ready':
      return 'good';
    case 'failed':
      return 'bad';
  }
}

export function serverStateText({ state }: McpServerView, now: number): string {
  switch (state.kind) {
    case 'off':
      return t('mcp.off');
    case 'starting':
      return t('mcp.starting');
    case 'ready':
      return t('mcp.ready', { age: span(now - state.since) });
    case 'retrying':
      return state.at > now ? t('mcp.retrying', { wait: span(state.at - now + 999) }) : t('mcp.starting');
    case 'failed':
      return t('mcp.failed');
  }
}

export type ServerStep = 'turnOn' | 'restart' | 'edit';

const inTheForm: ReadonlySet<string> = new Set(wrongLinesOfServer);

/** The one step for the present problem; null while there is none. What stands in a provision file is not edited here. */
export function serverStep({ state, fixedByFile }: McpServerView): ServerStep | null {
  switch (state.kind) {
    case 'off':
      return 'turnOn';
    case 'starting':
    case 'ready':
      return null;
    case 'retrying':
      return 'restart';
    case 'failed':
      return inTheForm.has(state.reason.code) && !fixedByFile ? 'edit' : 'restart';
  }
}

export const stepWords: Readonly<Record<ServerStep, Words>> = {
  turnOn: 'mcp.turnOn',
  restart: 'mcp.restart',
  edit: 'action.edit',
};

export const whyLeftOut: Readonly<Record<McpServerView['leftOut'][number]['why'], Words>> = {
  malformed: 'mcp.malformed',
  duplicate: 'mcp.duplicate',
  'schema-unfit': 'mcp.schemaUnfit',
  'too-many': 'mcp.tooMany',
  'needs-tasks': 'mcp.needsTasks',
};
