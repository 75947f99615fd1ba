import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readProvision } from '../main/api/provision.ts';
import { describeSettings, presentSettings } from './run/settings-doc.ts';

test('docs/settings.md says what the schema says (a setting that is documented otherwise than it works)', async () => {
  expect(presentSettings()).toBe(await describeSettings());
});

const environment = { LAB_KEY: 'sk-1', BOT_TOKEN: '1:a', CALENDAR_AUTHORIZATION: 'Bearer b' };
const parts = ['providers', 'personas', 'links', 'people', 'groups', 'mcp', 'tools', 'caps', 'settings'] as const;

test('the example of a provision file is taken whole, without a warning, and has every part', () => {
  const text = readFileSync(new URL('../docs/provision.example.json', import.meta.url), 'utf8');
  const read = readProvision(text, environment);
  if (!read.ok) throw new Error(read.failure.join('\n'));
  expect(read.value.warnings).toEqual([]);
  expect(parts.filter((part) => [...read.value[part]].length === 0)).toEqual([]);
});

test('what the README says of a provision file is taken, too (an example that ends with a mistake)', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, text = ''] = /### Set up without clicking[^]*?```json\n([^]*?)```/.exec(readme) ?? [];
  const read = readProvision(text, environment);
  if (!read.ok) throw new Error(read.failure.join('\n'));
  expect(read.value.warnings).toEqual([]);
  expect(parts.filter((part) => [...read.value[part]].length === 0)).toEqual([]);
});
