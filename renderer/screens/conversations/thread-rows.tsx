/**
 * The rows of a thread, only the visible ones drawn. Held by its end: it follows a reply while the reader is at the end
 * and stays where it is while the reader is not; older pages put in front move nothing.
 */
import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef } from 'react';
import type { OpenThread } from '../../bridge/use-thread.ts';
import { Button } from '../../components/button.tsx';
import { type Rows, useRows } from '../../components/virtual-rows.ts';
import { t } from '../../i18n.ts';
import { markWords, queryOf, unmarkWords } from './found-words.ts';
import { useMissed } from './missed.ts';
import { RowContent } from './row-content.tsx';
import type { Row } from './rows.ts';

export interface ThreadRowsProps {
  readonly rows: readonly Row[];
  readonly thread: OpenThread;
  readonly conversation: string;
  /** Replies are shown as they are written; elsewhere they are delivered. */
  readonly live: boolean;
  /** The message to bring into view. */
  readonly seq: number | null;
  readonly zone: string;
  /** The message was brought into view. */
  readonly onShown: () => void;
}

export function ThreadRows({ rows, thread, conversation, live, seq, zone, onShown }: ThreadRowsProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const list = useRows({ frame, keys, estimate: 88, from: 'end', overscan: 8 });
  const visible = list.getVirtualItems();
  const newer = thread.value?.newer ?? false;
  const atEnd = list.isAtEnd(120);
  const away = !atEnd || newer;
  const missed = useMissed(conversation, !away);
  useHoldBelowTop(list, rows);
  useStayAtEnd(list);
  useStartAtEnd(list, seq === null);
  useJump({ list, rows, seq, thread, onShown });
  useFurtherPages({ first: visible[0]?.index ?? 0, atEnd, list, thread, jumping: seq !== null });
  useFollowOwn(list, rows);
  return (
    <div className="thread-frame">
      <div className="thread-scroll" ref={frame} tabIndex={0} role="region" aria-label={t('thread.label')}>
        <div className="thread-rows" role="log" aria-live="off" style={{ height: list.getTotalSize() }}>
          {visible.map((item) => {
            const row = rows[item.index];
            return row ? (
              <div
                key={item.key}
                data-index={item.index}
                ref={list.measureElement}
                className="thread-row"
                style={{ transform: `translateY(${String(item.start)}px)` }}
              >
                <RowContent row={row} live={live} zone={zone} />
              </div>
            ) : null;
          })}
        </div>
      </div>
      {away && rows.length > 1 && (
        <div className="to-latest">
          <Button
            icon="down"
            title={t('thread.toLatest')}
            onClick={() => void thread.toNewest().then(() => list.scrollToEnd({ behavior: 'auto' }))}
          >
            {missed > 0 ? t('thread.new', { count: missed }) : t('thread.latest')}
          </Button>
        </div>
      )}
    </div>
  );
}

/**
 * The list holds the topmost row where it is while older ones come. At the very top that is the row that says so, which
 * stays the topmost: the reader would be carried along to the older ones, and they bring the next, to the first message
 * ever. There the oldest message is held instead.
 */
function useHoldBelowTop(list: Rows, rows: readonly Row[]): void {
  const held = useRef<{ readonly key: string; readonly start: number } | null>(null);
  const hold = useEffectEvent(() => {
    const before = held.current;
    const startOf = (index: number): number | undefined => list.measurementsCache[index]?.start;
    const first = rows.findIndex((row) => row.kind === 'message');
    held.current = first < 0 ? null : { key: rows[first]?.key ?? '', start: startOf(first) ?? 0 };
    const offset = list.scrollOffset ?? 0;
    if (before === null || before.key === held.current?.key || offset >= before.start) return;
    const start = startOf(rows.findIndex((row) => row.key === before.key));
    if (start !== undefined) list.scrollToOffset(offset + start - before.start);
  });
  useLayoutEffect(() => hold(), [rows]);
}

/** Another width breaks the lines anew: whoever was at the end is there again afterwards. */
function useStayAtEnd(list: Rows): void {
  const element = list.scrollElement;
  useEffect(() => {
    if (element === null) return undefined;
    let atEnd = list.isAtEnd(120);
    let { clientWidth: width, clientHeight: height } = element;
    const resized = (): boolean => element.clientWidth !== width || element.clientHeight !== height;
    const onScroll = (): void => {
      // What the browser scrolls because of the new size says nothing about the reader.
      if (!resized()) atEnd = list.isAtEnd(120);
    };
    const observer = new ResizeObserver(() => {
      if (!resized()) return;
      ({ clientWidth: width, clientHeight: height } = element);
      if (!atEnd) return;
      list.scrollToEnd({ behavior: 'auto' });
      // Rows are measured as they are drawn; by the next frame they have their new heights.
      requestAnimationFrame(() => list.scrollToEnd({ behavior: 'auto' }));
    });
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [element, list]);
}

/** A conversation opens at its newest message, unless it was opened at another one. */
function useStartAtEnd(list: Rows, wanted: boolean): void {
  const start = useEffectEvent(() => {
    if (wanted) list.scrollToEnd();
  });
  useLayoutEffect(() => start(), []);
}

/** What the owner just sent is always brought into view. */
function useFollowOwn(list: Rows, rows: readonly Row[]): void {
  const last = rows.findLast((row) => row.kind === 'outgoing')?.key ?? null;
  const follow = useEffectEvent(() => list.scrollToEnd());
  useEffect(() => {
    if (last !== null) follow();
  }, [last]);
}

interface FurtherPages {
  readonly first: number;
  readonly atEnd: boolean;
  readonly list: Rows;
  readonly thread: OpenThread;
  readonly jumping: boolean;
}

/** Reads the next page before the reader reaches its edge. */
function useFurtherPages({ first, atEnd, thread, jumping }: FurtherPages): void {
  const count = thread.value?.messages.length ?? 0;
  const load = useEffectEvent(() => {
    if (jumping) return;
    if (first < 8) thread.loadOlder();
    if (atEnd) thread.loadNewer();
  });
  useEffect(() => load(), [first, atEnd, count]);
}

interface Jump {
  readonly list: Rows;
  readonly rows: readonly Row[];
  readonly seq: number | null;
  readonly thread: OpenThread;
  readonly onShown: () => void;
}

/** Reads the run around a message if it is not held, brings it to the middle and lights it up for a moment. */
function useJump({ list, rows, seq, thread, onShown }: Jump): void {
  const index = seq === null ? -1 : rows.findIndex((row) => row.kind === 'message' && row.message.seq === seq);
  const fetchRun = useEffectEvent(() => {
    // One that is gone since it was found must not keep the thread waiting for it.
    if (seq !== null && index < 0) void thread.jumpTo(seq).then((held) => held || onShown());
  });
  const show = useEffectEvent(() => {
    if (index < 0 || seq === null) return;
    list.scrollToIndex(index, { align: 'center' });
    // Rows around it are measured as they are drawn; by the second frame it stands where it belongs.
    requestAnimationFrame(() => {
      list.scrollToIndex(index, { align: 'center' });
      requestAnimationFrame(() => {
        const row = list.scrollElement?.querySelector(`[data-seq="${String(seq)}"]`);
        row?.classList.add('found');
        const query = queryOf(history.state);
        if (row && query !== null) markWords(row, query);
        row?.addEventListener('animationend', () => row.classList.remove('found'), { once: true });
        onShown();
      });
    });
  });
  useEffect(() => fetchRun(), [seq]);
  useEffect(() => unmarkWords, []);
  const held = index >= 0;
  useEffect(() => show(), [seq, held]);
}
