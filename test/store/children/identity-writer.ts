/**
 * A process that is killed while it writes: `node identity-writer.ts <dataDir>`. Each set writes two rows of one number
 * and enough besides that a kill falls into it; what has returned is printed.
 */
import { createSecretBox } from '../../../main/store/data-key.ts';
import { createIdentityFiles } from '../../../main/store/identities.ts';
import { systemClock } from '../processes.ts';

const [dataDir = ''] = process.argv.slice(2);
const box = createSecretBox(Buffer.alloc(32, 9));
const opened = createIdentityFiles({ dataDir, box, clock: systemClock, log: { write: () => undefined } }).open('phone');
if (!opened.ok) throw new Error(opened.failure.code);
const ballast = Array.from({ length: 40 }, (_, n) => ({ kind: 'ballast', id: String(n), value: 'x'.repeat(2000) }));
for (let n = 1; ; n += 1) {
  const value = String(n);
  opened.value.set([{ kind: 'pair', id: 'first', value }, ...ballast, { kind: 'pair', id: 'second', value }]);
  process.stdout.write(`${value}\n`);
}
