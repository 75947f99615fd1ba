/** What the main thread and the worker say to each other. Shapes only; the worker's side is `workers/heavy.ts`. */
import type { ExportPiece, ExportRequest, SearchHit } from '../gateway/storage.ts';

export type Job =
  | {
      readonly kind: 'search';
      readonly query: string;
      readonly limit: number;
      /** Null: every link. */
      readonly link: string | null;
      readonly cancelled: SharedArrayBuffer;
    }
  | { readonly kind: 'export'; readonly request: ExportRequest }
  /** Copies the open database into `target`, a new file, and checks the copy. */
  | { readonly kind: 'backup'; readonly target: string }
  /** Moves what is in the write-ahead log into the database, as far as nobody has to wait for it. */
  | { readonly kind: 'checkpoint' }
  /** Whether the database at `path` is whole; the open one when `path` is null. */
  | { readonly kind: 'check'; readonly path: string | null };

export interface JobResults {
  readonly search: readonly SearchHit[];
  readonly export: ExportPiece;
  readonly backup: null;
  readonly checkpoint: null;
  /** What SQLite found wrong; null when the database is whole. */
  readonly check: string | null;
}

export type JobKind = Job['kind'];

/** `end` closes the worker's connection and lets its thread end. */
export type Asked = { readonly id: number; readonly job: Job } | 'end';

export type Answered =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  /** `code` is SQLite's primary result code where there is one. */
  | { readonly id: number; readonly ok: false; readonly message: string; readonly code: number | null };

export interface WorkerStart {
  readonly path: string;
}
