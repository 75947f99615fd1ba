/** What a turn has read that others wrote: from then on more is asked for. */
import type { Tables } from '../storage.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { FinishedStep } from './types.ts';

export interface WhatWasRead {
  readonly tainted: boolean;
  /** The owner's own words of this turn. */
  readonly known: readonly string[];
}

/**
 * `steps`: those whose results the model had read when it asked. A document that came with the question counts: the owner
 * sent it, but he need not have written it. What he said into a microphone is his own.
 */
export function whatWasRead(
  read: Pick<Tables, 'attachments'>,
  { inputs }: Pick<StartedTurn, 'inputs'>,
  steps: readonly FinishedStep[],
): WhatWasRead {
  const results = steps.flatMap(({ calls }) => calls);
  const files = inputs.flatMap(({ id }) => read.attachments.ofMessage(id));
  const tainted =
    results.some(({ outside, result }) => outside && result !== null) || files.some(({ kind }) => !ownKinds.has(kind));
  const known = inputs.map(({ text }) => text);
  return { tainted, known };
}

/** Kinds of files that say what their sender says himself. */
const ownKinds: ReadonlySet<string> = new Set(['voice']);
