/**
 * The memory: Markdown notes in one folder, which belong to their owner. `MEMORY.md` is what is known for good,
 * `YYYY-MM-DD.md` the log of a day; other notes that the owner puts there are found as well. The files are the truth:
 * each question reads them anew, only the search index is derived, in the background, from what the folder says.
 *
 * Memory is the owner's. Whoever assembles a prompt for a guest, or for a group, must never ask it for anything, be it
 * through {@link Memory.loadForPrompt} or through a tool: nothing here knows who is being talked to.
 *
 * When something is missing: without the folder every answer is `folder-gone` and nothing is made anew; a note that
 * cannot be read is left out of prompts and searches, and {@link Memory.unread} says why.
 */
import { setImmediate } from 'node:timers/promises';
import { createCalendar } from '../../gateway/calendar.ts';
import type { Clock } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import type { PromptMemory } from '../../gateway/memory.ts';
import type { Millis } from '../../gateway/types.ts';
import { subject, type Observable } from '../../lib/observable.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { entryOf, isLogged, longestEntry, merged, withEntry } from './entries.ts';
import { asideOf, isAside, largestNote, openFolder, type Disk, type Folder, type Listed } from './folder.ts';
import { promptOf, type PromptPart } from './prompt.ts';
import { SearchIndex, type Hit } from './search-index.ts';
import { sectionsOf } from './sections.ts';
import type { MemoryTrouble } from './trouble.ts';
import { watchBySystem, watchFolder, type WatchFolder } from './watch.ts';

export interface MemoryDeps {
  /** `memory/` of the data directory, absolute; it has to be there already. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The setting `timeZone`, asked at each use: it decides which day it is. */
  readonly timeZone: () => string;
  readonly disk?: Disk;
  readonly watch?: WatchFolder;
}

/** The curated note, or the log of today. */
export type Place = 'memory' | 'today';

export interface Remembered {
  readonly name: string;
  /** False when just this stood there already. */
  readonly added: boolean;
}

export interface Memory extends AsyncDisposable {
  /** Rises with every change of the folder that was seen, by whomever it was made. */
  readonly version: Observable<number>;
  /** Notes that are not searched, with the reason. */
  readonly unread: readonly MemoryTrouble[];
  list(): Promise<Result<readonly Listed[], MemoryTrouble>>;
  /** Null for a note that does not exist. */
  read(name: string): Promise<Result<string | null, MemoryTrouble>>;
  /**
   * Stores what the owner made of `base`, the text that was shown (empty for a new note), and gives what is there now:
   * what was added at the end meanwhile is kept. A change in the same place fails with `conflict`, nothing being lost.
   */
  save(name: string, text: string, base: string): Promise<Result<string, MemoryTrouble>>;
  /** A note that was not there before; `exists` when there is one that is called so, whatever the case of its letters. */
  create(name: string, text: string): Promise<Result<string, MemoryTrouble>>;
  /**
   * Deletes a note that still says `base`, the text that was shown; `changed` when it says something else now. `curated`:
   * what is known for good can be emptied, not deleted.
   */
  remove(name: string, base: string): Promise<Result<void, MemoryTrouble>>;
  /**
   * Adds one point at the end of a note. At most 4,000 characters; more is refused, not cut. `once`: not where it stands in
   * the log already, at whatever time.
   */
  remember(text: string, where: Place, often?: 'once'): Promise<Result<Remembered, MemoryTrouble>>;
  /** The best sections, waiting for the first index only. */
  find(query: string, limit: number): Promise<readonly Hit[]>;
  /**
   * `MEMORY.md`, yesterday's log and today's, within `maxTokens` (estimated); of what is too long the beginning and the
   * end. The same bytes as long as the notes and the day are the same. For private conversations of the owner alone.
   */
  loadForPrompt(room: { readonly maxTokens: number }): Promise<PromptMemory>;
  /** Resolves when the index knows all that was seen so far. */
  settled(): Promise<void>;
}

export const curatedNote = 'MEMORY.md';
const dayMs: Millis = 24 * 3_600_000;
/** Characters that are indexed before others get a turn; a few milliseconds. */
const slice = 16 * 1024;

/** Begins to watch and to read at once; dispose it to end both. */
export function createMemory(deps: MemoryDeps): Memory {
  return new NoteMemory(deps);
}

class NoteMemory implements Memory {
  readonly version = subject(0);
  readonly #deps: MemoryDeps;
  readonly #folder: Folder;
  readonly #calendar;
  readonly #watch: Disposable;
  readonly #troubles = new Map<string, MemoryTrouble>();
  /** What of each note is in the index. */
  readonly #stamps = new Map<string, string>();
  #index = new SearchIndex();
  /** Changes and readings one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #asides = '';
  #isLookWanted = false;
  #isDisposed = false;
  readonly #first: Promise<void>;

  constructor(deps: MemoryDeps) {
    this.#deps = deps;
    this.#folder = openFolder(deps.folder, deps.disk);
    this.#calendar = createCalendar(deps.timeZone, () => 'UTC');
    this.#first = this.#after(() => this.#folder.tidy()).then(() => this.#look());
    const { folder: path, clock, log, watch = watchBySystem } = deps;
    this.#watch = watchFolder({ path, clock, log, watch, look: () => void this.#look() });
  }

  get unread(): readonly MemoryTrouble[] {
    return [...this.#troubles.values()];
  }

  list(): Promise<Result<readonly Listed[], MemoryTrouble>> {
    return this.#folder.list();
  }

  read(name: string): Promise<Result<string | null, MemoryTrouble>> {
    return this.#folder.read(name);
  }

  save(name: string, text: string, base: string): Promise<Result<string, MemoryTrouble>> {
    return this.#inTurn(async () => {
      let conflict = false;
      const saved = await this.#folder.update(name, (now) => {
        const both = merged(base, now ?? '', text);
        conflict = both === null;
        return both;
      });
      if (!saved.ok || !conflict) return saved;
      const aside = asideOf(
        name,
        `${this.#today()}-${this.#time().replace(':', '')}-${String(this.#deps.clock.now() % 60_000)}`,
      );
      const kept = await this.#folder.update(aside, (there) => (there === null ? text : `${there}\n${text}`));
      return kept.ok ? failed({ kind: 'conflict', name, aside }) : kept;
    });
  }

  create(name: string, text: string): Promise<Result<string, MemoryTrouble>> {
    return this.#inTurn(async () => {
      const listed = await this.#folder.list();
      if (!listed.ok) return listed;
      // Some systems take two names for one that differ in their capitals alone.
      const same = (other: Listed): boolean => other.name.toLowerCase() === name.toLowerCase();
      if (listed.value.some(same)) return failed({ kind: 'exists', name });
      let isThere = false;
      const made = await this.#folder.update(name, (now) => {
        isThere = now !== null;
        return isThere ? null : text;
      });
      return made.ok && isThere ? failed({ kind: 'exists', name }) : made;
    });
  }

  remove(name: string, base: string): Promise<Result<void, MemoryTrouble>> {
    return this.#inTurn(async () => {
      if (name === curatedNote) return failed({ kind: 'curated', name });
      const removed = await this.#folder.remove(name, base);
      if (!removed.ok) return removed;
      return removed.value ? ok(undefined) : failed({ kind: 'changed', name });
    });
  }

  remember(text: string, where: Place, often?: 'once'): Promise<Result<Remembered, MemoryTrouble>> {
    return this.#inTurn(async () => {
      const today = this.#today();
      const [name, title] = where === 'memory' ? [curatedNote, 'Memory'] : [`${today}.md`, today];
      const entry = entryOf(text, where === 'memory' ? null : this.#time());
      if (entry === null) return failed({ kind: 'entry', limit: longestEntry });
      let added = false;
      const written = await this.#folder.update(name, (now) => {
        const next = often === 'once' && isLogged(now, entry) ? null : withEntry(now, title, entry);
        added = next !== null;
        return next;
      });
      return written.ok ? ok({ name, added }) : written;
    });
  }

  async find(query: string, limit: number): Promise<readonly Hit[]> {
    await this.#first;
    return this.#index.search(query, limit);
  }

  async loadForPrompt({ maxTokens }: { readonly maxTokens: number }): Promise<PromptMemory> {
    const today = this.#today();
    const yesterday = new Date(Date.parse(today) - dayMs).toISOString().slice(0, 10);
    const curated = await this.#part(curatedNote, 0.6);
    const logs = [await this.#part(`${yesterday}.md`, 0.25), await this.#part(`${today}.md`, 0.25)];
    const text = promptOf(
      curated.ok ? curated.value : null,
      logs.flatMap((log) => (log.ok && log.value !== null ? [log.value] : [])),
      maxTokens,
    );
    return { text, whole: [curated, ...logs].every(({ ok: read }) => read) };
  }

  async settled(): Promise<void> {
    await this.#first;
    await this.#last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#watch[Symbol.dispose]();
    await this.#last;
  }

  async #part(name: string, headShare: number): Promise<Result<PromptPart | null, MemoryTrouble>> {
    const text = await this.#folder.read(name);
    if (text.ok) return ok(text.value === null ? null : { name, text: text.value, headShare });
    this.#deps.log.write('warn', 'memory.unread', { kind: text.failure.kind });
    return text;
  }

  #today(): string {
    return this.#calendar.dateOf(this.#deps.clock.now());
  }

  #time(): string {
    const timeZone = this.#calendar.zone();
    return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(this.#deps.clock.now());
  }

  /** After a change of our own the index knows it before the change is told. */
  async #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const changed = this.#after(change);
    // A look that waits already would come before the change.
    this.#isLookWanted = false;
    const looked = this.#look();
    const value = await changed;
    await looked;
    return value;
  }

  #after<Value>(run: () => Promise<Value>): Promise<Value> {
    const next = this.#last.then(run);
    this.#last = next.then(
      () => undefined,
      (error: unknown) => this.#deps.log.write('error', 'memory.bug', { error: String(error) }),
    );
    return next;
  }

  /** Any number of wishes to look that come before one began are one look. */
  #look(): Promise<void> {
    if (!this.#isLookWanted) {
      this.#isLookWanted = true;
      return this.#after(async () => {
        this.#isLookWanted = false;
        await this.#catchUp();
      });
    }
    return this.#last.then(() => undefined);
  }

  async #catchUp(): Promise<void> {
    const listed = this.#isDisposed ? null : await this.#folder.list();
    if (listed === null) return;
    this.#troubles.clear();
    if (!listed.ok) {
      // The index stays as it is: what was moved away may come back.
      this.#troubles.set('', listed.failure);
      this.#deps.log.write('warn', 'memory.unread', { kind: listed.failure.kind });
      return;
    }
    const notes = listed.value.filter(({ name }) => !isAside(name));
    const names = new Set(notes.map(({ name }) => name));
    let changes = this.#sawAsides(listed.value) ? 1 : 0;
    for (const name of [...this.#stamps.keys()].filter((known) => !names.has(known))) {
      this.#index.remove(name);
      this.#stamps.delete(name);
      changes += 1;
    }
    for (const note of notes) if (await this.#readAgain(note)) changes += 1;
    if (this.#index.isWorn) await this.#beginAnew();
    if (changes > 0) this.version.set(this.version.value + 1);
  }

  /** They are in no index, but whoever looks at the notes sees them come and go. */
  #sawAsides(listed: readonly Listed[]): boolean {
    const asides = listed.flatMap(({ name, stamp }) => (isAside(name) ? [`${name} ${stamp}`] : [])).join('\n');
    const isNew = asides !== this.#asides;
    this.#asides = asides;
    return isNew;
  }

  /** False when it is as it was. */
  async #readAgain({ name, bytes, stamp }: Listed): Promise<boolean> {
    const isSame = this.#stamps.get(name) === stamp;
    if (isSame && bytes <= largestNote) return false;
    if (this.#isDisposed) return false;
    const text = await this.#folder.read(name);
    this.#index.remove(name);
    if (text.ok) {
      this.#stamps.set(name, stamp);
      await this.#fill(this.#index, sectionsOf(name, text.value ?? ''));
      return true;
    }
    // Without a stamp it is tried again at the next look.
    this.#stamps.delete(name);
    this.#troubles.set(name, text.failure);
    return false;
  }

  async #beginAnew(): Promise<void> {
    const index = new SearchIndex();
    await this.#fill(index, this.#index.sections());
    this.#index = index;
  }

  async #fill(index: SearchIndex, sections: Iterable<ReturnType<typeof sectionsOf>[number]>): Promise<void> {
    let done = 0;
    for (const section of sections) {
      index.add(section);
      done += section.text.length;
      if (done < slice) continue;
      done = 0;
      await setImmediate();
    }
  }
}
