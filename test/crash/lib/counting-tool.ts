/** Tools that change something for good: each run is a line at the end of a file, on disk before it answers. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Tool } from '../../../main/gateway/tool.ts';

/** `count` is permitted always, `count_asked` is asked about. */
export function countingTools(path: string): readonly Tool[] {
  return [countingTool('count', 'always', path), countingTool('count_asked', 'ask', path)];
}

export function runsIn(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

function countingTool(name: string, permission: Tool['permission'], path: string): Tool {
  return {
    description: { name, description: 'It counts.', parameters: { type: 'object', properties: {} } },
    sideEffects: true,
    outside: false,
    permission,
    run() {
      const file = openSync(path, 'a');
      writeSync(file, 'run\n');
      fsyncSync(file);
      closeSync(file);
      return Promise.resolve({ ok: true, text: 'counted' });
    },
  };
}
