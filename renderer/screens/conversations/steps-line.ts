/** What a reply took besides words, in one line; pure. */
import type { StepView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import { toolTitle } from '../../components/tool-words.ts';
import { t } from '../../i18n.ts';

/** "Used 3 tools · 1 call not allowed · thought for a while" */
export function stepsLine(steps: readonly StepView[]): string {
  const calls = steps.flatMap((step) => step.calls);
  const thought = steps.some(({ reasoning }) => reasoning !== '');
  const parts = [...used(calls), ...notMade(calls)];
  if (thought) parts.push(t(parts.length === 0 ? 'steps.thoughtOnly' : 'steps.thought'));
  return parts.length === 0 ? t('steps.some') : parts.join(' · ');
}

/** Something went into the memory for it. */
export function isRemembered(steps: readonly StepView[]): boolean {
  return steps.some(({ calls }) => calls.some(({ name, state }) => name === 'remember' && state === 'done'));
}

/** Why the newest call was not made, while the turn goes on without it; null when it was made, or may still be. */
export function lastRefusal(steps: readonly StepView[]): ToolCallView['reason'] {
  const last = steps.at(-1)?.calls.at(-1);
  return last?.state === 'refused' ? last.reason : null;
}

function used(calls: readonly ToolCallView[]): string[] {
  const made = calls.filter(({ state }) => state === 'done' || state === 'failed' || state === 'running');
  const names = [...new Set(made.map(({ name }) => name))];
  const [only] = names;
  if (only === undefined) return [];
  return [
    names.length === 1 ? t('steps.usedOne', { tool: toolTitle(only) }) : t('steps.used', { count: names.length }),
  ];
}

function notMade(calls: readonly ToolCallView[]): readonly string[] {
  const unanswered = calls.filter(({ reason }) => reason?.code === 'tool.unanswered').length;
  const refused = calls.filter(({ state }) => state === 'refused').length - unanswered;
  const unsure = calls.filter(({ state }) => state === 'unsure').length;
  return [
    ...(refused > 0 ? [t('steps.refused', { count: refused })] : []),
    ...(unanswered > 0 ? [t('steps.unanswered', { count: unanswered })] : []),
    ...(unsure > 0 ? [t('steps.unsure', { count: unsure })] : []),
  ];
}
