/** What can happen to a gateway, step by step. */

export type Where =
  | { readonly kind: 'private' }
  | {
      readonly kind: 'group';
      readonly group: number;
      readonly topic: boolean;
      readonly how: 'plain' | 'mention' | 'reply';
    };

/** Which messages said before are meant; the pick is taken modulo how many there are. */
export type Among = 'any' | 'kept' | 'running' | 'overheard' | 'aside';

export type Step =
  | {
      readonly kind: 'say';
      readonly who: number;
      readonly where: Where;
      /** Null: talk. `odd` is a command that does not exist. */
      readonly command: string | null;
      /** So many minutes old when it comes. */
      readonly age: number;
    }
  | { readonly kind: 'edit'; readonly among: Among; readonly pick: number; readonly mention: boolean }
  | {
      readonly kind: 'role';
      readonly who: number;
      readonly role: 'owner' | 'guest' | 'blocked';
      readonly by: 'window' | 'card' | 'button';
    }
  | { readonly kind: 'once'; readonly who: number; readonly by: 'window' | 'card' }
  | { readonly kind: 'forget'; readonly who: number }
  | { readonly kind: 'everyone'; readonly on: boolean }
  | { readonly kind: 'group'; readonly group: number; readonly answer: 'off' | 'mention' | 'always' }
  | { readonly kind: 'migrate' }
  | { readonly kind: 'press'; readonly who: number; readonly data: 'card' | 'stop' | 'made up'; readonly pick: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'relink' }
  | {
      readonly kind: 'pause';
      readonly scope: 'all' | 'link' | 'conversation';
      readonly pick: number;
      readonly on: boolean;
    }
  | { readonly kind: 'sleep'; readonly minutes: number }
  | { readonly kind: 'answer-now'; readonly among: Among; readonly pick: number }
  | { readonly kind: 'retry'; readonly pick: number }
  | { readonly kind: 'fault'; readonly fault: 'unknown' | 'refused' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'release' };

export interface Run {
  /** How waiting messages become turns. */
  readonly mode: 'collect' | 'followup';
  /** The model says how it begins before it is held: previews appear. */
  readonly talkative: boolean;
  readonly steps: readonly {
    readonly step: Step;
    /** The next step does not wait for what follows from this one. */
    readonly hasty: boolean;
  }[];
}
