/** What happened, for the person who looks for a fault. Message text never at `info` or above; secrets never at all. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  /** `event` is a short stable name such as `turn.failed`; `fields` carry ids and numbers. */
  write(level: LogLevel, event: string, fields?: LogFields): void;
}

/** The text of a caught value for a log field, without a stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
