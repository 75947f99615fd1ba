/**
 * A process that writes and is killed: `node writer.ts <dataDir> <point>`. At `before-commit` it kills itself inside the
 * transaction, right before COMMIT; at `after-commit` once the commit resolved; at `after-note` once the note did.
 */
import { systemClock } from '../processes.ts';
import { openStore } from '../../../main/store/store.ts';
import { countingIds, linkRow } from '../support.ts';

const [dataDir = '', point = ''] = process.argv.slice(2);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered while this thread does something else.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

let armed = false;
const opened = await openStore({
  dataDir,
  clock: systemClock,
  ids: countingIds(),
  log: { write: () => undefined },
  beforeCommit: () => {
    if (armed && point === 'before-commit') die();
  },
});
if (!opened.ok) throw new Error(opened.failure.code);
const store = opened.value;
await store.commit(({ links }) => links.put(linkRow({ id: 'before' })));
armed = true;
await store.commit(({ links }) => links.put(linkRow({ id: 'committed' })));
if (point === 'after-commit') die();
await store.note(({ links }) => links.put(linkRow({ id: 'noted' })));
if (point === 'after-note') die();
