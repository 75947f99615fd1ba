/* Loaded with `--import`: appends every module that is asked for to the file named in LOADED, with who asked. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const record = process.env['LOADED'] ?? '';

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    appendFileSync(record, `${JSON.stringify([context.parentURL ?? null, found.url])}\n`);
    return found;
  },
});
