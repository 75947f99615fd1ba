/**
 * How many tokens models take at most, as far as refusals have taught it. It is kept over a restart, or the first long
 * prompt after each start would be refused once more; what a server says of its window now wins over what it refused when
 * it said something else.
 */
import { describeError, type Log } from '../log.ts';
import type { Storage } from '../storage.ts';
import type { ModelRef, ProviderId } from '../types.ts';

/** Of a request that was too long for a model whose window nobody names. */
const lessAfterOverflow = 0.7;

export interface LearnedWindow {
  readonly tokens: number;
  /** The window that the server named when it refused; null where it named none. */
  readonly named: number | null;
}

/** Where it lies between two runs of the program. */
export interface WindowShelf {
  all(): ReadonlyMap<ModelRef, LearnedWindow>;
  /** Null: nothing is known of it any more. */
  put(model: ModelRef, window: LearnedWindow | null): void;
}

export interface Windows {
  /** A request with so many estimated tokens was refused as too long; `said`: the window in the words of the refusal. */
  overflowed(model: ModelRef, tokens: number, said: number | null): void;
  /** Null while the model has refused none. `named`: the window that its server names now, null for none. */
  learned(model: ModelRef, named: number | null): number | null;
  forget(provider: ProviderId): void;
}

export function createWindows(shelf: WindowShelf): Windows {
  const windows = new Map(shelf.all());
  /** What each server named last. */
  const names = new Map<ModelRef, number>();
  const forget = (model: ModelRef): void => {
    if (windows.delete(model)) shelf.put(model, null);
  };
  return {
    overflowed(model, tokens, said) {
      // A name above what was sent says that we count too low: by how much, nobody knows.
      const learned = said !== null && said < tokens ? said : Math.floor(tokens * lessAfterOverflow);
      const window = {
        tokens: Math.min(learned, windows.get(model)?.tokens ?? learned),
        named: names.get(model) ?? null,
      };
      windows.set(model, window);
      shelf.put(model, window);
    },
    learned(model, named) {
      if (named !== null) names.set(model, named);
      const window = windows.get(model);
      // A server that names nothing for once may just not be there.
      if (window !== undefined && named !== null && named !== window.named) forget(model);
      return windows.get(model)?.tokens ?? null;
    },
    forget(provider) {
      for (const model of [...windows.keys()]) if (model.startsWith(`${provider}/`)) forget(model);
    },
  };
}

const prefix = 'model-window/';

/** Small facts in the store. What cannot be written is learned again. */
export function storedWindows({ storage, log }: { readonly storage: Storage; readonly log: Log }): WindowShelf {
  return {
    all() {
      const rows = storage.read.facts.all(prefix);
      return new Map(rows.flatMap(({ key, value }) => (isWindow(value) ? [[key.slice(prefix.length), value]] : [])));
    },
    put(model, window) {
      storage
        .note((tables) => tables.facts.put(prefix + model, window ?? undefined))
        .catch((error: unknown) => log.write('warn', 'model.window-not-kept', { model, error: describeError(error) }));
    },
  };
}

function isWindow(value: unknown): value is LearnedWindow {
  if (typeof value !== 'object' || value === null || !('tokens' in value) || !('named' in value)) return false;
  const { tokens, named } = value;
  return isCount(tokens) && (named === null || isCount(named));
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
