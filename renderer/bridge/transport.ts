/** Chooses the way to the gateway: the desktop's bridge where the preload script put one, else a WebSocket to our own origin. */
import { type Bridge, rpcPath } from '../../preload/contract/bridge.ts';
import type { Connection } from './connection.ts';
import { fetchFile } from './fetch-file.ts';
import { ipcConnection } from './ipc.ts';
import { sendFileWith } from './send-file.ts';
import { rememberToken, takeToken } from './token.ts';
import { WebSocketConnection } from './websocket.ts';

/** A page without a key: nothing is asked until one is typed in. */
function withoutToken(): Connection {
  const state = { kind: 'token-missing' } as const;
  const refuse = (): Promise<never> => Promise.reject(new Error('The page has no key to call the gateway with.'));
  return {
    bridge: { platform: 'browser', call: refuse, on: () => () => undefined },
    state: () => state,
    watch: () => () => undefined,
    prove: () => undefined,
    readFile: refuse,
    sendFile: refuse,
    close: () => undefined,
  };
}

async function checkToken(token: string): Promise<'accepted' | 'refused' | 'unreachable'> {
  try {
    const answer = await fetch('/healthz', { headers: { authorization: `Bearer ${token}` }, cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403) return 'refused';
    return answer.ok ? 'accepted' : 'unreachable';
  } catch (failure) {
    if (failure instanceof TypeError) return 'unreachable';
    throw failure;
  }
}

/**
 * The connection of this page. The address is always our own origin: an address out of the URL would hand the key to
 * whoever wrote the link.
 */
export function chooseTransport(page: Window): Connection {
  if (page.bridge) return ipcConnection(page.bridge);
  const token = takeToken({ location: page.location, history: page.history, storage: page.sessionStorage });
  if (token === null) return withoutToken();
  const connection = new WebSocketConnection({
    url: `${page.location.protocol === 'https:' ? 'wss' : 'ws'}://${page.location.host}${rpcPath}`,
    token,
    open: (url, protocols) => new WebSocket(url, protocols),
    after: (ms, task) => {
      const timer = page.setTimeout(task, ms);
      return () => page.clearTimeout(timer);
    },
    random: Math.random,
    checkToken: () => checkToken(token),
    readFile: (id) => fetchFile(id, { authorization: `Bearer ${token}` }),
    sendFile: sendFileWith({ authorization: `Bearer ${token}` }),
  });
  page.addEventListener('online', connection.prove);
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'visible') connection.prove();
  });
  return connection;
}

/** Starts over with a key that was typed in; false when it cannot be one. */
export function restartWithToken(page: Window, token: string): boolean {
  if (!rememberToken(page.sessionStorage, token.trim())) return false;
  page.location.reload();
  return true;
}

declare global {
  interface Window {
    readonly bridge?: Bridge;
  }
}
