/*
 * Playing a streamed answer: frames in order, each behind its gate, and then one of the ways a stream can end.
 * What no gate holds back leaves in a single write, so that an ungated reply costs one system call.
 */
import { dropConnection } from './http.ts';
import type { Exchange } from './http.ts';

export interface Frame {
  readonly text: string;
  /** The frame leaves once this has settled. */
  readonly gate?: Promise<void> | undefined;
}

/** `end` completes the answer; `cut` drops the connection in the middle; `stall` leaves it open and silent. */
export type Ending = 'end' | 'cut' | 'stall';

/** Writes `frames` after the headers have been set, and resolves when the answer is over or its client has gone. */
export async function playFrames(exchange: Exchange, frames: readonly Frame[], ending: Ending): Promise<void> {
  const { response } = exchange;
  let held = '';
  for (const frame of frames) {
    if (frame.gate !== undefined) {
      if (held === '') response.flushHeaders();
      else response.write(held);
      held = '';
      await Promise.race([frame.gate, exchange.over]);
      if (response.destroyed) return;
    }
    held += frame.text;
  }
  switch (ending) {
    case 'end':
      response.end(held);
      return;
    case 'cut':
      // Through the callback, because destroying at once would throw away what was written before it.
      response.write(held, () => {
        dropConnection(exchange);
      });
      break;
    case 'stall':
      if (held === '') response.flushHeaders();
      else response.write(held);
      break;
  }
  await exchange.over;
}
