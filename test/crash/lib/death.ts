/** Ports of the gateway that kill the process at a named call; everything else passes through them as it is. */
import type { Channel } from '../../../main/gateway/channel.ts';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import type { ModelRequest, Provider, ReplyEvent, ReplyStream } from '../../../main/gateway/model.ts';
import type { Storage, Tables } from '../../../main/gateway/storage.ts';
import type { Tool } from '../../../main/gateway/tool.ts';
import { subject } from '../../../main/lib/observable.ts';
import type { Death, Point } from './entry-config.ts';

/** Ends this process as kill -9 does; never returns. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may be taken by another thread a moment later: nothing of this one may happen in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('killed with -9 and still here');
}

/** What was written in one transaction that matters for a point. */
interface Seen {
  received: boolean;
  finished: boolean;
  firstPartSent: boolean;
  stepStored: boolean;
  toolBegun: boolean;
  toolNoted: boolean;
  asking: boolean;
}

const nothingSeen: Seen = {
  received: false,
  finished: false,
  firstPartSent: false,
  stepStored: false,
  toolBegun: false,
  toolNoted: false,
  asking: false,
};

export class DeadlyPorts {
  readonly #death: Death;
  #committing = false;

  constructor(death: Death) {
    this.#death = death;
  }

  wrap(ports: GatewayPorts): GatewayPorts {
    return {
      ...ports,
      storage: this.#storage(ports.storage),
      tools: this.#at('tool-ran') ? subject(ports.tools.value.map((tool) => this.#tool(tool))) : ports.tools,
      createChannel: async (seed) => this.#channel(await ports.createChannel(seed)),
      createProvider: async (seed) => this.#provider(await ports.createProvider(seed)),
    };
  }

  /** For the store: called right before each COMMIT at FULL. */
  beforeCommit(): void {
    if (this.#committing && this.#at('before-commit')) die();
  }

  #at(point: Point): boolean {
    return this.#death.point === point;
  }

  #marked(text: string): boolean {
    return text.includes(this.#death.marker);
  }

  #storage(storage: Storage): Storage {
    const watched = async <T>(write: Storage['commit'], work: (tables: Tables) => T): Promise<T> => {
      const seen: Seen = { ...nothingSeen };
      const result = await write((tables) => {
        const value = work(this.#tables(tables, seen));
        if (seen.received) this.#committing = true;
        return value;
      });
      if (seen.received && this.#at('after-commit')) die();
      if (seen.finished && this.#at('final-committed')) die();
      if (seen.firstPartSent && this.#at('between-parts')) die();
      if (seen.stepStored && this.#at('step-stored')) die();
      if (seen.toolBegun && this.#at('tool-begun')) die();
      if (seen.toolNoted && this.#at('tool-noted')) die();
      if (seen.asking && this.#at('asking')) die();
      return result;
    };
    return {
      commit: (work) => watched((job) => storage.commit(job), work),
      note: (work) => watched((job) => storage.note(job), work),
      read: storage.read,
      trouble: storage.trouble,
      search: (query, limit, signal, link) => storage.search(query, limit, signal, link),
      exportPiece: (request) => storage.exportPiece(request),
    };
  }

  #tables(tables: Tables, seen: Seen): Tables {
    const { messages, deliveries, steps, toolCalls } = tables;
    return {
      ...tables,
      messages: {
        ...messages,
        add: (message) => {
          if (this.#marked(message.text)) seen[message.kind === 'person' ? 'received' : 'finished'] = true;
          return messages.add(message);
        },
      },
      steps: {
        ...steps,
        add: (step) => {
          seen.stepStored = true;
          steps.add(step);
        },
      },
      toolCalls: {
        ...toolCalls,
        put: (call) => {
          if (call.state === 'running') seen.toolBegun = true;
          if (call.state === 'done') seen.toolNoted = true;
          if (call.state === 'asking') seen.asking = true;
          toolCalls.put(call);
        },
      },
      deliveries: {
        ...deliveries,
        putPart: (part) => {
          const first = part.position === 0 && part.state === 'sent';
          if (first && this.#marked(part.part.plain)) seen.firstPartSent = true;
          deliveries.putPart(part);
        },
      },
    };
  }

  #tool(tool: Tool): Tool {
    const run: Tool['run'] = async (input, context, signal) => {
      const result = await tool.run(input, context, signal);
      if (this.#at('tool-ran')) die();
      return result;
    };
    return { ...tool, run };
  }

  #channel(channel: Channel): Channel {
    const send: Channel['send'] = async (to, part, options, signal) => {
      if (!this.#marked(part.plain)) return channel.send(to, part, options, signal);
      if (this.#at('before-send')) die();
      if (this.#at('send-in-flight')) process.stdin.once('data', die);
      const outcome = await channel.send(to, part, options, signal);
      if (this.#at('sent-not-noted')) die();
      return outcome;
    };
    return { ...channel, send };
  }

  #provider(provider: Provider): Provider {
    return {
      local: provider.local,
      stream: (request, signal) => this.#stream(request, provider.stream(request, signal)),
      list: (signal) => provider.list(signal),
      check: (model, signal) => provider.check(model, signal),
      contextTokens: (model, signal) => provider.contextTokens(model, signal),
    };
  }

  #stream(request: ModelRequest, stream: ReplyStream): ReplyStream {
    const deadly = this.#at('turn-running') && this.#marked(lastWords(request));
    const events = async function* (): AsyncGenerator<ReplyEvent, void, undefined> {
      for await (const event of stream) {
        if (deadly && event.kind === 'text') die();
        yield event;
      }
    };
    return { result: () => stream.result(), [Symbol.asyncIterator]: events };
  }
}

function lastWords(request: ModelRequest): string {
  const last = request.messages.at(-1);
  if (last?.role !== 'user') return '';
  return last.content.map((content) => (content.kind === 'text' ? content.text : '')).join('\n');
}
