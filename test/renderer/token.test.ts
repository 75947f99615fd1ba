import { expect, test } from 'vitest';
import { takeToken } from '../../renderer/bridge/token.ts';

function page(hash: string, stored: string | null = null) {
  const kept = new Map<string, string>(stored === null ? [] : [['porchlight.token', stored]]);
  const replaced: string[] = [];
  return {
    location: { hash, pathname: '/', search: '' },
    history: {
      replaceState: (_state: unknown, _title: string, url?: string | URL | null) => void replaced.push(String(url)),
    },
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
    replaced,
  };
}

test('the key is taken out of the address at once (else it stays in history and bookmarks)', () => {
  const first = page('#token=abcdefgh12345678');
  expect(takeToken(first)).toBe('abcdefgh12345678');
  expect(first.replaced).toEqual(['/']);
  expect(first.storage.getItem('porchlight.token')).toBe('abcdefgh12345678');
});

test('a route in the fragment is left alone, and the key of the tab is used', () => {
  const later = page('#/channels', 'abcdefgh12345678');
  expect(takeToken(later)).toBe('abcdefgh12345678');
  expect(later.replaced).toEqual([]);
});

test('something that cannot be a key is not kept (a WebSocket would throw on it)', () => {
  const odd = page('#token=with%20space%2C');
  expect(takeToken(odd)).toBeNull();
  expect(odd.replaced).toEqual(['/']);
});
