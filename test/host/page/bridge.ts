/*
 * contextBridge without C++: the page's world and the preload's world share one DOM, so a CustomEvent crosses between
 * them synchronously, and Blink clones its `detail` on the way. Functions and promises cross as numbers that the other
 * end turns into proxies. Both ends run this same function; it is sent to the page as text, so it may use nothing
 * outside itself.
 */

export interface BridgeEnd {
  /** Defines `api` on the other world's window, deeply frozen; throws when the name is taken. */
  expose(key: string, api: unknown): void;
}

export function createBridgeEnd(names: { readonly send: string; readonly receive: string }): BridgeEnd {
  type Call = (...args: readonly unknown[]) => unknown;
  type Answer = { readonly ok: boolean; readonly value: unknown };
  type Message =
    | { readonly kind: 'expose'; readonly key: string; readonly value: unknown }
    | { readonly kind: 'call'; readonly id: number; readonly args: readonly unknown[] }
    | { readonly kind: 'answer'; readonly answer: Answer }
    | { readonly kind: 'settle'; readonly id: number; readonly answer: Answer };

  const dispatch = window.dispatchEvent.bind(window);
  const CrossingEvent = CustomEvent;
  const refusal = 'An object could not be cloned.';
  const functions = new Map<number, Call>();
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const answers: Answer[] = [];
  let lastId = 0;

  const transmit = (message: Message): void => {
    dispatch(new CrossingEvent(names.send, { detail: message }));
  };

  /** Sends a question; the other end answers while the event is being dispatched. */
  const ask = (message: Message): unknown => {
    const depth = answers.length;
    transmit(message);
    const answer = answers.length > depth ? answers.pop() : undefined;
    if (!answer) throw new Error(refusal);
    if (!answer.ok) throw new Error(String(answer.value));
    return decode(answer.value);
  };

  const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  const encodePromise = (promise: Promise<unknown>): readonly unknown[] => {
    const id = ++lastId;
    promise.then(
      (value) => {
        transmit({ kind: 'settle', id, answer: attempt(() => value) });
      },
      (error: unknown) => {
        transmit({ kind: 'settle', id, answer: { ok: false, value: describe(error) } });
      },
    );
    return ['promise', id];
  };

  const encode = (value: unknown): readonly unknown[] => {
    if (typeof value === 'function') {
      functions.set(++lastId, value as Call);
      return ['function', lastId];
    }
    if (typeof value === 'symbol') throw new Error(refusal);
    if (value === null || typeof value !== 'object') return ['value', value];
    if (value instanceof Promise) return encodePromise(value);
    if (Array.isArray(value)) return ['array', value.map(encode)];
    if (Object.prototype.toString.call(value) !== '[object Object]') return ['value', value];
    return ['object', Object.entries(value).map(([key, inner]) => [key, encode(inner)])];
  };

  const decode = (encoded: unknown): unknown => {
    const [kind, value] = encoded as readonly [string, unknown];
    switch (kind) {
      case 'function':
        return (...args: readonly unknown[]) => ask({ kind: 'call', id: Number(value), args: args.map(encode) });
      case 'promise':
        return new Promise((resolve, reject) => promises.set(Number(value), { resolve, reject }));
      case 'array':
        return (value as readonly unknown[]).map(decode);
      case 'object':
        return Object.fromEntries((value as readonly [string, unknown][]).map(([key, inner]) => [key, decode(inner)]));
      default:
        return value;
    }
  };

  const attempt = (run: () => unknown): Answer => {
    try {
      return { ok: true, value: encode(run()) };
    } catch (error) {
      return { ok: false, value: describe(error) };
    }
  };

  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };

  const define = (key: string, value: unknown): void => {
    if (key in window) throw new Error('Cannot bind an API on top of an existing property on the window object');
    Object.defineProperty(window, key, { value: freeze(value), enumerable: true });
  };

  const settle = (id: number, answer: Answer): void => {
    const waiting = promises.get(id);
    promises.delete(id);
    if (answer.ok) waiting?.resolve(decode(answer.value));
    else waiting?.reject(new Error(String(answer.value)));
  };

  const receive = (message: Message): void => {
    switch (message.kind) {
      case 'expose':
        return transmit({ kind: 'answer', answer: attempt(() => define(message.key, decode(message.value))) });
      case 'call': {
        const { id, args } = message;
        return transmit({ kind: 'answer', answer: attempt(() => functions.get(id)?.(...args.map(decode))) });
      }
      case 'answer':
        answers.push(message.answer);
        return undefined;
      case 'settle':
        return settle(message.id, message.answer);
    }
  };

  window.addEventListener(names.receive, (event) => {
    const detail = (event as CustomEvent<Message | null>).detail;
    if (detail) receive(detail); // null: Blink could not clone it, and the asking end finds no answer
  });

  return {
    expose: (key, api) => {
      ask({ kind: 'expose', key, value: encode(api) });
    },
  };
}
