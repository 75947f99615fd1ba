import { describe, expect, it } from 'vitest';
import { isKeyOnlyObscured } from '../../main/shell/secrets.ts';
import { createSafeStorage } from '../host/safe-storage.ts';

function obscuredWith(store: string, platform: NodeJS.Platform): boolean {
  const storage = createSafeStorage({ isReady: () => true, store: () => store, keyringFile: () => '' });
  return isKeyOnlyObscured(storage, platform);
}

describe('a key that is only obscured', () => {
  it('is told where Linux has no keyring, and nowhere else (a warning that is always there is not read)', () => {
    expect(obscuredWith('basic', 'linux')).toBe(true);
    expect(obscuredWith('', 'linux')).toBe(true);
    expect(obscuredWith('gnome-libsecret', 'linux')).toBe(false);
    expect(obscuredWith('kwallet6', 'linux')).toBe(false);
    expect(obscuredWith('basic', 'darwin')).toBe(false);
    expect(obscuredWith('basic', 'win32')).toBe(false);
  });
});
