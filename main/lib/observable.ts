/** A value that changes, read at any time and watched by whoever owns the returned undo. */
export interface Observable<Value> {
  readonly value: Value;
  /** Calls `watch` after each change, not for the present value. */
  subscribe(watch: (value: Value) => void): Disposable;
}

/** An {@link Observable} with its setter; only the owner of the state holds this side. */
export interface Subject<Value> extends Observable<Value> {
  set(value: Value): void;
}

export function subject<Value>(initial: Value): Subject<Value> {
  let current = initial;
  const watchers = new Set<(value: Value) => void>();
  return {
    get value() {
      return current;
    },
    set(value) {
      if (value === current) return;
      current = value;
      for (const watch of [...watchers]) watch(value);
    },
    subscribe(watch) {
      const entry = (value: Value): void => watch(value);
      watchers.add(entry);
      return { [Symbol.dispose]: () => void watchers.delete(entry) };
    },
  };
}
