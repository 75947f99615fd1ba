/* Before each test file of the project `whatsapp`: what its process prints is recorded, and looked through at the end. */
import { afterAll, expect } from 'vitest';
import { watch } from './watch.ts';

watch.printing();

afterAll(() => {
  expect(watch.findings(), 'neither a key nor a message nor a whole number is printed or logged').toEqual([]);
});
