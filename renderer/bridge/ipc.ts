/** On the desktop the preload script put the bridge on `window`; the process at its other end cannot be lost. */
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { Connection } from './connection.ts';
import { fetchFile } from './fetch-file.ts';
import { sendFileWith } from './send-file.ts';

/** A connection over Electron's IPC: always open. */
export function ipcConnection(bridge: Bridge): Connection {
  const open = { kind: 'open' } as const;
  return {
    bridge,
    state: () => open,
    watch: () => () => undefined,
    prove: () => undefined,
    readFile: (id) => fetchFile(id, {}),
    sendFile: sendFileWith({}),
    close: () => undefined,
  };
}
