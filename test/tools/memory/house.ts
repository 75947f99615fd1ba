/* A memory in a folder of its own on the real disk, under a clock that the test moves. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ToolResult } from '../../../main/gateway/tool.ts';
import { realDisk, type Disk } from '../../../main/tools/memory/folder.ts';
import { createMemory, type Memory } from '../../../main/tools/memory/memory.ts';
import { createMemoryTools, type MemoryToolDeps } from '../../../main/tools/memory/tools.ts';
import type { WatchFolder } from '../../../main/tools/memory/watch.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

export interface House extends AsyncDisposable {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly memory: Memory;
  readonly logged: readonly string[];
  /** The zone that days are counted in. */
  zone: string;
  /** By hand, with a program that knows nothing of us. */
  write(name: string, text: string | Buffer): void;
  text(name: string): string;
  names(): readonly string[];
  use(tool: 'remember' | 'recall', input: unknown, more?: Partial<MemoryToolDeps>): Promise<ToolResult>;
}

export interface HouseOptions {
  readonly notes?: Readonly<Record<string, string | Buffer>>;
  readonly disk?: Partial<Disk>;
  readonly watch?: WatchFolder;
}

export function memoryHouse({ notes = {}, disk = {}, watch }: HouseOptions = {}): House {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  for (const [name, text] of Object.entries(notes)) writeFileSync(join(folder, name), text);
  const clock = new ManualClock(Date.parse('2026-11-22T22:30Z'));
  const logged: string[] = [];
  const zone = { name: 'UTC' };
  const memory = createMemory({
    folder,
    clock,
    log: { write: (_level, event) => void logged.push(event) },
    timeZone: () => zone.name,
    disk: { ...realDisk, ...disk },
    ...(watch === undefined ? {} : { watch }),
  });
  return {
    folder,
    clock,
    memory,
    logged,
    get zone() {
      return zone.name;
    },
    set zone(name) {
      zone.name = name;
    },
    write: (name, text) => writeFileSync(join(folder, name), text),
    text: (name) => readFileSync(join(folder, name), 'utf8'),
    names: () => readdirSync(folder).sort(),
    async use(tool, input, more = {}) {
      const tools = createMemoryTools({ memory, timeZone: () => zone.name, ...more });
      const found = tools.find(({ description }) => description.name === tool);
      if (found === undefined) throw new Error(`There is no tool ${tool}.`);
      return found.run(input, { conversation: 'c', link: 'window' }, new AbortController().signal);
    },
    async [Symbol.asyncDispose]() {
      await memory[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Notices of changes that the test gives. */
export function watchByHand(): { readonly watch: WatchFolder; change(): void; break(): void; readonly open: number } {
  const watchers = new Set<{ readonly changed: () => void; readonly broken: (error: unknown) => void }>();
  return {
    watch: (_path, changed, broken) => {
      const watcher = { changed, broken };
      watchers.add(watcher);
      return { [Symbol.dispose]: () => void watchers.delete(watcher) };
    },
    change: () => watchers.forEach(({ changed }) => changed()),
    break: () => [...watchers].forEach(({ broken }) => broken(new Error('the notices ended'))),
    get open() {
      return watchers.size;
    },
  };
}

/** Everything that was under way has come to its end. */
export async function atRest(memory: Memory): Promise<void> {
  await setImmediate();
  await memory.settled();
}
