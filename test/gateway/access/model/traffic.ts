/**
 * When a gateway that runs in this process is quiet: nothing is being written, no call to the platform is under way
 * except the poll that waits for updates, and nothing waits to be told to it. Only timers of the clock remain.
 */
import type { GatewayPorts } from '../../../../main/gateway/gateway.ts';
import type { Storage } from '../../../../main/gateway/storage.ts';
import type { TestGateway } from '../../../lib/gateway.ts';

/** Turns of the event loop without anything happening, after which nothing is going to happen. */
const calmTurns = 4;
const longestWait = 20_000;

export class Traffic {
  #open = 0;
  #happened = 0;

  storage(storage: GatewayPorts['storage']): Storage {
    return {
      ...storage,
      commit: (work) => this.#count(storage.commit(work)),
      note: (work) => this.#count(storage.note(work)),
    };
  }

  /** The answer is read before it is handed on, so that nothing is under way unseen. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const waits = addressOf(input).endsWith('/getUpdates');
    const answered = waits ? fetchWhole(input, init) : this.#count(fetchWhole(input, init));
    return answered.finally(() => void this.#happened++);
  };

  /** Fires timers that are due, and further ones only while the link has to come back first. */
  async quiet(test: TestGateway): Promise<void> {
    const { clock } = test;
    const until = performance.now() + longestWait;
    let seen = -1;
    let calm = 0;
    for (;;) {
      clock.advance(0);
      await new Promise((resolve) => void setImmediate(resolve));
      calm = this.#open > 0 || seen !== this.#happened ? 0 : calm + 1;
      seen = this.#happened;
      if (calm >= calmTurns && isListening(test)) return;
      if (calm >= calmTurns && isBetweenTries(test)) clock.advance(clock.untilNext ?? 0);
      if (performance.now() > until) throw new Error(`it does not become quiet: ${String(this.#open)} calls are open`);
    }
  }

  /** Time passes: timer after timer, each with all that follows from it. */
  async pass(test: TestGateway, ms: number): Promise<void> {
    const { clock } = test;
    const until = clock.monotonic() + ms;
    for (;;) {
      const next = clock.untilNext;
      if (next === null || clock.monotonic() + next > until) break;
      clock.advance(next);
      await this.quiet(test);
    }
    clock.advance(until - clock.monotonic());
    await this.quiet(test);
  }

  async #count<Value>(work: Promise<Value>): Promise<Value> {
    this.#open++;
    try {
      return await work;
    } finally {
      this.#open--;
      this.#happened++;
    }
  }
}

function addressOf(input: Parameters<typeof globalThis.fetch>[0]): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

async function fetchWhole(...asked: Parameters<typeof globalThis.fetch>): Promise<Response> {
  const response = await fetch(...asked);
  const body = await response.arrayBuffer();
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

function isListening(test: TestGateway): boolean {
  const { queue } = test.bot;
  return test.gateway.links.get('bot') === null || (queue.polled && queue.pending.length === 0);
}

function isBetweenTries({ gateway }: TestGateway): boolean {
  const state = gateway.links.get('bot')?.state.kind;
  return state === 'retrying' || state === 'conflict';
}
