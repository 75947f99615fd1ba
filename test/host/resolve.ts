/*
 * Maps `electron` to the stand-in, for import and for require. The module is written from the names that exist, so a named
 * import of anything else fails as it links.
 */
import { registerHooks } from 'node:module';

const address = 'stand-in:electron';
const slot = Symbol.for('porchlight.stand-in');
const specifiers = new Set(['electron', 'electron/main', 'electron/common']);

function source(names: readonly string[]): string {
  return [
    `const api = globalThis[Symbol.for('porchlight.stand-in')];`,
    `export default api;`,
    `export { api as 'module.exports' };`,
    ...names.map((name) => `export const ${name} = api.${name};`),
  ].join('\n');
}

export function provideElectron(api: object): void {
  Object.defineProperty(globalThis, slot, { value: api });
  registerHooks({
    resolve: (specifier, context, next) =>
      specifiers.has(specifier) ? { url: address, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === address ? { format: 'module', source: source(Object.keys(api)), shortCircuit: true } : next(url, context),
  });
}
