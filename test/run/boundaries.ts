/* `npm run boundaries`: who imports whom, against boundaries.config.js. Exit code 1 when something is not allowed. */
import { join } from 'node:path';
import { checkBoundaries } from '../lib/boundaries.ts';

const { modules, imports, violations } = await checkBoundaries(join(import.meta.dirname, '../..'));
for (const { rule, from, to, lesson } of violations) console.error(`${from} → ${to}\n  [${rule}] ${lesson}\n`);
console.log(`${modules} files, ${imports} imports, ${violations.length} not allowed`);
process.exitCode = violations.length > 0 ? 1 : 0;
