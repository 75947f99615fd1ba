import { expect, test } from 'vitest';
import { fitted } from '../../renderer/screens/conversations/shrink-picture.ts';

test.each([
  [4000, 3000, [1600, 1200]],
  [3000, 4000, [1200, 1600]],
  [1600, 900, [1600, 900]],
  [40, 30, [40, 30]],
  [100_000, 1, [1600, 1]],
])(
  'a picture of %i by %i keeps its proportion and is at most 1600 long (or its price is paid for nothing)',
  (width, height, size) => {
    expect(fitted(width, height)).toEqual(size);
  },
);
