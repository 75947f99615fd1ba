/** For the end of a switch over a closed union: a new member is a type error here, and a throw if it comes anyway. */
export function assertUnreachable(value: never): never {
  throw new Error(`Not a known case: ${JSON.stringify(value)}`);
}
