/** Lines out of bytes as they come from a process. */

export interface LineReader {
  /** Each whole line goes to `onLine`, without its end. */
  feed(chunk: Buffer): void;
  /** The rest, when nothing more comes. */
  end(): void;
}

/**
 * Lines of at most `limit` bytes. Of a longer one the beginning is handed on with `whole` false as soon as it is too
 * long, and the rest of it is dropped.
 */
export function createLineReader(limit: number, onLine: (line: string, whole: boolean) => void): LineReader {
  let parts: Buffer[] = [];
  let size = 0;
  let dropping = false;

  const emit = (whole: boolean): void => {
    const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    parts = [];
    size = 0;
    onLine(line.toString('utf8').replace(/\r$/, ''), whole);
  };
  const take = (part: Buffer): void => {
    if (dropping || part.length === 0) return;
    parts.push(part.subarray(0, limit - size));
    size += part.length;
    if (size <= limit) return;
    dropping = true;
    emit(false);
  };
  return {
    feed(chunk) {
      let from = 0;
      for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
        take(chunk.subarray(from, to));
        if (!dropping) emit(true);
        dropping = false;
        from = to + 1;
      }
      take(chunk.subarray(from));
    },
    end() {
      if (!dropping && size > 0) emit(true);
    },
  };
}
