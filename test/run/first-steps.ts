/* docs/first-steps.md, of what a walk counted (test/e2e/screens/walk.spec.ts). */
import { format } from 'prettier';
import { stops, type WalkedStop } from '../e2e/screens/walk-stops.ts';

/** Under docs/. */
export function pictureOf({ stop }: Pick<WalkedStop, 'stop'>): string {
  return `screens/first-steps-${stop}.webp`;
}

const amount = (count: number, word: string): string => `${String(count)} ${word}${count === 1 ? '' : 's'}`;

function did({ clicks, fields, seconds }: WalkedStop): string {
  return `${amount(clicks, 'click')}, ${amount(fields, 'field')}, ${seconds.toFixed(1)} s`;
}

/** The document, formatted. */
export function describeWalk(walked: readonly WalkedStop[]): Promise<string> {
  const sum = (value: (stop: WalkedStop) => number): number => walked.reduce((total, stop) => total + value(stop), 0);
  const whole = did({
    stop: 'welcome',
    clicks: sum(({ clicks }) => clicks),
    fields: sum(({ fields }) => fields),
    seconds: sum(({ seconds }) => seconds),
  });
  const heading = [
    '# First steps',
    '',
    'From the first start to a bot that answers a friend, as an end-to-end test goes the way and counts it: ' +
      `**${whole}**. The seconds are those of a program that reads and types at once, on a busy machine: what is left is ` +
      'waiting for Porchlight. The model and the Bot API are servers of the test; the two addresses that lead to them are ' +
      'not counted, because nobody else has to enter them. `npm run screens` makes this page anew.',
    '',
  ];
  const parts = walked.flatMap((stop, index) => [
    `## ${String(index + 1)}. ${did(stop)}`,
    '',
    stops[stop.stop],
    '',
    `![What is then on the screen](${pictureOf(stop)})`,
    '',
  ]);
  return format([...heading, ...parts].join('\n'), { parser: 'markdown', printWidth: 120, singleQuote: true });
}
