/*
 * One WebSocket: frames, the handshake, and stanzas both ways. Who is at the other end is decided by `admit` once the
 * payload of the client is known; from then on a `Stage` reads. Everything is read in the order it came and nothing is
 * awaited in between (docs/whatsapp-protocol.md, Frames and handshake).
 */
import type { WebSocket } from 'ws';
import { preciseNow } from '../lib/http.ts';
import { describeNode, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import { decodeNode } from './binary/decode.ts';
import { encodeNode } from './binary/encode.ts';
import type { KeyPair } from './crypto/curve.ts';
import { FrameReader, frame } from './frames.ts';
import { Handshake } from './noise.ts';
import type { Transport } from './noise.ts';
import { decode } from './proto/codec.ts';
import type { Decoded } from './proto/codec.ts';
import { clientPayload } from './proto/schemas.ts';
import { Refused } from './refused.ts';
import type { ConnectionRecord, World } from './world.ts';

/** What the client said about itself in its finish. */
export type Payload = Decoded<typeof clientPayload>;

/** Who reads the stanzas of a connection. */
export interface Stage {
  readonly name: 'registration' | 'login';
  /** Called once, after which stanzas may be sent. */
  opened(): void;
  /** A stanza of the client. Throws `Refused` for one that the service would not take; the connection is then closed. */
  receive(stanza: Node): void;
  /** The connection is over. Called once. */
  ended(): void;
}

/** A stage, or the code of the <failure> the client is sent away with (docs/whatsapp-protocol.md, Login). */
export type Admission =
  { readonly kind: 'stage'; readonly stage: Stage } | { readonly kind: 'failure'; readonly code: number };

export interface ServerKeys {
  readonly static: KeyPair;
  readonly certificates: Buffer;
}

/** The end of a written stanza: true when the system took it for a connection that stood. */
type Written = (isWritten: boolean) => void;

export class Connection {
  readonly record: ConnectionRecord;
  readonly #socket: WebSocket;
  readonly #world: World;
  readonly #handshake: Handshake;
  readonly #admit: (payload: Payload, clientKey: Buffer, connection: Connection) => Admission;
  readonly #frames = new FrameReader();
  #isGreeted = false;
  #transport: Transport | undefined;
  #stage: Stage | undefined;
  #isOver = false;
  #isSilent = false;
  #isGone = false;

  constructor(
    world: World,
    { record, socket }: { readonly record: ConnectionRecord; readonly socket: WebSocket },
    keys: ServerKeys,
    admit: (payload: Payload, clientKey: Buffer, connection: Connection) => Admission,
  ) {
    this.record = record;
    this.#world = world;
    this.#socket = socket;
    this.#handshake = new Handshake(keys);
    this.#admit = admit;
    this.#socket.on('message', (data, isBinary) => {
      this.#read(Buffer.isBuffer(data) ? data : Buffer.alloc(0), isBinary);
    });
    this.#socket.on('close', () => {
      this.#end();
    });
    // What is wrong with a socket is said again by its close; without a listener it would end the process.
    this.#socket.on('error', () => {
      this.#socket.terminate();
    });
  }

  get number(): number {
    return this.record.number;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get routingInfo(): Buffer | undefined {
    return this.#frames.routingInfo;
  }

  /** Sends a stanza. On a silent connection, or one that is over, nothing is sent and `written` is told false. */
  send(stanza: Node, written?: Written): void {
    const transport = this.#transport;
    if (this.#isOver || this.#isSilent || transport === undefined || this.#socket.readyState !== this.#socket.OPEN) {
      written?.(false);
      return;
    }
    this.#note('out', stanza);
    this.#socket.send(frame(transport.seal(encodeNode(stanza))), (error) => {
      // A success is told as null.
      written?.(!(error instanceof Error) && !this.#isOver);
    });
  }

  /**
   * From now on no stanza is read and none is sent, while the connection stands: a server that hangs. `isHalfOpen`: the
   * connection itself is not read either, so that even its close gets no answer: the other end has gone without a word,
   * and nothing that the server does later, a new login included, is noticed there.
   */
  silence(isHalfOpen = false): void {
    this.#isSilent = true;
    this.#isGone = isHalfOpen;
    if (isHalfOpen) this.#socket.pause();
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Cuts the connection, as a network does. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Closes the connection in order, what was sent before still arrives; a silent one is cut, a half-open one stays. */
  close(): void {
    if (this.#isGone) return;
    if (this.#isSilent) this.#socket.terminate();
    else this.#socket.close();
  }

  /** Says `stanza` as the last thing. */
  closeWith(stanza: Node): void {
    this.send(stanza, () => {
      this.close();
    });
  }

  /** Ends the stream without a reason (docs/whatsapp-protocol.md, Closing codes). */
  endStream(): void {
    this.closeWith(node('xmlstreamend'));
  }

  #read(data: Buffer, isBinary: boolean): void {
    if (this.#isSilent || this.#isOver) return;
    try {
      if (!isBinary) throw new Refused('frame', 'A WebSocket message is text.');
      for (const payload of this.#frames.push(data)) this.#readFrame(payload);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(error);
    }
  }

  /** Records what the client did, and closes: the service says `xmlstreamend` to what it does not understand. */
  refuse(problem: Refused): void {
    this.#world.violate(this.number, problem);
    if (this.#transport === undefined) this.close();
    else this.endStream();
  }

  #readFrame(payload: Buffer): void {
    if (this.#transport !== undefined) {
      const stanza = decodeNode(this.#transport.open(payload));
      this.#note('in', stanza);
      if (this.#stage === undefined) throw new Refused('stanza', `${describeNode(stanza)} comes after a refusal.`);
      this.#stage.receive(stanza);
      return;
    }
    if (this.#isGreeted) {
      this.#finish(payload);
      return;
    }
    this.#isGreeted = true;
    this.#socket.send(frame(this.#handshake.hello(payload)));
  }

  #finish(message: Buffer): void {
    const { clientKey, payload, transport } = this.#handshake.finish(message);
    this.#transport = transport;
    const admission = this.#admit(decode(clientPayload, payload), clientKey, this);
    if (admission.kind === 'failure') {
      this.record.stage = 'refused';
      this.closeWith(node('failure', { reason: admission.code, location: 'emu' }));
      return;
    }
    this.#stage = admission.stage;
    this.record.stage = admission.stage.name;
    admission.stage.opened();
  }

  #note(direction: 'in' | 'out', stanza: Node): void {
    this.#world.traffic.add({ at: preciseNow(), connection: this.number, direction, node: stanza });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.record.stage = 'closed';
    this.#stage?.ended();
  }
}
