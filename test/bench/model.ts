/* The OpenAI-compatible emulator in a process of its own: an echo model, and its own time for each call. */
import { join } from 'node:path';
import { startNode } from './process.ts';
import { control } from './telegram.ts';

/** One chat call as the emulator saw it. */
export interface ModelCall {
  readonly number: number;
  /** From the whole request read until the answer was out, in ms. */
  readonly took: number;
  /** What the people in the request said, in order. */
  readonly asked: readonly string[];
}

export interface Model extends AsyncDisposable {
  /** As a provider's `baseUrl`. */
  readonly url: string;
  readonly key: string;
  readonly name: string;
  /** Finished chat calls after number `since`. */
  calls(since: number): Promise<readonly ModelCall[]>;
  /** The next call is answered so. */
  next(behaviour: Readonly<Record<string, unknown>>): Promise<void>;
}

interface Recorded {
  readonly number: number;
  readonly at: number;
  readonly overAt: number | undefined;
  readonly path: string;
  readonly body?: { readonly messages?: readonly { readonly role: string; readonly content: unknown }[] };
}

/** How the echo model answers. */
export function echoOf(text: string): string {
  return `echo: ${text}`;
}

export async function startModel(): Promise<Model> {
  const script = join(import.meta.dirname, '../emulators/openai/main.ts');
  const started = await startNode({ args: [script, '--keep', '3000'] });
  const url = String(started.said['url']);
  const { origin } = new URL(url);
  return {
    url,
    key: 'sk-test',
    name: 'gpt-test',
    async calls(since) {
      const { requests } = await control(origin, `requests?since=${String(since)}`);
      return (requests as readonly Recorded[])
        .filter(({ path, overAt }) => path === '/v1/chat/completions' && overAt !== undefined)
        .map(({ number, at, overAt, body }) => ({
          number,
          took: (overAt ?? at) - at,
          asked: (body?.messages ?? []).filter(({ role }) => role === 'user').map(({ content }) => textOf(content)),
        }));
    },
    async next(behaviour) {
      await control(origin, 'next', { behaviours: [behaviour] });
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}
