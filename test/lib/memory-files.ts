/** Identity files in memory, with what a disk can do to them. */
import { createHash } from 'node:crypto';
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

  /** Which device a link is: the same name is the same device. Null: there is no file, or none with a device in it. */
  device(link: string): string | null {
    const rows = [...(this.files.get(link)?.values() ?? [])];
    const key = rows
      .map(({ value }) => /"signedIdentityKey":(\{.*?\}\})/.exec(value)?.[1])
      .find((one) => one !== undefined);
    return key === undefined ? null : createHash('sha256').update(key).digest('hex').slice(0, 16);
  }

  /** What another process would find at this moment. */
  copy(): MemoryFiles {
    const copy = new MemoryFiles();
    for (const [link, rows] of this.files) copy.files.set(link, new Map(rows));
    return copy;
  }

  /** Whether there is a file, whatever is in it. */
  has(link: string): boolean {
    return this.files.has(link);
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
