/**
 * The first shape of the database. No foreign key is deferred: one that fails at COMMIT would take the other writers of
 * the shared transaction with it. `link` is nobody's parent: conversations outlive their link.
 */
export const begin = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

CREATE TABLE link (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  account TEXT,
  handle TEXT,
  enabled INTEGER NOT NULL,
  api_root TEXT,
  language TEXT,
  linked_at INTEGER,
  paused_until INTEGER,
  fixed_by_file INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cursor (
  link TEXT NOT NULL,
  account TEXT NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (link, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  link TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (link, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
  link TEXT NOT NULL,
  address TEXT NOT NULL,
  person TEXT,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  origin TEXT NOT NULL,
  last_seen_at INTEGER,
  UNIQUE (link, address)
) STRICT;

CREATE TABLE conversation (
  id TEXT PRIMARY KEY,
  link TEXT NOT NULL,
  chat TEXT NOT NULL,
  topic TEXT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  context_no INTEGER NOT NULL,
  model TEXT,
  paused_until INTEGER,
  undeliverable TEXT,
  unread INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversation_chat ON conversation (link, chat, ifnull(topic, ''));
CREATE INDEX conversation_activity ON conversation (last_at, id);

CREATE TABLE message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL REFERENCES conversation (id),
  link TEXT NOT NULL,
  kind TEXT NOT NULL,
  author TEXT,
  author_name TEXT NOT NULL,
  platform_id TEXT,
  revision INTEGER NOT NULL,
  text TEXT NOT NULL,
  context_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  turn TEXT,
  model TEXT
) STRICT;
CREATE INDEX message_thread ON message (conversation, seq);
CREATE INDEX message_context ON message (conversation, context_no, seq);
CREATE INDEX message_inbox ON message (conversation, seq) WHERE state = 'waiting';
CREATE INDEX message_aside ON message (link, state, seq) WHERE state IN ('kept', 'paused', 'late', 'held');
CREATE INDEX message_turn ON message (turn, seq) WHERE turn IS NOT NULL;
CREATE UNIQUE INDEX message_platform ON message (conversation, ifnull(author, ''), platform_id, revision)
  WHERE platform_id IS NOT NULL;

CREATE VIRTUAL TABLE message_fts USING fts5 (
  text, content = 'message', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
CREATE TRIGGER message_fts_added AFTER INSERT ON message BEGIN
  INSERT INTO message_fts (rowid, text) VALUES (new.seq, new.text);
END;
CREATE TRIGGER message_fts_removed AFTER DELETE ON message BEGIN
  INSERT INTO message_fts (message_fts, rowid, text) VALUES ('delete', old.seq, old.text);
END;
CREATE TRIGGER message_fts_changed AFTER UPDATE OF text ON message BEGIN
  INSERT INTO message_fts (message_fts, rowid, text) VALUES ('delete', old.seq, old.text);
  INSERT INTO message_fts (rowid, text) VALUES (new.seq, new.text);
END;

CREATE TABLE turn (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation TEXT NOT NULL REFERENCES conversation (id),
  link TEXT NOT NULL,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  starts INTEGER NOT NULL,
  context_no INTEGER NOT NULL,
  model TEXT,
  reason TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX turn_reply ON turn (conversation, number) WHERE kind = 'reply';
CREATE INDEX turn_running ON turn (number) WHERE state = 'running';

CREATE TABLE turn_input (
  message TEXT PRIMARY KEY REFERENCES message (id),
  turn TEXT NOT NULL REFERENCES turn (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_input_turn ON turn_input (turn);

CREATE TABLE delivery (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  turn TEXT NOT NULL UNIQUE REFERENCES turn (id),
  conversation TEXT NOT NULL REFERENCES conversation (id),
  link TEXT NOT NULL,
  state TEXT NOT NULL,
  late INTEGER NOT NULL,
  reason TEXT,
  created_at INTEGER NOT NULL,
  ready_at INTEGER,
  settled_at INTEGER
) STRICT;
CREATE INDEX delivery_ready ON delivery (number) WHERE state = 'ready';
CREATE INDEX delivery_ready_link ON delivery (link, number) WHERE state = 'ready';
CREATE INDEX delivery_ready_conversation ON delivery (conversation, number) WHERE state = 'ready';
CREATE INDEX delivery_troubled ON delivery (number) WHERE state IN ('failed', 'held');

CREATE TABLE part (
  id TEXT PRIMARY KEY,
  delivery TEXT NOT NULL REFERENCES delivery (id),
  position INTEGER NOT NULL,
  part TEXT NOT NULL,
  own_id TEXT,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  again INTEGER NOT NULL,
  ref TEXT,
  reason TEXT,
  UNIQUE (delivery, position)
) STRICT;
CREATE INDEX part_again ON part (again) WHERE again = 1;

CREATE TABLE usage (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  link TEXT NOT NULL,
  conversation TEXT,
  turn TEXT,
  model TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost INTEGER,
  estimated INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT;
CREATE INDEX usage_at ON usage (at, input_tokens, output_tokens, cost, estimated);
CREATE INDEX usage_conversation ON usage (conversation, number) WHERE conversation IS NOT NULL;

CREATE TABLE provider (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  base_url TEXT NOT NULL,
  compatibility TEXT NOT NULL,
  fixed_by_file INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE secret (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE file (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
