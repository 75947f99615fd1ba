/**
 * Everything secret is kept sealed (AES-256-GCM under the directory's data key). Synchronous: the key is unwrapped once
 * at start. Names such as `link/bot/token` and `provider/lab/key` are bound into the seal, so that one secret cannot be
 * put in another's place.
 */
export interface SecretBox {
  seal(name: string, secret: string): Uint8Array;
  /** Null when it was sealed under another key or name, or is damaged. */
  open(name: string, sealed: Uint8Array): string | null;
}
