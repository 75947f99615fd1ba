/** What is known of one server's doings, for the owner: its standard error and what we noticed, the newest lines. */
import type { Clock } from '../../gateway/clock.ts';
import { visibleLine, withoutTerminal } from './clean.ts';
import type { McpLogLine } from './types.ts';

/** Lines that are kept. */
const kept = 500;
/** UTF-16 units of a line. */
const longestLine = 2_000;
/** Something shorter would be found everywhere, and is no secret. */
const shortestSecret = 4;

export type Redact = (text: string) => string;

/** Blacks out every one of `secrets` as it stands, also in JSON and in an address; longer ones first. */
export function createRedaction(secrets: readonly string[]): Redact {
  const forms = secrets
    // `Bearer abc`: what follows is a secret of its own.
    .flatMap((secret) => [secret, ...secret.split(/\s+/)])
    .filter((secret) => secret.length >= shortestSecret && !/^(?:bearer|basic|token)$/i.test(secret))
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]);
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((so_far, secret) => so_far.replaceAll(secret, '•••'), text);
}

export interface ServerLog {
  readonly lines: readonly McpLogLine[];
  write(from: McpLogLine['from'], text: string): void;
  /** From now on; what stands there already was written under the secrets of its time. */
  redactWith(redact: Redact): void;
}

export function createServerLog(clock: Clock): ServerLog {
  const lines: McpLogLine[] = [];
  let redact: Redact = (text) => text;
  return {
    get lines() {
      return [...lines];
    },
    write(from, text) {
      lines.push({ at: clock.now(), from, text: visibleLine(withoutTerminal(redact(text)), longestLine) });
      if (lines.length > kept) lines.splice(0, lines.length - kept);
    },
    redactWith(next) {
      redact = next;
    },
  };
}
