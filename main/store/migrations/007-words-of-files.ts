/**
 * What was heard in sounds and read in documents can be searched for. A text is indexed piece by piece, so that a long one
 * never takes long at once, and what was there before is indexed bit by bit later (`text-index.ts`). A piece ends somewhat
 * after the next one begins, or a word between them would be lost. `indexed` counts the pieces of an attachment; -1: all.
 */
export const wordsOfFiles = `
ALTER TABLE attachment ADD COLUMN seconds INTEGER;
ALTER TABLE attachment ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attachment_unindexed ON attachment (number) WHERE transcript IS NOT NULL AND indexed >= 0;

CREATE TABLE words_piece (
  id INTEGER PRIMARY KEY,
  attachment INTEGER NOT NULL REFERENCES attachment (number),
  position INTEGER NOT NULL,
  UNIQUE (attachment, position)
) STRICT;
CREATE VIEW words (id, text) AS
  SELECT words_piece.id, substr(attachment.transcript, words_piece.position * 20000 + 1, 20040)
  FROM words_piece JOIN attachment ON attachment.number = words_piece.attachment;
CREATE VIRTUAL TABLE words_fts USING fts5 (
  text, content = 'words', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
CREATE TRIGGER words_indexed AFTER INSERT ON words_piece BEGIN
  INSERT INTO words_fts (rowid, text) SELECT id, text FROM words WHERE id = new.id;
  UPDATE attachment SET indexed = iif((indexed + 1) * 20000 < length(transcript), indexed + 1, -1)
    WHERE number = new.attachment;
END;
CREATE TRIGGER words_changed BEFORE UPDATE OF transcript ON attachment BEGIN
  INSERT INTO words_fts (words_fts, rowid, text) SELECT 'delete', words.id, words.text
    FROM words_piece JOIN words ON words.id = words_piece.id WHERE words_piece.attachment = old.number;
  DELETE FROM words_piece WHERE attachment = old.number;
END;
CREATE TRIGGER words_removed BEFORE DELETE ON attachment BEGIN
  INSERT INTO words_fts (words_fts, rowid, text) SELECT 'delete', words.id, words.text
    FROM words_piece JOIN words ON words.id = words_piece.id WHERE words_piece.attachment = old.number;
  DELETE FROM words_piece WHERE attachment = old.number;
END;
`;
