/** A gate and the function that opens it. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    promise: promise.then(() => undefined),
    open: () => {
      resolve(undefined);
    },
  };
}
