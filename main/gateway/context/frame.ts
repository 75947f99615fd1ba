/**
 * The owner's memory as it stands in a prompt: read once per context, day and summary and stored then, so that the
 * beginning of the prompt stays the same bytes, also after a restart. The one place that asks for it.
 */
import { standingOf } from '../agent/toolbox.ts';
import type { GatewayPorts } from '../gateway.ts';
import { noteWhenWell } from '../persist.ts';
import type { Tables } from '../storage.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { FrameRow } from './rows.ts';

export type FrameKey = Pick<FrameRow, 'conversation' | 'contextNo' | 'day' | 'summary'>;

/**
 * The owner speaks, in private, on a surface of his own, and every word that is to be answered is his: as for tools, and
 * asked anew for each prompt.
 */
export function mayRemember(read: Pick<Tables, 'addresses' | 'groups'>, turn: StartedTurn): boolean {
  return standingOf(read, turn) === 'owner';
}

/** Where the frame that is stored is this one; null where it is of another context, day or summary. */
export function frameOf(stored: FrameRow | null, key: FrameKey): FrameRow | null {
  if (stored === null) return null;
  const same = stored.contextNo === key.contextNo && stored.day === key.day && stored.summary === key.summary;
  return same ? stored : null;
}

/** Empty for everybody but the owner in private, and where nothing is remembered. */
export async function memoryOf(
  { storage, memory }: Pick<GatewayPorts, 'storage' | 'memory'>,
  turn: StartedTurn,
  key: FrameKey,
  maxTokens: number,
  signal: AbortSignal,
): Promise<string> {
  if (memory === null || !mayRemember(storage.read, turn)) return '';
  const stored = storage.read.frames.get(key.conversation);
  const known = frameOf(stored, key)?.memory ?? null;
  if (known !== null) return known;
  const { text, whole } = await memory.forPrompt(maxTokens);
  // What could not be read would be missing from every prompt until the day is over.
  if (!whole) return text;
  await noteWhenWell(storage, signal, (tables) => {
    tables.frames.put({ ...key, memory: text, tried: stored?.tried ?? null });
    return true;
  });
  return text;
}
