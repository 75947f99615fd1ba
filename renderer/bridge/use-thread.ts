/** One conversation's messages: the newest page first, older and newer pages on demand, a jump to any message. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { threadKey } from './cache.ts';
import { asCallFailure, ask, CallFailure } from './failure.ts';
import { type Asked, useRuntime } from './hooks.ts';
import { append, around, fromNewest, prepend, type Thread } from './thread.ts';

const pageSize = 50;

export interface OpenThread extends Asked<Thread> {
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
  /** Holds the messages around `seq` instead of the newest ones. */
  readonly jumpTo: (seq: number) => Promise<void>;
  readonly toNewest: () => Promise<void>;
}

export function useThread(conversation: string): OpenThread {
  const { connection, client, live } = useRuntime();
  const { bridge } = connection;
  const busy = useRef(false);
  const key = threadKey(conversation);
  const held = (): Thread | undefined => client.getQueryData<Thread>(key);
  const query = useQuery({
    queryKey: key,
    queryFn: async () => {
      const page = await ask(bridge, 'conversations.thread', { conversation, limit: pageSize });
      if (page.turnText) live.snapshot(conversation, page.turnText);
      const before = held();
      // Somebody reads far back: what is told about the present must not move the page under their eyes.
      return before?.newer ? { ...before, conversation: page.conversation, turn: page.turn } : fromNewest(page, before);
    },
  });
  const alone = (task: () => Promise<void>): Promise<void> => onlyOne(busy, task);
  const page = (where: { readonly beforeSeq: number } | { readonly afterSeq: number }) =>
    ask(bridge, 'conversations.thread', { conversation, limit: pageSize, ...where });
  return {
    value: query.data,
    failure: query.error ? asCallFailure(query.error) : null,
    busy: query.isFetching,
    again: () => void query.refetch(),
    loadOlder: () => {
      const first = held()?.messages[0];
      if (!first || !held()?.older) return;
      void alone(async () => {
        const older = await page({ beforeSeq: first.seq });
        client.setQueryData<Thread>(key, (thread) => thread && prepend(thread, older));
      });
    },
    loadNewer: () => {
      const last = held()?.messages.at(-1);
      if (!last || !held()?.newer) return;
      void alone(async () => {
        const newer = await page({ afterSeq: last.seq });
        client.setQueryData<Thread>(key, (thread) => thread && append(thread, newer, pageSize));
      });
    },
    jumpTo: async (seq) => {
      if (held()?.messages.some((message) => message.seq === seq)) return;
      await alone(async () => {
        const [before, after] = await Promise.all([page({ beforeSeq: seq + 1 }), page({ afterSeq: seq })]);
        client.setQueryData<Thread>(key, around(before, after, pageSize));
      });
    },
    toNewest: async () => {
      if (!held()?.newer) return;
      await alone(async () => {
        const newest = await ask(bridge, 'conversations.thread', { conversation, limit: pageSize });
        client.setQueryData<Thread>(key, fromNewest(newest, undefined));
      });
    },
  };
}

/** One page at a time; a failed one is asked for again by the next scroll. */
async function onlyOne(busy: { current: boolean }, task: () => Promise<void>): Promise<void> {
  if (busy.current) return;
  busy.current = true;
  try {
    await task();
  } catch (failure) {
    if (!(failure instanceof CallFailure)) throw failure;
  } finally {
    busy.current = false;
  }
}
