import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { counts } from '../counts.ts';

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly rows: readonly { readonly name: string; readonly value?: number; readonly wrong?: string }[];
}

/** The bench on the build, one scenario, as small as it gets; `plant` makes an emulator spoil one reply. */
async function bench(scenario: string, plant: string | null): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'porchlight-bench-test-'));
  const file = join(folder, 'bench.json');
  const planted = plant === null ? [] : ['--plant', plant];
  const args = [join(import.meta.dirname, '../bench/main.ts'), '--quick', '--only', scenario, '--json', file];
  const { code, printed } = await new Promise<Omit<Ran, 'rows'>>((resolve) => {
    const child = execFile(process.execPath, [...args, ...planted], (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, printed: stdout });
    });
  });
  const { rows } = JSON.parse(await readFile(file, 'utf8')) as Pick<Ran, 'rows'>;
  await rm(folder, { recursive: true });
  return { code, printed, rows };
}

describe('the bench believes no time of a host that answers wrongly', () => {
  it('measures a host that answers everything once, so that the cases below fail for their own reason', async () => {
    const { code, printed, rows } = await bench('telegram', null);
    expect(rows.every(({ value }) => typeof value === 'number')).toBe(true);
    expect(rows.map(({ name }) => name)).toContain('Telegram message, own share, p50');
    expect(printed).not.toContain('wrong:');
    expect(code).toBe(0);
  });

  const plants: readonly (readonly [scenario: string, plant: string, sentence: string | RegExp])[] = [
    ['telegram', 'doubled', 'came although everything was answered'],
    ['telegram', 'missing', 'answers are missing'],
    ['whatsapp', 'wrong', 'answers “'],
    ['crowd', 'doubled', 'and was answered'],
    ['telegram', 'wrong', 'was not expected'],
    ['whatsapp', 'doubled', /besides the answer|answers “|although everything was answered/],
    ['whatsapp', 'missing', 'is missing'],
    ['stream', 'doubled', 'sent again'],
    ['limits', 'doubled', 'and was answered'],
    ['growth', 'wrong', 'was not expected'],
    ['desktop-busy', 'doubled', /was not expected|although everything was answered/],
  ];

  it.each(plants.slice(0, counts.benchPlants))(
    'prints no time for %s and ends with 1 when a reply is %s',
    async (scenario, plant, sentence) => {
      const { code, printed, rows } = await bench(scenario, plant);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.wrong).toMatch(sentence);
      expect(rows[0]).not.toHaveProperty('value');
      expect(printed).toContain('wrong: ');
      expect(printed).not.toMatch(/\d ms/);
      expect(code).toBe(1);
    },
  );
});
