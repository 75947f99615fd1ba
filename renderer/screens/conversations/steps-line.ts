/** What a reply took besides words, in one line; pure. */
import type { StepsTallyView, StepView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import { toolTitle } from '../../components/tool-words.ts';
import { count } from '../../format.ts';
import { t } from '../../i18n.ts';

/** Tools that are called by their names; a reply may use two dozen. */
const mostNamed = 3;

/** "Used “Read a web page” ×2, “Remember” · 1 call was not allowed · thought for a while" */
export function stepsLine({ tools, refused, unanswered, unsure, thought }: StepsTallyView): string {
  const failed = tools.reduce((sum, tool) => sum + tool.failed, 0);
  const parts = [
    ...used(tools),
    ...(failed > 0 ? [t('steps.failed', { count: failed })] : []),
    ...(refused > 0 ? [t('steps.refused', { count: refused })] : []),
    ...(unanswered > 0 ? [t('steps.unanswered', { count: unanswered })] : []),
    ...(unsure > 0 ? [t('steps.unsure', { count: unsure })] : []),
  ];
  if (thought) parts.push(t(parts.length === 0 ? 'steps.thoughtOnly' : 'steps.thought'));
  return parts.length === 0 ? t('steps.some') : parts.join(' · ');
}

function used(tools: StepsTallyView['tools']): readonly string[] {
  if (tools.length === 0) return [];
  const named = tools.slice(0, mostNamed).map(({ name, calls }) => {
    const tool = toolTitle(name);
    return calls === 1 ? t('steps.tool', { tool }) : t('steps.times', { tool, times: count(calls) });
  });
  const more = tools.length - named.length;
  const names = named.join(', ');
  return [more === 0 ? t('steps.used', { tools: names }) : t('steps.usedMore', { tools: names, count: more })];
}

/** Something went into the memory for it. */
export function isRemembered({ tools }: StepsTallyView): boolean {
  return tools.some(({ name, calls, failed }) => name === 'remember' && calls > failed);
}

/** Why the newest call was not made, while the turn goes on without it; null when it was made, or may still be. */
export function lastRefusal(steps: readonly StepView[]): ToolCallView['reason'] {
  const last = steps.at(-1)?.calls.at(-1);
  return last?.state === 'refused' ? last.reason : null;
}
