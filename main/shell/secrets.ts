/**
 * The data key in the keeping of the operating system: Keychain on macOS, DPAPI on Windows, the session's keyring on
 * Linux. The asynchronous calls of safeStorage, as its synchronous ones are deprecated and may block on a prompt.
 */
import type { SafeStorage } from 'electron';

/** Shaped as the store asks for it. Both reject when the system refuses; only after the app is ready. */
export interface SystemKeyWrapping {
  wrap(key: string): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<string>;
}

export function createKeyWrapping(safeStorage: SafeStorage): SystemKeyWrapping {
  return {
    async wrap(key) {
      return Uint8Array.from(await safeStorage.encryptStringAsync(key));
    },
    async unwrap(wrapped) {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped));
      return result;
    },
  };
}

/** Whether what is wrapped is merely obscured: Linux without a keyring, where the password is a known one. */
export function isKeyOnlyObscured(
  safeStorage: Pick<SafeStorage, 'getSelectedStorageBackend'>,
  platform: NodeJS.Platform,
): boolean {
  return platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text';
}
