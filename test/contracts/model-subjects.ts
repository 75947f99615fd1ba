/** The three kinds of providers as the contract suite meets them, each with the server it speaks to. */
import { createProviderFactory } from '../../main/models/catalog.ts';
import type { ModelRequest, Provider } from '../../main/gateway/model.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { startOllama } from '../emulators/ollama/server.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import type { CommonBehaviour } from '../emulators/lib/script.ts';

/** A server that a provider speaks to. */
export interface Server {
  next(...behaviours: readonly CommonBehaviour[]): void;
  /** Chat calls so far. */
  readonly chats: readonly { readonly aborted: boolean; readonly body: unknown }[];
  /** Requests of any kind so far. */
  readonly requests: readonly { readonly path: string }[];
  waitFor(predicate: (request: { readonly path: string; readonly aborted: boolean }) => boolean): Promise<unknown>;
}

export interface Subject extends AsyncDisposable {
  readonly provider: Provider;
  readonly model: string;
  readonly clock: ManualClock;
  /** Null for the built-in one. */
  readonly server: Server | null;
  /** Waits for `promise`, moving the clock where the provider itself paces its words by it. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

export const kinds = ['openai', 'ollama', 'practice'] as const;
export type Kind = (typeof kinds)[number];

/** The path of the chat call at each server. */
export const chatPath = { openai: '/v1/chat/completions', ollama: '/api/chat' } as const;

export async function startSubject(kind: Kind, key: string | null = 'sk-test'): Promise<Subject> {
  const clock = new ManualClock();
  const create = createProviderFactory({ clock, fetch, ids: counter() });
  switch (kind) {
    case 'openai': {
      const emulator = await startOpenAi();
      const seed = { id: 'there', name: 'there', kind, baseUrl: emulator.url, key, compatibility: {} } as const;
      const provider = await create(seed);
      const close = () => emulator.close();
      return { provider, model: 'gpt-test', clock, server: emulator, settle, [Symbol.asyncDispose]: close };
    }
    case 'ollama': {
      const emulator = await startOllama();
      const seed = { id: 'there', name: 'there', kind, baseUrl: emulator.url, key: null, compatibility: {} } as const;
      const provider = await create(seed);
      const close = () => emulator.close();
      return { provider, model: 'qwen3:8b', clock, server: emulator, settle, [Symbol.asyncDispose]: close };
    }
    case 'practice': {
      const provider = await create({
        id: 'practice',
        name: 'Practice',
        kind,
        baseUrl: '',
        key: null,
        compatibility: {},
      });
      const close = () => Promise.resolve();
      const paced = <T>(promise: Promise<T>) => drive(clock, promise);
      return { provider, model: 'practice', clock, server: null, settle: paced, [Symbol.asyncDispose]: close };
    }
  }
}

/** A request with one message of a person. */
export function request(model: string, text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    messages: [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: [{ kind: 'text', text }] },
    ],
    maxOutputTokens: 100_000,
    timeouts: { connect: 10_000, firstToken: 60_000, betweenTokens: 60_000 },
    ...more,
  };
}

/** Moves `clock` on until `promise` has settled. */
export async function drive<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = () => void (settled = true);
  promise.then(done, done);
  while (!settled) await clock.elapse(12);
  return promise;
}

function settle<T>(promise: Promise<T>): Promise<T> {
  return promise;
}

/** Ids that count. */
export function counter() {
  let last = 0;
  return { next: () => `id-${String(++last)}` };
}
