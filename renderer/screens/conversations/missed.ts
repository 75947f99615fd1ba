import { useState } from 'react';
import type { GatewayEvent } from '../../../preload/contract/events.ts';
import { useEvents } from '../../bridge/hooks.ts';

/** Something came to this conversation that its reader has not seen where it stands. */
function isNews(event: GatewayEvent, conversation: string): boolean {
  return event.kind === 'message.added' && event.message.conversation === conversation;
}

/** How many messages came while the reader was not at the end. */
export function useMissed(conversation: string, atEnd: boolean): number {
  const [missed, setMissed] = useState(0);
  useEvents((event) => {
    if (!atEnd && isNews(event, conversation)) setMissed((before) => before + 1);
  });
  // Seen by now.
  if (atEnd && missed > 0) setMissed(0);
  return atEnd ? 0 : missed;
}
