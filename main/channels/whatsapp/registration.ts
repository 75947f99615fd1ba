/**
 * What a socket that is not linked yet shows to the owner: QR codes one after another, or one code to type
 * (docs/whatsapp-protocol.md, Refreshed registrations; Pairing).
 *
 *   references come → a QR text each, the first for 60 s, then 20 s, until they are used up
 *   a refresh       → acknowledged; a new secret in the present text and in every later one
 *   pair-success    → the library checks what the phone vouched for, and has complete credentials
 *
 * The library has a rotation of its own, which keeps to the secret it began with and to the machine's time; it is set out
 * of the way in make-socket.ts, and only its function that writes the text is used.
 */
import { randomBytes } from 'node:crypto';
import type { BinaryNode } from 'baileys';
import type { PairingRequest, PairingStep } from '../../gateway/channel.ts';
import type { Clock } from '../../gateway/clock.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import { browserOf } from './device.ts';
import type { Live } from './parts.ts';

const FIRST_CODE: Millis = 60_000;
const NEXT_CODES: Millis = 20_000;
/** The service says whether it gives out a code to type within this. */
const ACCEPT_WITHIN: Millis = 20_000;
const SECRET_LENGTH = 32;

/** Why a registration has come to its end while the socket still stood. */
export type RegistrationEnd =
  /** Nobody scanned or typed in time. */
  | 'expired'
  /** The service does not give out a code for the number. */
  | 'number-refused'
  /** It did not say whether it does. */
  | 'unanswered';

export interface RegistrationEvents {
  show(step: PairingStep): void;
  over(end: RegistrationEnd): void;
}

export interface RegistrationDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly link: string;
}

/** Subscribes to a socket that has not told anything yet; disposed when it has ended. */
export class Registration implements Disposable {
  readonly #deps: RegistrationDeps;
  readonly #live: Live;
  readonly #request: PairingRequest;
  readonly #events: RegistrationEvents;
  readonly #watching = new DisposableStack();
  #references: readonly string[] = [];
  /** What is on the screen. */
  #present: { readonly reference: string; readonly until: Millis } | null = null;
  #timer: Disposable | null = null;
  #again = false;
  #hasCode = false;
  #isAnswered = false;
  #hasAgreed = false;

  constructor(deps: RegistrationDeps, live: Live, request: PairingRequest, events: RegistrationEvents) {
    this.#deps = deps;
    this.#live = live;
    this.#request = request;
    this.#events = events;
    this.#on('CB:iq,type:set,pair-device', (stanza) => this.#begin(stanza));
    this.#on('CB:notification,type:companion_reg_refresh', (stanza) => this.#refresh(stanza));
    // Before the library looks at it, which it does in the same turn.
    this.#on('frame', (stanza) => {
      if (hasChild(stanza, 'pair-success')) this.#isAnswered = true;
    });
    live.socket.ev.on('creds.update', () => this.#look());
    this.#watching.defer(() => this.#timer?.[Symbol.dispose]());
  }

  /** A code to type was shown: it is bound to this socket. */
  get hasCode(): boolean {
    return this.#hasCode;
  }

  /** A phone has answered, with whatever. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** A phone has answered and was believed, and what makes us its device is on disk. */
  get hasAgreed(): boolean {
    return this.#hasAgreed;
  }

  [Symbol.dispose](): void {
    this.#watching.dispose();
  }

  #on(event: string, heard: (stanza: BinaryNode) => void): void {
    const { ws } = this.#live.socket;
    ws.on(event, heard);
    this.#watching.defer(() => void ws.off(event, heard));
  }

  #begin(stanza: BinaryNode): void {
    const { getBinaryNodeChild, getBinaryNodeChildren } = this.#live.library;
    const offered = getBinaryNodeChildren(getBinaryNodeChild(stanza, 'pair-device'), 'ref');
    this.#references = offered.map(({ content }) => textOf(content));
    const { number } = this.#request;
    if (number === null) return this.#rotate(FIRST_CODE);
    void this.#askCode(number, FIRST_CODE + NEXT_CODES * Math.max(0, offered.length - 1));
  }

  #rotate(lifetime: Millis): void {
    const [reference, ...rest] = this.#references;
    this.#references = rest;
    if (reference === undefined) return this.#events.over('expired');
    const { clock } = this.#deps;
    this.#present = { reference, until: clock.now() + lifetime };
    this.#schedule(lifetime, () => this.#rotate(NEXT_CODES));
    this.#show();
  }

  /** Always with the secret of now: it is replaced by each refresh. */
  #show(): void {
    if (this.#present === null) return;
    const { library, socket } = this.#live;
    const { noiseKey, signedIdentityKey, advSecretKey } = socket.authState.creds;
    const browser = browserOf(library, process.platform);
    const { reference, until } = this.#present;
    const [noise, identity] = [noiseKey.public, signedIdentityKey.public].map((key) =>
      Buffer.from(key).toString('base64'),
    );
    const text = library.buildPairingQRData(reference, noise ?? '', identity ?? '', advSecretKey, browser);
    this.#events.show({ kind: 'show-qr', text, until, again: this.#again });
  }

  /**
   * The service has retired the secret. Observed in public after a scan (Baileys issue 2737), and the stanza does not say:
   * so whoever has had a code before his eyes is told to scan once more.
   */
  #refresh(stanza: BinaryNode): void {
    const { socket } = this.#live;
    // Once there is an account, also a half-made one, the library acknowledges by itself, and no QR code is in use.
    if (socket.authState.creds.me !== undefined) return;
    this.#acknowledge(stanza);
    const advSecretKey = randomBytes(SECRET_LENGTH).toString('base64');
    socket.ev.emit('creds.update', { advSecretKey });
    this.#again ||= this.#present !== null;
    this.#show();
  }

  #acknowledge({ attrs }: BinaryNode): void {
    const answer = { id: attrs['id'] ?? '', to: attrs['from'] ?? '', class: 'notification', type: attrs['type'] ?? '' };
    this.#live.socket
      .sendNode({ tag: 'ack', attrs: answer })
      .catch((error: unknown) => this.#note('ack-failed', error));
  }

  /** The code is shown once the service has answered that it takes it: before that a phone would refuse it. */
  async #askCode(number: string, lifetime: Millis): Promise<void> {
    const { clock } = this.#deps;
    const until = clock.now() + lifetime;
    const { promise: answered, resolve } = Promise.withResolvers<boolean>();
    this.#on('frame', (stanza) => {
      const answer = codeAnswer(stanza);
      if (answer !== null) resolve(answer);
    });
    this.#schedule(ACCEPT_WITHIN, () => this.#events.over('unanswered'));
    try {
      const code = await this.#live.socket.requestPairingCode(number);
      if (!(await answered)) return this.#events.over('number-refused');
      this.#hasCode = true;
      this.#schedule(until - clock.now(), () => this.#events.over('expired'));
      this.#events.show({ kind: 'show-code', code, until });
    } catch (error) {
      // The connection has gone, whose end says more.
      this.#note('code-not-asked', error);
    }
  }

  #look(): void {
    const { me, account } = this.#live.socket.authState.creds;
    // What could not be stored ends the socket before the phone is answered.
    const isStored = this.#live.identity.trouble.value === null;
    if (this.#hasAgreed || me === undefined || account === undefined || !isStored) return;
    this.#timer?.[Symbol.dispose]();
    this.#hasAgreed = true;
    this.#events.show({ kind: 'finishing' });
  }

  #schedule(delay: Millis, run: () => void): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#deps.clock.after(delay, run);
  }

  #note(event: string, error: unknown): void {
    const { link, log } = this.#deps;
    log.write('warn', `whatsapp.${event}`, { link, generation: this.#live.generation, error: describeError(error) });
  }
}

function textOf(content: BinaryNode['content']): string {
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
}

/**
 * What the service says to the wish for a code; null for every other stanza. The library does not tell the id of its
 * question, but before a login nothing else is asked that could be refused.
 */
function codeAnswer(stanza: BinaryNode): boolean | null {
  const { tag, attrs } = stanza;
  if (tag !== 'iq') return null;
  if (attrs['type'] === 'error') return false;
  return attrs['type'] === 'result' && hasChild(stanza, 'link_code_companion_reg') ? true : null;
}

/** False as well for the bytes of the handshake, which are the first frame. */
function hasChild({ content }: BinaryNode, tag: string): boolean {
  return Array.isArray(content) && content.some((child) => child.tag === tag);
}
