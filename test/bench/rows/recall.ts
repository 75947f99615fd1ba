/*
 * The tool `recall` over 10,000 notes: 1,000 daily logs of ten entries, as `remember` writes them, and a `MEMORY.md`. It
 * runs from its source in the bench's own process, without a host: the time is that of the tool alone, from the call
 * with the words to the text for the model.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSystemClock } from '../../../main/api/machine.ts';
import { createMemory } from '../../../main/tools/memory/memory.ts';
import { createMemoryTools } from '../../../main/tools/memory/tools.ts';
import { temporaryFolder } from '../host.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median, percentile } from '../stats.ts';

const notes = 10_000;
const perDay = 10;
const vocabulary = 8000;

const clock = createSystemClock();

const syllables = [
  'ka',
  'lo',
  'mi',
  'ren',
  'sta',
  'tu',
  'vel',
  'zo',
  'brin',
  'chu',
  'dal',
  'fe',
  'gor',
  'hin',
  'jas',
  'pe',
];

/** A word for each number, as different from the next as words of a language are. */
function word(number: number): string {
  const parts: string[] = [];
  for (let rest = (number + 1) * 40_503; rest > 0; rest = Math.floor(rest / syllables.length)) {
    parts.push(syllables[rest % syllables.length] ?? '');
  }
  return parts.slice(0, 4).join('');
}

/** Stands in one note alone. */
function rare(note: number): string {
  return `${word(vocabulary + note)}${String(note)}`;
}

/** Some words are frequent and most are rare, as in any language. */
function wordsOf(note: number): string {
  const words: string[] = [];
  let seed = note * 2_654_435 + 1;
  for (let index = 0; index < 25; index++) {
    seed = (seed * 1_103_515 + 12_345) % 2_147_483_648;
    words.push(word(Math.floor(vocabulary * (seed / 2_147_483_648) ** 3)));
  }
  return words.join(' ');
}

async function writeNotes(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'MEMORY.md'), '# Memory\n\n- The boat is called Halcyon.\n');
  for (let day = 0; day < notes / perDay; day++) {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    const entries = Array.from({ length: perDay }, (_, index) => {
      const note = day * perDay + index;
      return `## ${String(index + 9).padStart(2, '0')}:00\n\n- ${rare(note)} ${wordsOf(note)}`;
    });
    await writeFile(join(folder, `${date}.md`), `# ${date}\n\n${entries.join('\n\n')}\n`);
  }
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'memory');
  await writeNotes(path);
  await bench.quiet();
  const from = performance.now();
  await using memory = createMemory({ folder: path, clock, log: { write: () => undefined }, timeZone: () => 'UTC' });
  const recall = createMemoryTools({ memory, timeZone: () => 'UTC' }).find(
    ({ description }) => description.name === 'recall',
  );
  if (recall === undefined) throw new WrongAnswer('there is no tool recall');
  const ask = async (query: string, expected: string): Promise<number> => {
    const asked = performance.now();
    const { text } = await recall.run(
      { query },
      { conversation: 'bench', link: 'window' },
      new AbortController().signal,
    );
    const took = performance.now() - asked;
    if (!text.includes(expected)) throw new WrongAnswer(`recall of “${query}” found something else`);
    return took;
  };
  await ask('Halcyon', 'The boat is called Halcyon.');
  const first = performance.now() - from;
  const round = async (count: number): Promise<readonly number[]> => {
    const took: number[] = [];
    for (let index = 0; index < count; index++) {
      const note = (index * 7919) % notes;
      // A rare word, all the words of a note, and the most frequent ones.
      took.push(await ask(rare(note), `- ${rare(note)} `));
      took.push(await ask(`${rare(note)} ${wordsOf(note)}`, `- ${rare(note)} `));
      took.push(await ask([0, 1, 2, 3].map(word).join(' '), word(0)));
    }
    return took;
  };
  await round(bench.quick ? 1 : 20);
  await bench.quiet();
  const took = await round(bench.quick ? 3 : 200);
  const how = `${String(took.length)} questions, p50 ${median(took).toFixed(1)} ms`;
  return [
    { name: 'recall over 10,000 notes, p95', unit: 'ms', value: percentile(took, 0.95), goal: atMost(20), how },
    {
      name: 'recall: from nothing to the first answer',
      unit: 'ms',
      value: first,
      goal: null,
      how: 'all notes read once',
    },
  ];
}

export const recall: Scenario = { name: 'recall', run };
