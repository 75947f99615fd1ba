/** Loaded into the built host with `--import`: it kills itself with -9 at a named moment, see preload.ts. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { valuesOf, wrap } from './around.ts';
import { die } from './death.ts';
import { dieAtVariable, type DieAt } from './preload.ts';

/** After the COMMIT of a transaction that wrote such a row; both connections of the store are watched as one. */
function dieAfterCommit({ table, words }: Extract<DieAt, { readonly kind: 'commit' }>): void {
  const texts = new WeakMap<object, string>();
  const open = { written: false };
  wrap(DatabaseSync.prototype, 'prepare', (_self, [sql], call) => {
    const statement = call();
    if (statement instanceof StatementSync) texts.set(statement, String(sql));
    return statement;
  });
  wrap(StatementSync.prototype, 'run', (self, args, call) => {
    const done = call();
    const sql = texts.get(self) ?? '';
    const values = valuesOf(args);
    if (sql.startsWith(`INSERT INTO ${table} `) && words.every((word) => values.includes(word))) open.written = true;
    if (sql === 'ROLLBACK') open.written = false;
    if (sql === 'COMMIT' && open.written) die();
    return done;
  });
}

/** A note that is there already is replaced in one step, a new one gets its name in one. */
function dieWherePlaced({ when, file }: Extract<DieAt, { readonly kind: 'placed' }>): void {
  const isPlacing = (to: unknown): boolean => String(to).endsWith(file);
  wrap(fs, 'renameSync', (_self, [, to], call) => {
    if (!isPlacing(to)) return call();
    if (when === 'before') die();
    call();
    return die();
  });
  wrap(fs.promises, 'link', async (_self, [, to], call) => {
    if (!isPlacing(to)) return call();
    if (when === 'before') die();
    await call();
    return die();
  });
  syncBuiltinESMExports();
}

const dieAt = JSON.parse(process.env[dieAtVariable] ?? '') as DieAt;
if (dieAt.kind === 'commit') dieAfterCommit(dieAt);
else dieWherePlaced(dieAt);
