/** Loaded into the built host with `--import`: its machine has another time, see preload.ts. */
import { wrap } from './around.ts';
import { otherTimeVariable, type OtherTime } from './preload.ts';

const { ahead = 0, minute = 60_000 } = JSON.parse(process.env[otherTimeVariable] ?? '') as OtherTime;
wrap(Date, 'now', (_self, _args, call) => Number(call()) + ahead);

const setRealTimer = globalThis.setTimeout;
wrap(globalThis, 'setTimeout', (self, args, call) => {
  const [run, delay, ...rest] = args;
  return delay === 60_000 ? Reflect.apply(setRealTimer, self, [run, minute, ...rest]) : call();
});
