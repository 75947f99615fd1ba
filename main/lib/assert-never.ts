/** The end of every switch over a closed union: a new case that was forgotten fails to compile, and at run time says which. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
