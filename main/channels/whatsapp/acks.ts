/**
 * One stanza and what the server says to it. The promise of the library's own send tells nothing (it resolves before the
 * server has heard of the message), and its events may lie in a buffer for half a minute; the raw answer comes at once
 * (docs/whatsapp-protocol.md, Events that wait).
 */
import type { BaileysEventMap, BinaryNode } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Live } from './parts.ts';

export type Verdict =
  /** The server has it. `isStale`: it thinks that others are in the group, or have other devices, than we do. */
  | { readonly kind: 'taken'; readonly isStale: boolean }
  | { readonly kind: 'refused'; readonly code: number }
  /** It never left: what came before it failed. */
  | { readonly kind: 'unwritten'; readonly error: unknown }
  /** It may have left, and no answer will come over this socket. */
  | { readonly kind: 'unanswered' };

/** An answer that has not come by then is not waited for. */
const ANSWER_LIMIT: Millis = 30_000;

/**
 * Runs `relay`, which writes a message with that id, and waits for the server's answer to it, for the end of the socket,
 * for `signal` or for {@link ANSWER_LIMIT}. Never rejects.
 */
export function answerTo(
  { socket }: Pick<Live, 'socket'>,
  id: string,
  clock: Clock,
  signal: AbortSignal,
  relay: () => Promise<unknown>,
): Promise<Verdict> {
  return new Promise((resolve) => {
    const listening = new DisposableStack();
    const settle = (verdict: Verdict): void => {
      if (listening.disposed) return;
      listening.dispose();
      resolve(verdict);
    };
    const unanswered = (): void => settle({ kind: 'unanswered' });
    const acknowledged = ({ attrs }: BinaryNode): void => {
      if (attrs['id'] === id) settle(verdictOf(attrs));
    };
    const changed = ({ connection }: BaileysEventMap['connection.update']): void => {
      if (connection === 'close') unanswered();
    };
    socket.ws.on(MESSAGE_ACK, acknowledged);
    listening.defer(() => void socket.ws.off(MESSAGE_ACK, acknowledged));
    socket.ev.on('connection.update', changed);
    listening.defer(() => socket.ev.off('connection.update', changed));
    signal.addEventListener('abort', unanswered);
    listening.defer(() => signal.removeEventListener('abort', unanswered));
    listening.use(clock.after(ANSWER_LIMIT, unanswered));
    relay().catch((error: unknown) => {
      // After any other failure the stanza may have gone out: its answer, or the end of the socket, decides.
      if (isBeforeWriting(error)) settle({ kind: 'unwritten', error });
    });
  });
}

const MESSAGE_ACK = 'CB:ack,class:message';

function verdictOf(attrs: BinaryNode['attrs']): Verdict {
  const { error, phash } = attrs;
  if (error === undefined) return { kind: 'taken', isStale: phash !== undefined };
  const code = Number(error);
  return { kind: 'refused', code: Number.isSafeInteger(code) ? code : 0 };
}

/**
 * Failures of what the library does before it writes the stanza (Socket/messages-send.js, relayMessage): a question that
 * the server refused (its code is in `data`), a device for which nothing could be encrypted, a socket that is closed.
 */
function isBeforeWriting(error: unknown): boolean {
  if (refusedQuestion(error) !== null) return true;
  return (
    error instanceof Error &&
    ['All encryptions failed', 'Connection Closed', 'Not authenticated'].includes(error.message)
  );
}

/** The code that the server refused a question with, which had to be asked before sending; null for any other failure. */
export function refusedQuestion(error: unknown): number | null {
  return error instanceof Error && 'data' in error && typeof error.data === 'number' ? error.data : null;
}
