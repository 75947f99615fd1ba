/** Methods of the system, watched from outside. */

export type Around = (self: object, args: readonly unknown[], call: () => unknown) => unknown;

/** Puts `around` around the method `name` of `owner`. */
export function wrap(owner: object, name: string, around: Around): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== 'function') throw new Error(`${name} is no method (any more).`);
  Reflect.set(owner, name, function (this: object, ...args: unknown[]): unknown {
    return around(this, args, (): unknown => Reflect.apply(original, this, args));
  });
}

/** The values of a statement, given one by one or by name. */
export function valuesOf(args: readonly unknown[]): readonly unknown[] {
  const [first] = args;
  return typeof first === 'object' && first !== null && !ArrayBuffer.isView(first) ? Object.values(first) : args;
}
