/** The turn is over: none of its calls stays open, whatever ended it. */
import type { Tables } from '../storage.ts';
import type { Millis, TurnId } from '../types.ts';
import { ended, isFinished, shownTool } from './call-rows.ts';
import { notMade, unsure } from './results.ts';

/** Inside the commit that ends a turn. One that had begun may have taken effect; the others were not made. */
export function closeCalls(tables: Pick<Tables, 'toolCalls'>, turn: TurnId, now: Millis): void {
  for (const call of tables.toolCalls.ofTurn(turn)) {
    if (isFinished(call)) continue;
    const name = shownTool(call);
    const begun = call.state === 'running';
    tables.toolCalls.put(ended(call, begun ? 'unsure' : 'refused', begun ? unsure(name) : notMade(name), now));
  }
}
