/** Tables of what the owner set up: providers and secrets, personas, permissions, schedules; and facts of the gateway itself. */
import type { ToolPermission } from '../agent/types.ts';
import type { PersonaRow } from '../context/rows.ts';
import type { ProviderRow } from '../models/rows.ts';
import type { ScheduleId, ScheduleRow, ScheduleRunRow } from '../schedule/types.ts';
import type { MessageId, Millis, PersonaId, ProviderId } from '../types.ts';

export interface ProviderTable {
  all(): readonly ProviderRow[];
  get(id: ProviderId): ProviderRow | null;
  put(row: ProviderRow): void;
  remove(id: ProviderId): void;
}

export interface SecretTable {
  get(name: string): Uint8Array | null;
  put(name: string, sealed: Uint8Array): void;
  remove(name: string): void;
}

export interface PersonaTable {
  /** By name. */
  all(): readonly PersonaRow[];
  get(id: PersonaId): PersonaRow | null;
  put(row: PersonaRow): void;
  /** Conversations and links that had it have none of their own any more. */
  remove(id: PersonaId): void;
}

/** What the owner said about tools, by their names; a tool that is gone keeps it. */
export interface ToolPermissionTable {
  get(name: string): ToolPermission | null;
  put(name: string, permission: ToolPermission, at: Millis): void;
  remove(name: string): void;
  /** Of all tools whose names begin so. */
  removeOf(beginning: string): void;
}

export interface ScheduleTable {
  /** In the order in which they were made. */
  all(): readonly ScheduleRow[];
  get(id: ScheduleId): ScheduleRow | null;
  put(row: ScheduleRow): void;
  /** With its runs. What it has said stays. */
  remove(id: ScheduleId): void;
  hasRun(slotKey: string): boolean;
  /** A second run of a slot is a bug and throws. */
  addRun(row: ScheduleRunRow): void;
  /** In reverse order of adding. */
  runs(schedule: ScheduleId, limit: number): readonly ScheduleRunRow[];
  removeRun(slotKey: string): void;
  /** Which schedules asked these messages; without those that are gone, or whose run was forgotten. */
  askedBy(messages: readonly MessageId[]): ReadonlyMap<MessageId, Pick<ScheduleRow, 'id' | 'name'>>;
  /** Forgets some of the oldest runs, those for slots earlier than `before`. */
  forgetRuns(schedule: ScheduleId, before: Millis): void;
}

/** Small facts of the gateway itself that outlive a restart: what the owner was told and when, a pause of everything. */
export interface FactTable {
  get(key: string): unknown;
  /** `value` is JSON; undefined removes the fact. */
  put(key: string, value: unknown): void;
  /** Facts whose key begins with `prefix`, by key. */
  all(prefix: string): readonly { readonly key: string; readonly value: unknown }[];
}
