/** The numbers of the path that are not settings. All are choices of ours, unless a platform is named. */

/** A longer wait makes an answer late: labelled for the owner, set aside for others. */
export const lateAfter = 30 * 60_000;
/** Older than this nothing is answered or sent by itself. */
export const tooOldAfter = 24 * 3_600_000;
/** Starts of one turn before it becomes a dead letter. */
export const maxStarts = 5;
/** An aborted turn must settle within this; its lane is released whatever happens. */
export const settleWithin = 5_000;
/** The same for a turn that the end of the process cuts: it goes on at the next start, so nothing is won by waiting. */
export const settleAtShutdown = 500;
/** Waiting messages of a conversation beyond this are merged into one turn. */
export const queueLength = 50;
/** Clients split long pastes: a text of this length waits for its rest. */
export const longText = 4_000;
export const longTextWait = 1_000;
/** A file that comes in may have so many bytes (Telegram hands out no larger ones to bots). */
export const largestInbound = 20 * 1024 * 1024;
/** A document may have so many bytes to be read. */
export const largestText = 1024 * 1024;
/** A turn waits so long for the files of its question. */
export const fileWait = 30_000;
/** Waits before a file is asked for again (ms). */
export const fetchBackoff: readonly number[] = [1_000, 10_000, 60_000];
/** One call of a tool, at most; also not longer than its turn may still work. */
export const longestCall = 60_000;
/** A call that the owner is asked about is refused after this. */
export const approvalTime = 10 * 60_000;
/** The loop breaker looks at the replies of this long. */
export const loopWindow = 60_000;
/** Messages said to others in a group that the model gets to see. */
export const overheardMessages = 50;
/** The first preview of a reply: so long after its first token, or with so many characters. */
export const previewAfter = 1_200;
export const previewCharacters = 40;
/** The next ones, at the earliest: drafts, edits in a private chat, edits in a group. */
export const draftEvery = 1_000;
export const editEvery = 1_500;
export const groupEditEvery = 4_000;
/** A draft disappears after 30 s; it is shown again before. */
export const draftRefresh = 25_000;
/** A question may be changed so often while it is answered; later changes are only noted. */
export const longestRestarts = 3;
/** Without a token for this long, the window shows what is waited for. */
export const explainWaitAfter = 20_000;
/** Typing signs are refreshed this often. */
export const presenceEvery = 4_000;
/** Attempts to send one part before its delivery is failed. */
export const sendAttempts = 5;
/** Waits between them (ms); `retry_after` of the platform wins. */
export const sendBackoff: readonly number[] = [500, 2_000, 8_000, 30_000];
/** Waits before the second and third try of the same model (ms), ± 20 %. */
export const modelBackoff: readonly number[] = [500, 2_000];
/** A server may ask for at most this wait before the same model is tried again. */
export const longestRetryAfter = 30_000;
/** Cooldown of a model after a failed attempt, the next after the next (ms). */
export const cooldownSteps: readonly number[] = [15_000, 60_000, 300_000, 1_500_000];
/** Cooldown after `quota` when the server names no reset. */
export const quotaCooldown = 900_000;
/** Until a pause is lifted by hand. */
export const untilResumed = Number.MAX_SAFE_INTEGER;
