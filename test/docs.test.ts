import { expect, test } from 'vitest';
import { describeSettings, presentSettings } from './run/settings-doc.ts';

test('docs/settings.md says what the schema says (a setting that is documented otherwise than it works)', async () => {
  expect(presentSettings()).toBe(await describeSettings());
});
