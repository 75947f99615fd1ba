/** The schedule that somebody began and did not save, kept in this browser. */
import { type DraftStorage, readDraft, writeDraft } from '../../bridge/drafts.ts';
import type { ScheduleForm } from './schedule-form.ts';

/** Beside the drafts of conversations, whose ids have no colon. */
const place = 'schedule:new';
/** What takes time to write; the rest is chosen anew in a moment. */
const written = ['name', 'prompt'] as const;

/** What was written lies over a fresh form. */
export function readNewSchedule(storage: DraftStorage, fresh: ScheduleForm): ScheduleForm {
  const kept = objectIn(readDraft(storage, place));
  return written.reduce<ScheduleForm>((form, field) => {
    const text = kept[field];
    return typeof text === 'string' ? { ...form, [field]: text } : form;
  }, fresh);
}

/** Null, and one in which nothing is written, is forgotten. */
export function keepNewSchedule(storage: DraftStorage, form: Pick<ScheduleForm, 'name' | 'prompt'> | null): boolean {
  const text = form === null || form.name + form.prompt === '' ? '' : JSON.stringify([form.name, form.prompt]);
  return writeDraft(storage, place, text);
}

/** Nothing where something else was kept there. */
function objectIn(text: string): Partial<Record<(typeof written)[number], unknown>> {
  try {
    const pair: unknown = JSON.parse(text === '' ? '[]' : text);
    return Array.isArray(pair) ? { name: pair[0], prompt: pair[1] } : {};
  } catch (failure) {
    if (failure instanceof SyntaxError) return {};
    throw failure;
  }
}
