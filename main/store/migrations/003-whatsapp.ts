/** Links that are paired, and answer only their owner until told otherwise. */
export const whatsapp = `
ALTER TABLE link ADD COLUMN server_key TEXT;
ALTER TABLE link ADD COLUMN mode TEXT NOT NULL DEFAULT 'people';
ALTER TABLE link ADD COLUMN device TEXT;
`;
