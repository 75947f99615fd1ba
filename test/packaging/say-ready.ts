/* Loaded into the desktop with `-r`, before the app: says one line of JSON when the gateway answers the window. */
import { ipcMain } from 'electron';

const handle: unknown = Reflect.get(ipcMain, 'handle');
if (typeof handle !== 'function') throw new Error('Calls are not handled by ipcMain (any more).');
let said = false;
Reflect.set(ipcMain, 'handle', (...args: unknown[]): unknown => {
  const result: unknown = Reflect.apply(handle, ipcMain, args);
  if (!said) process.stdout.write('{"event":"ready"}\n');
  said = true;
  return result;
});
