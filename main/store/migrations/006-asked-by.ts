/** Which schedule asked a message: a thread tells it of each. */
export const askedBy = `
CREATE INDEX schedule_run_message ON schedule_run (message) WHERE message IS NOT NULL;
`;
