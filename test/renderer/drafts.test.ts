import { expect, test } from 'vitest';
import { typedSince } from '../../renderer/bridge/drafts.ts';

test('what was typed behind a message on its way is kept, and all of it where the message itself was changed', () => {
  expect(typedSince('Hello', 'Hello')).toBe('');
  expect(typedSince('Hello', '  Hello\nand more ')).toBe('and more ');
  expect(typedSince('Hello', 'Hallo, and more')).toBe('Hallo, and more');
  expect(typedSince('', ' only files before')).toBe('only files before');
});
