/**
 * Everything behind the screens, made once per page by `main.tsx`: connection, query cache, running texts, outbox.
 * Order at start: `host.get` names the newest event, the events after it are subscribed to, then screens may read, so
 * that nothing falls between what was read and what is told.
 */
import { QueryClient } from '@tanstack/react-query';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import { applyEvent, callKey, listKey, threadKey } from './cache.ts';
import type { Connection } from './connection.ts';
import { ask, CallFailure } from './failure.ts';
import { LiveTexts } from './live.ts';
import { Outbox, type OutboxStorage } from './outbox.ts';

export interface Runtime {
  readonly connection: Connection;
  readonly client: QueryClient;
  readonly live: LiveTexts;
  readonly outbox: Outbox;
  /** Every event, after the cache took it in; returns the undo. */
  readonly onEvent: (listener: (event: GatewayEvent) => void) => () => void;
  /** Resolves when screens may read; waits for a connection as long as it takes. */
  readonly ready: Promise<void>;
}

/** A random key of 128 bits. (`crypto.randomUUID` does not exist on a page served over plain HTTP from another machine.) */
function makeKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function makeClient(): QueryClient {
  // Events say what is stale; without a network there is still a gateway on this machine.
  const queries = { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: 'always' } as const;
  const client = new QueryClient({ defaultOptions: { queries, mutations: { networkMode: 'always' } } });
  // What events and further pages make of these shares all that did not change with what was there; looking for the same
  // in ten thousand rows, at each page, would find nothing new.
  const [threads] = threadKey('');
  for (const queryKey of [listKey, [threads]]) client.setQueryDefaults(queryKey, { structuralSharing: false });
  return client;
}

/** Resolves when the connection opens; at once when it is open. */
function opened(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.state().kind === 'open') {
      resolve();
      return;
    }
    const undo = connection.watch(() => {
      if (connection.state().kind !== 'open') return;
      undo();
      resolve();
    });
  });
}

/** `schedule` runs a task before the next frame; `storage` keeps what was not sent yet over a reload. */
export function createRuntime(
  connection: Connection,
  schedule: (task: () => void) => void,
  storage: OutboxStorage,
): Runtime {
  const { bridge } = connection;
  const client = makeClient();
  const listeners = new Set<(event: GatewayEvent) => void>();
  const readSoFar = async (conversation: string, tries: number): Promise<void> => {
    try {
      const { turnText } = await ask(bridge, 'conversations.thread', { conversation, limit: 1 });
      if (turnText && !live.snapshot(conversation, turnText) && tries > 1) await readSoFar(conversation, tries - 1);
    } catch (failure) {
      // The connection went: its return reads the whole thread again.
      if (!(failure instanceof CallFailure)) throw failure;
      void client.invalidateQueries({ queryKey: threadKey(conversation) });
    }
  };
  const live = new LiveTexts(schedule, (conversation) => void readSoFar(conversation, 5));
  const outbox = new Outbox({
    send: ({ conversation, text, key, way, files }) =>
      way === 'say'
        ? ask(bridge, 'conversations.say', { conversation, text, key })
        : ask(bridge, 'messages.send', { conversation, text, key, files: files.map(({ id }) => id) }),
    now: Date.now,
    makeKey,
    storage,
  });
  const start = async (): Promise<void> => {
    await opened(connection);
    try {
      const host = await ask(bridge, 'host.get', {});
      client.setQueryData(callKey('host.get', {}), host);
      bridge.on(host.seq, ({ event }) => {
        applyEvent({ client, live, outbox }, event);
        for (const listener of [...listeners]) listener(event);
      });
      void outbox.restore();
    } catch (failure) {
      if (!(failure instanceof CallFailure) || failure.reason !== null) throw failure;
      await start();
    }
  };
  connection.watch(() => {
    if (connection.state().kind !== 'open') return;
    const unanswered = (error: unknown): boolean => error instanceof CallFailure && error.reason === null;
    void client.refetchQueries({ predicate: ({ state }) => unanswered(state.error) });
  });
  const onEvent = (listener: (event: GatewayEvent) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { connection, client, live, outbox, onEvent, ready: start() };
}
