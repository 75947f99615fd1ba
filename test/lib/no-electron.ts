/**
 * `node --import ./test/lib/no-electron.ts …` runs sources that reach electron-store, which imports `electron`: an empty
 * module stands in its place, as in the build. Without it the electron package would try to download its binary.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: 'empty:electron', format: 'module', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === 'empty:electron'
      ? { format: 'module', source: 'export default {};', shortCircuit: true }
      : next(url, context),
});
