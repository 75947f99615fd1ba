/*
 * What a scenario gives back. A row is measured or wrong: a scenario that met a wrong, missing or doubled reply has no
 * time to tell, so it throws WrongAnswer and its rows say what was wrong instead.
 */

export type Unit = 'ms' | 'MiB' | 'kB' | '%' | '/s' | 'commits' | 'statements' | 'calls';

export interface Goal {
  readonly at: 'most' | 'least';
  readonly value: number;
}

export interface Measured {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
  /** Null: reported without one. */
  readonly goal: Goal | null;
  /** What the value was made of, in one line. */
  readonly how: string;
  /** One value per repetition, when there were several. */
  readonly each?: readonly number[];
}

export interface Wrong {
  readonly name: string;
  readonly wrong: string;
}

/** The part of the machine that others used before the scenario began, in percent of all cores, and the load average. */
export interface Surroundings {
  readonly othersPercent: number;
  readonly load1: number;
}

export type Row = (Measured | Wrong) & Surroundings;

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** Throws {@link WrongAnswer}; anything else it throws is a fault of the bench or a host that does not work. */
  run(bench: Bench): Promise<readonly Measured[]>;
}

export interface Bench {
  /** Everything in a small number, to see that it works; its times mean nothing. */
  readonly quick: boolean;
  /** Folder of the build to be measured, like `dist`. */
  readonly build: string;
  /** A fault the emulators are told to make once, in the middle of the Telegram scenario; for the bench's own test. */
  readonly plant: Plant | null;
  /** Waits until the rest of the machine is quiet, within reason. */
  quiet(): Promise<void>;
}

export const plants = ['doubled', 'missing', 'wrong'] as const;
export type Plant = (typeof plants)[number];

/** A reply that is wrong, missing or doubled. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

export function atMost(value: number): Goal {
  return { at: 'most', value };
}

export function atLeast(value: number): Goal {
  return { at: 'least', value };
}

export function isMet({ value, goal }: Measured): boolean {
  if (goal === null) return true;
  return goal.at === 'most' ? value <= goal.value : value >= goal.value;
}
