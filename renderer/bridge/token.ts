/**
 * The key of a headless gateway comes in the fragment of the printed address, which a browser never sends to a server.
 * It is moved into `sessionStorage` and taken out of the address bar at once, so that no bookmark or history keeps it.
 */
const storageKey = 'porchlight.token';
const shape = /^[\w.~-]{8,512}$/;

/** The parts of the page that hold a key. */
export interface TokenPlaces {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: Pick<History, 'replaceState'>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** The key to connect with: a new one from the address, else the one of this tab; null when there is none. */
export function takeToken({ location, history, storage }: TokenPlaces): string | null {
  const fragment = new URLSearchParams(location.hash.replace(/^#/, '')).get('token');
  if (fragment === null) return storage.getItem(storageKey);
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return rememberToken(storage, fragment) ? fragment : storage.getItem(storageKey);
}

/** Keeps a key that was typed in; false when it cannot be one. */
export function rememberToken(storage: TokenPlaces['storage'], token: string): boolean {
  if (!shape.test(token)) return false;
  storage.setItem(storageKey, token);
  return true;
}
