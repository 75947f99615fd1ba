/** Messages that their senders passed on, and what tells quickly whether others had a say in a context. */
export const forwarded = `
ALTER TABLE message ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_forwarded ON message (turn) WHERE forwarded = 1;
CREATE INDEX message_answer ON message (conversation, context_no, seq, turn)
  WHERE kind = 'assistant' AND state <> 'cleared';
CREATE INDEX message_paused ON message (conversation, context_no, seq) WHERE state = 'paused';
CREATE INDEX tool_call_outside ON tool_call (turn) WHERE outside = 1 AND result IS NOT NULL;
`;
