/**
 * Loaded into the built host with `--import`: once armed (SIGUSR2), the host kills itself with -9 right after the bytes
 * of its next WhatsApp message have gone to the system, before anything else can run. It stands at the borders to SQLite
 * and to the network, so that nothing in the product has to know of it:
 *
 *   armed → a row of kind `sent` is written in a link's identity file: a message is about to go out
 *         → the session that it is encrypted with is written there
 *         → the next bytes that go out are the message
 */
import { Socket } from 'node:net';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { sep } from 'node:path';
import { valuesOf, wrap } from './around.ts';
import { die } from './death.ts';

type Stage = 'unarmed' | 'armed' | 'kept' | 'encrypted';
const now: { stage: Stage } = { stage: 'unarmed' };
const ofIdentity = new WeakSet<object>();
/** How the ids of rows begin that a message is encrypted with. */
const keys = /^(session|sender-key)\b/;

wrap(DatabaseSync.prototype, 'prepare', (self, _args, call) => {
  const statement = call();
  const path = self instanceof DatabaseSync ? (self.location() ?? '') : '';
  if (statement instanceof StatementSync && path.includes(`${sep}links${sep}`)) ofIdentity.add(statement);
  return statement;
});

wrap(StatementSync.prototype, 'run', (self, args, call) => {
  const done = call();
  if (!ofIdentity.has(self)) return done;
  const values = valuesOf(args);
  if (now.stage === 'armed' && values.includes('sent')) now.stage = 'kept';
  else if (now.stage === 'kept' && values.some((value) => typeof value === 'string' && keys.test(value)))
    now.stage = 'encrypted';
  return done;
});

/** What is corked goes out when it is uncorked. */
function dieWhenOut(self: object): void {
  if (now.stage !== 'encrypted' || !(self instanceof Socket)) return;
  if (self.writableCorked === 0 && self.writableLength === 0) die();
}

for (const name of ['write', 'uncork']) {
  wrap(Socket.prototype, name, (self, _args, call) => {
    const done = call();
    dieWhenOut(self);
    return done;
  });
}

process.on('SIGUSR2', () => {
  now.stage = 'armed';
  process.stderr.write('armed\n');
});
