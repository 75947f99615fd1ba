/*
 * The certificate chain of the handshake: root → intermediate → leaf. The leaf names the server's static key, the
 * intermediate has `issuerSerial` 0, and each is signed by the key above it with XEdDSA (docs/whatsapp-protocol.md,
 * Frames and handshake; Signatures that are not checked).
 */
import { keyPair, sign } from './crypto/curve.ts';
import type { KeyPair } from './crypto/curve.ts';
import { encode } from './proto/codec.ts';
import { certChain, certificateDetails } from './proto/schemas.ts';

const day = 24 * 60 * 60;

/** The chain for a server whose static key is `staticKey`, valid around `now` (milliseconds). */
export function makeCertificateChain(root: KeyPair, staticKey: Buffer, now: number): Buffer {
  const intermediate = keyPair();
  const seconds = Math.floor(now / 1000);
  const validity = { notBefore: seconds - 30 * day, notAfter: seconds + 365 * day };
  const issued = encode(certificateDetails, { serial: 1, issuerSerial: 0, key: intermediate.publicKey, ...validity });
  const leaf = encode(certificateDetails, { serial: 2, issuerSerial: 1, key: staticKey, ...validity });
  return encode(certChain, {
    leaf: { details: leaf, signature: sign(intermediate.privateKey, leaf) },
    intermediate: { details: issued, signature: sign(root.privateKey, issued) },
  });
}
