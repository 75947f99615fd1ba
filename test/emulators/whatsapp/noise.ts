/*
 * The server's side of Noise_XX_25519_AESGCM_SHA256 (noiseprotocol.org, revision 34) with the particulars of
 * docs/whatsapp-protocol.md, Frames and handshake: the introduction is the prologue, one counter serves both directions
 * during the handshake, and after it each direction counts from 0 without additional data.
 *   ← clientHello{e}   → serverHello{e, s, certificates}   ← clientFinish{s, payload}
 */
import { hkdf, openGcm, sealGcm, sha256 } from './crypto/ciphers.ts';
import { agree, keyPair } from './crypto/curve.ts';
import type { KeyPair } from './crypto/curve.ts';
import { introduction } from './frames.ts';
import { decode, encode } from './proto/codec.ts';
import { handshakeMessage } from './proto/schemas.ts';
import { demand, needed } from './refused.ts';

const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');

/** Who the client turned out to be: its static key and its payload. */
export interface Finished {
  readonly clientKey: Buffer;
  readonly payload: Buffer;
  readonly transport: Transport;
}

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

/** One handshake. The steps have to come in order, once each. */
export class Handshake {
  readonly #ephemeral: KeyPair;
  readonly #static: KeyPair;
  readonly #certificates: Buffer;
  #hash: Buffer = protocolName;
  #chain: Buffer = protocolName;
  #key: Buffer = protocolName;
  #counter = 0;

  constructor(options: { readonly static: KeyPair; readonly certificates: Buffer; readonly ephemeral?: KeyPair }) {
    this.#static = options.static;
    this.#certificates = options.certificates;
    this.#ephemeral = options.ephemeral ?? keyPair();
    this.#mixHash(introduction);
  }

  /** Reads the client's hello and gives the server's. */
  hello(message: Buffer): Buffer {
    const ephemeral = decode(handshakeMessage, message).clientHello?.ephemeral;
    demand(ephemeral?.length === 32, 'handshake', 'The client hello has no ephemeral key of 32 bytes.');
    this.#mixHash(ephemeral);
    this.#mixHash(this.#ephemeral.publicKey);
    this.#mixKey(agree(this.#ephemeral.privateKey, ephemeral));
    const sealedStatic = this.#seal(this.#static.publicKey);
    this.#mixKey(agree(this.#static.privateKey, ephemeral));
    const payload = this.#seal(this.#certificates);
    const serverHello = { ephemeral: this.#ephemeral.publicKey, static: sealedStatic, payload };
    return encode(handshakeMessage, { serverHello });
  }

  /** Reads the client's finish. Throws `Refused` when it was not made with the keys of this handshake. */
  finish(message: Buffer): Finished {
    const finish = decode(handshakeMessage, message).clientFinish;
    const sealedStatic = needed(finish?.static, 'handshake', 'The client finish has no static key.');
    const sealedPayload = needed(finish?.payload, 'handshake', 'The client finish has no payload.');
    const clientKey = this.#open(sealedStatic);
    demand(clientKey.length === 32, 'handshake', 'The static key of the client has another length than 32.');
    this.#mixKey(agree(this.#ephemeral.privateKey, clientKey));
    const payload = this.#open(sealedPayload);
    const keys = hkdf(Buffer.alloc(0), 64, '', this.#chain);
    return { clientKey, payload, transport: new Transport(keys.subarray(0, 32), keys.subarray(32)) };
  }

  #mixHash(data: Buffer): void {
    this.#hash = sha256(this.#hash, data);
  }

  #mixKey(secret: Buffer): void {
    const keys = hkdf(secret, 64, '', this.#chain);
    this.#chain = keys.subarray(0, 32);
    this.#key = keys.subarray(32);
    this.#counter = 0;
  }

  #seal(plaintext: Buffer): Buffer {
    const sealed = sealGcm(this.#key, nonce(this.#counter++), plaintext, this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  #open(sealed: Buffer): Buffer {
    const opened = openGcm(this.#key, nonce(this.#counter++), sealed, this.#hash);
    this.#mixHash(sealed);
    return needed(opened, 'handshake', 'A part of the handshake cannot be decrypted.');
  }
}

/** The ciphers of an established connection. */
export class Transport {
  readonly #fromClient: Buffer;
  readonly #toClient: Buffer;
  #read = 0;
  #written = 0;

  constructor(fromClient: Buffer, toClient: Buffer) {
    this.#fromClient = fromClient;
    this.#toClient = toClient;
  }

  seal(plaintext: Buffer): Buffer {
    return sealGcm(this.#toClient, nonce(this.#written++), plaintext);
  }

  /** Throws `Refused` when a frame was lost, repeated or changed on its way. */
  open(sealed: Buffer): Buffer {
    const opened = openGcm(this.#fromClient, nonce(this.#read++), sealed);
    return needed(opened, 'frame', 'A frame cannot be decrypted.');
  }
}
