/** What tools are called, and how what a model wrote for them is shown without tricks. Pure. */
import type { Reason } from '../../preload/contract/reasons.ts';
import { reasonText, t, type Words } from '../i18n.ts';
import { visible } from './visible.ts';

interface ToolWords {
  readonly title: Words;
  /** What it is, for who decides about it; what models read about it is in English and longer. */
  readonly is: Words;
  /** While it is at work. */
  readonly doing: Words;
}

const own: Readonly<Record<string, ToolWords>> = {
  remember: { title: 'tools.remember', is: 'tools.rememberIs', doing: 'doing.remember' },
  recall: { title: 'tools.recall', is: 'tools.recallIs', doing: 'doing.recall' },
  read_more: { title: 'tools.readMore', is: 'tools.readMoreIs', doing: 'doing.readMore' },
  schedule: { title: 'tools.schedule', is: 'tools.scheduleIs', doing: 'doing.schedule' },
  read_web_page: { title: 'tools.readWebPage', is: 'tools.readWebPageIs', doing: 'doing.readWebPage' },
};

/** Plain words for the tools that everybody has; none for one of a server. */
export function ownTool(name: string): ToolWords | undefined {
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

/** In words where it is one of ours. */
export function toolTitle(name: string): string {
  const words = ownTool(name);
  return words ? t(words.title) : ofServer(name);
}

/** `files__read` → `read (files)`: the tool, then its server. */
function ofServer(name: string): string {
  const [, server, tool] = /^(.+?)__(.+)$/.exec(name) ?? [];
  return visible(server === undefined || tool === undefined ? name : `${tool} (${server})`);
}

/** "Reading a web page…" */
export function toolAtWork(name: string): string {
  const words = ownTool(name);
  return words ? t(words.doing) : t('doing.other', { tool: ofServer(name) });
}

/** Why something of a tool is as it is, the tool called as it is called everywhere. */
export function toolReason(reason: Reason): string {
  const tool = reason.params?.['tool'];
  return reasonText(
    typeof tool === 'string' ? { ...reason, params: { ...reason.params, tool: toolTitle(tool) } } : reason,
  );
}

/** JSON over several lines; what is none comes out as it is. */
export function readableJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return visible(JSON.stringify(value, null, 2));
  } catch (failure) {
    if (failure instanceof SyntaxError) return visible(text);
    throw failure;
  }
}
