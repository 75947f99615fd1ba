/*
 * Custom schemes. Chromium knows none beside its own, so `app://bundle/x` is loaded as `https://bundle.app.<domain>/x`,
 * a host that never resolves: each such request is intercepted and answered by the handler the app gave to
 * `protocol.handle`. What the app sees (URLs of requests, frames and navigations) is translated back.
 */
import type { CustomScheme } from 'electron';

const domain = 'stand-in.invalid';

/** What a page's request looks like, before it is an app's `Request`. */
export interface PageRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

export interface PageResponse {
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

type Handler = (request: Request) => Response | Promise<Response>;

/** What an app sees of Schemes, as `protocol` and `session.protocol`. */
export type Protocol = Pick<Schemes, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>;

export function createProtocol(schemes: Schemes): Protocol {
  return {
    registerSchemesAsPrivileged: (list) => {
      schemes.registerSchemesAsPrivileged(list);
    },
    handle: (scheme, handler) => {
      schemes.handle(scheme, handler);
    },
    unhandle: (scheme) => {
      schemes.unhandle(scheme);
    },
    isProtocolHandled: (scheme) => schemes.isProtocolHandled(scheme),
  };
}

export class Schemes {
  readonly #privileged = new Set<string>();
  readonly #handlers = new Map<string, Handler>();
  readonly #isReady: () => boolean;

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /** As in Electron: once, before the app is ready. Only standard and secure schemes can be stood in for. */
  registerSchemesAsPrivileged(schemes: readonly CustomScheme[]): void {
    if (this.#isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    this.#privileged.clear();
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure) {
        throw new Error(`The stand-in serves standard, secure schemes only; ${scheme} is not both.`);
      }
      this.#privileged.add(scheme);
    }
  }

  handle(scheme: string, handler: Handler): void {
    if (!this.#isReady()) throw new Error('protocol.handle cannot be called before app is ready');
    if (!this.#privileged.has(scheme)) {
      throw new Error(`The stand-in needs ${scheme} in protocol.registerSchemesAsPrivileged.`);
    }
    if (this.#handlers.has(scheme)) throw new Error(`The scheme ${scheme} has been handled already.`);
    this.#handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`The scheme ${scheme} has not been handled.`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme);
  }

  /** The address Chromium is given for one of ours; any other comes back unchanged. */
  toChromium(url: string): string {
    const { protocol, host, pathname, search, hash } = new URL(url);
    const scheme = protocol.slice(0, -1);
    if (!this.#privileged.has(scheme)) return url;
    return `https://${host}.${scheme}.${domain}${pathname || '/'}${search}${hash}`;
  }

  /** The address the app is told for one of Chromium's. */
  toApp(url: string): string {
    if (!URL.canParse(url)) return url;
    const { protocol, hostname, pathname, search, hash } = new URL(url);
    if (protocol !== 'https:' || !hostname.endsWith(`.${domain}`)) return url;
    const parts = hostname.slice(0, -domain.length - 1).split('.');
    const scheme = parts.pop() ?? '';
    return `${scheme}://${parts.join('.')}${pathname}${search}${hash}`;
  }

  /** The app's answer to a request for one of its schemes; undefined when the request is for something else. */
  async answer(request: PageRequest): Promise<PageResponse | undefined> {
    const url = this.toApp(request.url);
    const handler = this.#handlers.get(new URL(url).protocol.slice(0, -1));
    if (!handler) return undefined;
    const { method, body } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, value] as [string, string]);
    const response = await handler(new Request(url, { method, headers, ...(body ? { body } : {}) }));
    return {
      status: response.status,
      headers: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()),
    };
  }
}
