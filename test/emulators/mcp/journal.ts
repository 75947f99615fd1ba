/** The tool that changes something for good: each call is a line of a file, on disk before the call is answered. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { text, type Fields } from './server.ts';

/**
 * Adds the parameter `key` as a line to the file `path`. `before` and `after` are milliseconds that it takes before and
 * after the line is there; with `hold` true it is never answered once the line is there.
 */
export async function writeLine(path: string, input: Fields): Promise<ReturnType<typeof text>> {
  const key = String(input['key']);
  await takes(input['before']);
  const file = openSync(path, 'a');
  writeSync(file, `${key}\n`);
  fsyncSync(file);
  closeSync(file);
  if (input['hold'] === true) return new Promise<never>(() => undefined);
  await takes(input['after']);
  return text(`written ${key}`);
}

async function takes(milliseconds: unknown): Promise<void> {
  if (typeof milliseconds === 'number') await new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
