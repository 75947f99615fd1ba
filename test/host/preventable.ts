/* An event whose default a listener can prevent. */

export interface Preventable {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<Details extends object>(details: Details): Details & Preventable {
  let prevented = false;
  return Object.defineProperties(
    { ...details },
    {
      defaultPrevented: { get: () => prevented, enumerable: true },
      preventDefault: {
        value: () => {
          prevented = true;
        },
      },
    },
  ) as Details & Preventable;
}
