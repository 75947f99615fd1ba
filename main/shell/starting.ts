/**
 * The way to a running gateway: tried, and when it cannot be, told in a dialog with its ways out, as often as a person
 * wants. A locked keychain is waited for as long as nobody looks.
 */
import { pause, type Clock } from '../gateway/clock.ts';
import { describeError } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import type { Result } from '../lib/result.ts';
import type { DesktopGateway, StartProblem } from './ports.ts';
import { tellProblem, type ProblemParts } from './problems.ts';

export interface StartingParts extends ProblemParts {
  readonly clock: Clock;
  /** Makes a gateway, with a backup in the place of the database when one is named. */
  start(restore: string | null): Promise<Result<DesktopGateway, StartProblem>>;
  /** Aborted when somebody wants to see the window. */
  readonly watched: AbortSignal;
  /** Whether the app ends. */
  leaving(): boolean;
  /** The keychain is locked, which is waited for; called once. */
  locked(): void;
}

export type Started =
  | { readonly kind: 'running'; readonly gateway: DesktopGateway }
  /** A person chose to end it. `code` is for scripts and service managers, the same as the headless host's. */
  | { readonly kind: 'ended'; readonly code: number };

const exitCodes = { owned: 3, data: 4, locked: 4, other: 1 } as const;
/** A locked keychain is asked again so often. */
const keychainEvery: Millis = 5_000;

/** Null when the app ends meanwhile. Never rejects for what `start` does. */
export async function startOrTell(parts: StartingParts): Promise<Started | null> {
  let restore: string | null = null;
  let locked = false;
  for (;;) {
    const started = await attempt(parts, restore);
    if (started.ok) return { kind: 'running', gateway: started.value };
    const { failure } = started;
    if (failure.kind === 'locked') {
      if (!locked) parts.locked();
      locked = true;
      await pause(parts.clock, keychainEvery, parts.watched);
    }
    if (parts.leaving()) return null;
    if (failure.kind === 'locked' && !parts.watched.aborted) continue;
    const wayOut = await tellProblem(parts, failure);
    if (wayOut.kind === 'end') return { kind: 'ended', code: exitCodes[failure.kind] };
    restore = wayOut.restore;
  }
}

async function attempt(parts: StartingParts, restore: string | null): Promise<Result<DesktopGateway, StartProblem>> {
  try {
    return await parts.start(restore);
  } catch (error) {
    // Without a gateway there is no log; the dialog is the one place where this can be read.
    const sentence = `${parts.say('problem.unexpected')}\n\n${describeError(error)}`;
    return { ok: false, failure: { kind: 'other', sentence } };
  }
}
