/**
 * The memory as prompts, tools and the window use it. Its folder is read, watched and indexed from the first use on: a
 * start waits for none of it.
 */
import type { MemoryHitView, MemoryNoteView, MemoryView } from '../../preload/contract/agent-views.ts';
import type { Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { OwnerMemory, PromptMemory } from '../gateway/memory.ts';
import type { Reason } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { asideFrom, type Listed } from './memory/folder.ts';
import type { Memory } from './memory/memory.ts';
import type { MemoryTrouble } from './memory/trouble.ts';
import { Once } from './once.ts';

export interface NoteDeps {
  /** `memory/` of the data directory, absolute; it is there. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** IANA name of the zone that decides which day it is; asked at each use. */
  readonly timeZone: () => string;
}

/** What is known for good. */
const curated = 'MEMORY.md';

export class Notes implements AsyncDisposable {
  /** For prompts of the owner's private conversations alone. */
  readonly memory: OwnerMemory;
  /** For the tools of the same. */
  readonly forTools: Pick<Memory, 'remember' | 'find' | 'unread'>;
  readonly #deps: NoteDeps;
  readonly #opened: Once<Memory>;
  #memory: Memory | null = null;

  /** @param changed called after each change of the folder that was seen, by whomever it was made */
  constructor(deps: NoteDeps, changed: () => void) {
    this.#deps = deps;
    this.#opened = new Once(async () => {
      const { createMemory } = await import('./memory/memory.ts');
      const memory = createMemory(deps);
      memory.version.subscribe(changed);
      return (this.#memory = memory);
    });
    this.memory = {
      forPrompt: (maxTokens) => this.#forPrompt(maxTokens),
      keep: (points) => this.#keep(points),
      remember: async (text) => {
        const remembered = await this.forTools.remember(text, 'memory');
        return remembered.ok ? ok(remembered.value.added) : withReason(remembered);
      },
      known: async () => {
        const known = await this.read(curated);
        return known.ok ? ok(known.value ?? '') : known;
      },
    };
    const unread = (): readonly MemoryTrouble[] => this.#memory?.unread ?? [];
    this.forTools = {
      remember: async (text, where) => (await this.#opened.get()).remember(text, where),
      find: async (query, limit) => (await this.#opened.get()).find(query, limit),
      get unread() {
        return unread();
      },
    };
  }

  /** Which notes there are, by name. Where the folder cannot be read there are none, and `unread` says why. */
  async view(): Promise<MemoryView> {
    const memory = await this.#opened.get();
    await memory.settled();
    const listed = await memory.list();
    const { folder } = this.#deps;
    if (!listed.ok) return { folder, notes: [], unread: [reasonOf(listed.failure)] };
    return { folder, notes: listed.value.map(noteView), unread: memory.unread.map(reasonOf) };
  }

  /** Null: there is no such note. Fails with `memory.…`. */
  async read(name: string): Promise<Result<string | null, Reason>> {
    return withReason(await (await this.#opened.get()).read(name));
  }

  /** Answers what is there now; see {@link Memory.save}. Fails with `memory.…`. */
  async save(name: string, text: string, base: string): Promise<Result<string, Reason>> {
    return withReason(await (await this.#opened.get()).save(name, text, base));
  }

  /** Fails with `memory.…`; see {@link Memory.create}. */
  async create(name: string, text: string): Promise<Result<string, Reason>> {
    return withReason(await (await this.#opened.get()).create(name, text));
  }

  /** Fails with `memory.…`; see {@link Memory.remove}. */
  async remove(name: string, base: string): Promise<Result<void, Reason>> {
    return withReason(await (await this.#opened.get()).remove(name, base));
  }

  async search(query: string, limit: number): Promise<readonly MemoryHitView[]> {
    const hits = await (await this.#opened.get()).find(query, limit);
    return hits.map(({ section: { file, path, text } }) => ({ name: file, heading: path.join(' › '), text }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opened.begun)?.[Symbol.asyncDispose]();
  }

  async #forPrompt(maxTokens: number): Promise<PromptMemory> {
    try {
      return await (await this.#opened.get()).loadForPrompt({ maxTokens });
    } catch (error) {
      this.#deps.log.write('error', 'memory.bug', { error: describeError(error) });
      return { text: '', whole: false };
    }
  }

  async #keep(points: readonly string[]): Promise<void> {
    try {
      const memory = await this.#opened.get();
      for (const point of points) {
        const kept = await memory.remember(point, 'today', 'once');
        if (!kept.ok) this.#deps.log.write('warn', 'memory.not-kept', { reason: reasonOf(kept.failure).code });
      }
    } catch (error) {
      this.#deps.log.write('error', 'memory.bug', { error: describeError(error) });
    }
  }
}

function noteView({ name, bytes, changedAt }: Listed): MemoryNoteView {
  return { name, kind: kindOf(name), from: asideFrom(name), bytes, changedAt };
}

function kindOf(name: string): MemoryNoteView['kind'] {
  if (name === curated) return 'curated';
  if (asideFrom(name) !== null) return 'aside';
  return /^\d{4}-\d{2}-\d{2}\.md$/.test(name) ? 'log' : 'other';
}

function withReason<Value>(result: Result<Value, MemoryTrouble>): Result<Value, Reason> {
  return result.ok ? ok(result.value) : failed(reasonOf(result.failure));
}

function reasonOf(trouble: MemoryTrouble): Reason {
  switch (trouble.kind) {
    case 'disk-full':
    case 'folder-gone':
      return { code: `memory.${trouble.kind}` };
    case 'not-utf8':
    case 'not-a-note':
    case 'busy':
    case 'exists':
    case 'changed':
    case 'curated':
      return { code: `memory.${trouble.kind}`, params: { name: trouble.name } };
    case 'too-large':
      return { code: 'memory.too-large', params: { name: trouble.name, kib: trouble.limit / 1024 } };
    case 'refused':
      return { code: 'memory.refused', params: { name: trouble.name, error: trouble.code } };
    case 'conflict':
      return { code: 'memory.conflict', params: { name: trouble.name, aside: trouble.aside } };
    case 'entry':
      return { code: 'memory.entry', params: { limit: trouble.limit } };
    default:
      return assertNever(trouble, 'trouble');
  }
}
