/**
 * The agent: steps of a turn and its tool calls, summaries, schedules, servers of tools, personas, caps of their own.
 * `frame` is the part of a prompt that stays the same as long as a context does.
 */
export const agent = `
ALTER TABLE turn ADD COLUMN worked INTEGER NOT NULL DEFAULT 0;

CREATE TABLE step (
  turn TEXT NOT NULL REFERENCES turn (id),
  position INTEGER NOT NULL,
  model TEXT NOT NULL,
  text TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (turn, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_call (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  turn TEXT NOT NULL REFERENCES turn (id),
  conversation TEXT NOT NULL REFERENCES conversation (id),
  step INTEGER NOT NULL,
  position INTEGER NOT NULL,
  call_id TEXT NOT NULL,
  name TEXT NOT NULL,
  arguments TEXT NOT NULL,
  state TEXT NOT NULL,
  outside INTEGER NOT NULL,
  result TEXT,
  reason TEXT,
  asked_at INTEGER,
  begun_at INTEGER,
  ended_at INTEGER,
  UNIQUE (turn, step, position)
) STRICT;
CREATE INDEX tool_call_asking ON tool_call (number) WHERE state = 'asking';
CREATE INDEX tool_call_conversation ON tool_call (conversation, number);

CREATE TABLE tool_permission (
  name TEXT PRIMARY KEY,
  permission TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE summary (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL REFERENCES conversation (id),
  context_no INTEGER NOT NULL,
  upto INTEGER NOT NULL,
  text TEXT NOT NULL,
  model TEXT NOT NULL,
  turns INTEGER NOT NULL,
  tokens_before INTEGER NOT NULL,
  tokens_after INTEGER NOT NULL,
  outside INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX summary_conversation ON summary (conversation, context_no, number);
CREATE TRIGGER summary_of_changed AFTER UPDATE OF text, state ON message
WHEN (new.state = 'deleted' AND old.state <> 'deleted') OR new.text <> old.text
BEGIN
  DELETE FROM summary
  WHERE conversation = new.conversation AND context_no = new.context_no AND upto >= new.seq;
END;

CREATE TABLE frame (
  conversation TEXT PRIMARY KEY REFERENCES conversation (id),
  context_no INTEGER NOT NULL,
  day TEXT NOT NULL,
  summary TEXT,
  memory TEXT,
  tried TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  prompt TEXT NOT NULL,
  conversation TEXT NOT NULL REFERENCES conversation (id),
  timing TEXT NOT NULL,
  quiet TEXT,
  catch_up TEXT NOT NULL,
  paused_until INTEGER,
  handled INTEGER NOT NULL,
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX schedule_conversation ON schedule (conversation);

CREATE TABLE schedule_run (
  number INTEGER PRIMARY KEY,
  slot_key TEXT NOT NULL UNIQUE,
  schedule TEXT NOT NULL REFERENCES schedule (id),
  slot INTEGER NOT NULL,
  at INTEGER NOT NULL,
  late INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  message TEXT,
  reason TEXT
) STRICT;
CREATE INDEX schedule_run_schedule ON schedule_run (schedule, number);

CREATE TABLE mcp_server (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE persona (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cap (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  day_cost INTEGER,
  day_tokens INTEGER,
  month_cost INTEGER,
  month_tokens INTEGER,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_turn ON usage (turn) WHERE turn IS NOT NULL;
CREATE INDEX usage_spent ON usage (conversation, at, local, input_tokens, output_tokens, cost, estimated)
  WHERE conversation IS NOT NULL;

ALTER TABLE conversation ADD COLUMN persona TEXT;
ALTER TABLE conversation ADD COLUMN thinking TEXT;
ALTER TABLE link ADD COLUMN persona TEXT;
ALTER TABLE attachment ADD COLUMN transcript TEXT;
`;
