/* `npm run check`: format, types, lint, boundaries, unit tests, with the time each took; or those named (`types`). */
import { runStep, runSteps, total } from './steps.ts';
import { checks, unit } from './suites.ts';

const asked = process.argv.slice(2);
const isAsked = ({ name }: { readonly name: string }): boolean =>
  asked.length === 0 || asked.some((start) => name.startsWith(start));

const outcomes = [...(await runSteps(checks.filter(isAsked)))];
if (isAsked(unit)) outcomes.push(await runStep(unit, { live: false }));
const { passed, failed } = total(outcomes);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
