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
  /** Holds the messages around `seq` instead of the newest ones; false when that one is not to be had. */
  readonly jumpTo: (seq: number) => Promise<boolean>;
  readonly toNewest: () => Promise<void>;
}

export function useThread(conversation: string): OpenThread {
  const { connection, client, live } = useRuntime();
  const { bridge } = connection;
  const busy = useRef<Promise<void> | null>(null);
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
  const holds = (seq: number): boolean => held()?.messages.some((message) => message.seq === seq) === true;
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
      void unlessBusy(busy, async () => {
        const older = await page({ beforeSeq: first.seq });
        client.setQueryData<Thread>(key, (thread) => thread && prepend(thread, older));
      });
    },
    loadNewer: () => {
      const last = held()?.messages.at(-1);
      if (!last || !held()?.newer) return;
      void unlessBusy(busy, async () => {
        const newer = await page({ afterSeq: last.seq });
        client.setQueryData<Thread>(key, (thread) => thread && append(thread, newer, pageSize));
      });
    },
    jumpTo: async (seq) => {
      if (holds(seq)) return true;
      await afterwards(busy, async () => {
        const [before, after] = await Promise.all([page({ beforeSeq: seq + 1 }), page({ afterSeq: seq })]);
        client.setQueryData<Thread>(key, around(before, after, pageSize));
      });
      return holds(seq);
    },
    toNewest: async () => {
      if (!held()?.newer) return;
      await afterwards(busy, async () => {
        const newest = await ask(bridge, 'conversations.thread', { conversation, limit: pageSize });
        client.setQueryData<Thread>(key, fromNewest(newest, undefined));
      });
    },
  };
}

type Busy = { current: Promise<void> | null };

/** One page at a time; a failed one is asked for again by the next scroll. */
function unlessBusy(busy: Busy, task: () => Promise<void>): Promise<void> {
  return busy.current === null ? afterwards(busy, task) : Promise.resolve();
}

/** What the reader asked for waits for the page that is on its way. */
function afterwards(busy: Busy, task: () => Promise<void>): Promise<void> {
  const run = async (): Promise<void> => {
    try {
      await task();
    } catch (failure) {
      if (!(failure instanceof CallFailure)) throw failure;
    }
  };
  const mine = (busy.current ?? Promise.resolve()).then(run).finally(() => {
    if (busy.current === mine) busy.current = null;
  });
  busy.current = mine;
  return mine;
}
