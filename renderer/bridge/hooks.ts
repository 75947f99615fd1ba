/** How screens read and act: React Query over the bridge, kept fresh by events. Screens use nothing else of the bridge. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { AnswerOf, CommandName, ParamsOf } from '../../preload/contract/commands.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import type { HostView } from '../../preload/contract/views.ts';
import { callKey, listKey, listKeyOf } from './cache.ts';
import type { ConnectionState } from './connection.ts';
import { type ConversationList, fromFirstPage, withNextPage } from './conversation-list.ts';
import { asCallFailure, ask, CallFailure } from './failure.ts';
import type { Outgoing } from './outbox.ts';
import type { Runtime } from './runtime.ts';
import type { StreamText } from './stream.ts';

export const RuntimeContext = createContext<Runtime | null>(null);

export function useRuntime(): Runtime {
  const runtime = useContext(RuntimeContext);
  if (!runtime) throw new Error('A screen is drawn outside of RuntimeContext.');
  return runtime;
}

export function useConnectionState(): ConnectionState {
  const { connection } = useRuntime();
  return useSyncExternalStore(connection.watch, connection.state);
}

export interface Asked<Value> {
  /** What was read last; undefined until the first answer. */
  readonly value: Value | undefined;
  readonly failure: CallFailure | null;
  readonly busy: boolean;
  readonly again: () => void;
}

/**
 * Reads a command's answer and keeps it until an event makes it stale. `every` also reads it again after so many ms,
 * `fresh` whenever a component begins to show it.
 */
export function useCall<Name extends CommandName>(
  name: Name,
  params: ParamsOf<Name>,
  options: {
    readonly enabled?: boolean;
    readonly every?: number;
    readonly keep?: boolean;
    readonly fresh?: boolean;
  } = {},
): Asked<AnswerOf<Name>> {
  const { connection } = useRuntime();
  const query = useQuery({
    queryKey: callKey(name, params),
    queryFn: () => ask(connection.bridge, name, params),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    refetchOnMount: options.fresh === true ? 'always' : true,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
  const failure = query.error ? asCallFailure(query.error) : null;
  const { kind } = useConnectionState();
  return {
    value: query.data,
    // A gateway that is away is told once for all (the banner): what waits for it is read when it is back.
    failure: failure?.reason === null && kind !== 'open' ? null : failure,
    busy: query.isFetching,
    again: () => void query.refetch(),
  };
}

export interface Act<Name extends CommandName> {
  /** Runs the command; undefined when it failed ({@link failure} says why, and `onFailure` is told). */
  readonly run: (
    params: ParamsOf<Name>,
    onFailure?: (failure: CallFailure) => void,
  ) => Promise<AnswerOf<Name> | undefined>;
  readonly busy: boolean;
  readonly failure: CallFailure | null;
  readonly forget: () => void;
}

/** A command that changes something. `makesStale` names what is to be read again although no event says so. */
export function useAct<Name extends CommandName>(name: Name, makesStale: readonly CommandName[] = []): Act<Name> {
  const { connection } = useRuntime();
  const client = useQueryClient();
  const mutation = useMutation({ mutationFn: (params: ParamsOf<Name>) => ask(connection.bridge, name, params) });
  return {
    run: async (params, onFailure) => {
      try {
        const value = await mutation.mutateAsync(params);
        for (const each of makesStale) {
          // The list may hold pages that a first page says nothing about: what is gone would stay in them.
          if (each === 'conversations.page') void client.resetQueries({ queryKey: listKey });
          else void client.invalidateQueries({ queryKey: [each] });
        }
        return value;
      } catch (failure) {
        if (!(failure instanceof CallFailure)) throw failure;
        onFailure?.(failure);
        return undefined;
      }
    },
    busy: mutation.isPending,
    failure: mutation.error ? asCallFailure(mutation.error) : null,
    forget: mutation.reset,
  };
}

/** Takes over what a command has just answered as the answer to a question; one that is under way is older than that. */
export function useKnow<Name extends CommandName>(
  name: Name,
  params: ParamsOf<Name>,
): (answer: AnswerOf<Name>) => Promise<void> {
  const client = useQueryClient();
  return async (answer) => {
    const queryKey = callKey(name, params);
    await client.cancelQueries({ queryKey });
    client.setQueryData(queryKey, answer);
  };
}

export function useHost(): HostView | undefined {
  return useCall('host.get', {}).value;
}

/** Listens to events as long as the component is shown. */
export function useEvents(listener: (event: GatewayEvent) => void): void {
  const { onEvent } = useRuntime();
  const latest = useEffectEvent(listener);
  useEffect(() => onEvent((event) => latest(event)), [onEvent]);
}

const pageOfConversations = 100;

export interface Conversations extends Asked<ConversationList> {
  readonly loadMore: () => void;
}

/** The conversations by last activity, or those of one link, a page at a time. */
export function useConversations(link?: string): Conversations {
  const { connection, client } = useRuntime();
  const limit = pageOfConversations;
  const key = listKeyOf(link);
  const only = link === undefined ? {} : { link };
  const query = useQuery({
    queryKey: key,
    queryFn: async () => {
      const page = await ask(connection.bridge, 'conversations.page', { limit, ...only });
      return fromFirstPage(page, limit, client.getQueryData<ConversationList>(key));
    },
  });
  const next = useMutation({
    mutationFn: async (last: { readonly lastAt: number; readonly id: string }) => {
      const page = await ask(connection.bridge, 'conversations.page', { limit, before: last, ...only });
      client.setQueryData<ConversationList>(key, (list) => list && withNextPage(list, page, limit));
    },
  });
  const last = query.data?.items.at(-1);
  return {
    value: query.data,
    failure: query.error ? asCallFailure(query.error) : null,
    busy: query.isFetching,
    again: () => void query.refetch(),
    loadMore: () => {
      if (query.data?.more && last && !next.isPending) next.mutate({ lastAt: last.lastAt, id: last.id });
    },
  };
}

export function useLiveText(conversation: string): StreamText | null {
  const { live } = useRuntime();
  return useSyncExternalStore(
    (listener) => live.watch(conversation, listener),
    () => live.get(conversation),
  );
}

export function useOutgoing(conversation: string): readonly Outgoing[] {
  const { outbox } = useRuntime();
  return useSyncExternalStore(outbox.watch, () => outbox.list(conversation));
}
