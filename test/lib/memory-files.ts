/** Identity files in memory, with what a disk can do to them. */
import { IdentityDamaged, type IdentityFile, type IdentityFiles } from '../../main/gateway/identity-file.ts';
import { StorageTrouble } from '../../main/gateway/storage.ts';
import { failed, ok } from '../../main/lib/result.ts';

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly value: string;
  readonly at: number;
}

type Rows = Map<string, Row>;

export class MemoryFiles implements IdentityFiles {
  /** The rows of each link that has a file. */
  readonly files = new Map<string, Rows>();
  /** Files that are open right now. */
  opened = 0;
  /** Nothing can be written: no space is left. */
  isFull = false;
  /** The file is there, and no row of it can be opened. */
  isDamaged = false;

  open(link: string): ReturnType<IdentityFiles['open']> {
    if (this.isDamaged && this.files.has(link)) return failed({ code: 'link.identity-damaged' });
    const rows: Rows = this.files.get(link) ?? new Map<string, Row>();
    this.files.set(link, rows);
    this.opened += 1;
    return ok(this.#file(rows));
  }

  async remove(link: string): Promise<void> {
    this.files.delete(link);
    this.isDamaged = false;
  }

  /** What is in the file of a link, as text; the same text is the same content. Null: there is no file. */
  text(link: string): string | null {
    const rows = this.files.get(link);
    return rows === undefined
      ? null
      : JSON.stringify([...rows.values()].map(({ kind, id, value }) => [kind, id, value]));
  }

  #file(rows: Rows): IdentityFile {
    let isOpen = true;
    const ofKind = (kind: string): readonly Row[] => [...rows.values()].filter((row) => row.kind === kind);
    const live = (): void => {
      if (!isOpen) throw new Error('The file is closed.');
      if (this.isDamaged) throw new IdentityDamaged('a row cannot be opened');
    };
    return {
      get: (kind, ids) => {
        live();
        const found = ofKind(kind).filter(({ id }) => ids.includes(id));
        return new Map(found.map(({ id, value }) => [id, value]));
      },
      all: (kind) => {
        live();
        return ofKind(kind);
      },
      set: (changed) => {
        live();
        if (this.isFull) throw new StorageTrouble({ code: 'host.disk-full' }, new Error('no space'));
        for (const { kind, id, value } of changed) {
          const key = `${kind} ${id}`;
          if (value === null) rows.delete(key);
          else rows.set(key, { kind, id, value, at: rows.get(key)?.at ?? Date.now() });
        }
      },
      prune: (kind, before) => {
        live();
        for (const { id, at } of ofKind(kind)) if (at < before) rows.delete(`${kind} ${id}`);
      },
      close: () => {
        if (isOpen) this.opened -= 1;
        isOpen = false;
      },
    };
  }
}
