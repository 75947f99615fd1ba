/** A process that takes a data directory, says so on one line, and keeps it until its input ends or it is killed. */
import { systemClock } from '../processes.ts';
import { takeOwnership } from '../../../main/store/owner-lock.ts';

const [dataDir = '', mode = ''] = process.argv.slice(2);
const taken = await takeOwnership(dataDir, mode === 'desktop' ? 'desktop' : 'headless', systemClock);
if (taken.kind === 'held') taken.lock.setUrl('http://127.0.0.1:1/');
process.stdout.write(`${JSON.stringify({ kind: taken.kind, owner: taken.kind === 'owned' ? taken.owner : null })}\n`);
if (taken.kind === 'held') {
  process.stdin.on('end', () => taken.lock[Symbol.dispose]());
  process.stdin.resume();
}
