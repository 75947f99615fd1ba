/** One conversation: its head, its messages, and the place to write. `/conversations/new` is one that is not there yet. */
import { type ReactNode, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useAct, useCall, useHost, useOutgoing, useRuntime } from '../../bridge/hooks.ts';
import { useThread } from '../../bridge/use-thread.ts';
import { LiveRegion } from '../../components/live-region.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { sameDay } from '../../format.ts';
import { t } from '../../i18n.ts';
import { AskingAlert } from './asking.tsx';
import { Composer } from './composer.tsx';
import { Head } from './head.tsx';
import { NewConversation } from './new-conversation.tsx';
import { type Beside, isOwnMessage, threadRows } from './rows.ts';
import { Strips } from './strips.tsx';
import { ThreadRows } from './thread-rows.tsx';
import { UnfoldedContext } from './unfolded.ts';

export function ConversationScreen({ id, seq }: { readonly id: string; readonly seq: number | null }): ReactNode {
  return id === 'new' ? <NewConversation /> : <OpenConversation key={id} id={id} seq={seq} />;
}

function OpenConversation({ id, seq }: { readonly id: string; readonly seq: number | null }): ReactNode {
  const thread = useThread(id);
  const outgoing = useOutgoing(id);
  const { outbox } = useRuntime();
  const zone = useHost()?.timeZone ?? 'UTC';
  const stop = useAct('turns.stop');
  const [, go] = useLocation();
  const { value } = thread;
  const beside = useBeside(id);
  const [unfolded] = useState(() => new Set<string>());
  // A turn that waits for the owner's word may not be the newest one.
  const running = value?.turn?.state === 'running' || beside.cards.length > 0;
  useMarkRead(id, value?.conversation.unread ?? 0);
  useEscape(running, () => void stop.run({ conversation: id }));
  const rows = useMemo(
    () => (value ? threadRows(value, outgoing, (a, b) => sameDay(a, b, zone), beside) : []),
    [value, outgoing, zone, beside],
  );
  if (!value) {
    return (
      <div className="thread-empty">
        <h1 className="offscreen">{t('thread.label')}</h1>
        {thread.failure ? (
          <>
            <ReasonNote reason={thread.failure.reason} retry={thread.again} />
            <Link href="/" className="button plain">
              <span>{t('conversation.all')}</span>
            </Link>
          </>
        ) : (
          <Spinner label={t('conversation.reading')} />
        )}
      </div>
    );
  }
  const { conversation } = value;
  return (
    <div className="thread">
      <Head conversation={conversation} />
      <Strips conversation={conversation} ownAt={value.messages.findLast(isOwnMessage)?.at ?? null} />
      <UnfoldedContext value={unfolded}>
        <ThreadRows
          rows={rows}
          thread={thread}
          conversation={id}
          live={conversation.linkKind === 'window' || conversation.linkKind === 'api'}
          seq={seq}
          zone={zone}
          onShown={() => seq !== null && go(`/conversations/${id}`, { replace: true })}
        />
      </UnfoldedContext>
      <LiveRegion conversation={id} />
      <AskingAlert cards={beside.cards} />
      <Composer
        conversation={id}
        to={conversation}
        running={running}
        stopping={stop.busy}
        onStop={() => void stop.run({ conversation: id })}
        onSend={(text, files) => {
          const way = conversation.linkKind === 'window' ? 'send' : 'say';
          // Kept before anything is asked for: the way to the newest messages may be long, and the page may go.
          void outbox.add(id, text, way, files);
          void thread.toNewest();
          return Promise.resolve(true);
        }}
      />
    </div>
  );
}

/** Summaries, and tools that wait for a word; none while they are not read. */
function useBeside(conversation: string): Beside {
  const summaries = useCall('conversations.summaries', { conversation }).value;
  const cards = useCall('cards.list', {}).value;
  return useMemo(
    () => ({
      summaries: summaries ?? [],
      cards: (cards ?? []).filter((card) => card.kind === 'tool' && card.conversation === conversation),
    }),
    [summaries, cards, conversation],
  );
}

/** Looked at means read: while the page is visible. */
function useMarkRead(conversation: string, unread: number): void {
  const { run } = useAct('conversations.markRead');
  const mark = useEffectEvent(() => {
    if (unread > 0 && document.visibilityState === 'visible') void run({ conversation });
  });
  useEffect(() => {
    mark();
    const listener = (): void => mark();
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  }, [conversation, unread]);
}

/** Escape stops the reply, unless something else (a dialog, the search) takes it. */
function useEscape(active: boolean, run: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (
      event.key === 'Escape' &&
      !event.defaultPrevented &&
      !document.querySelector('[role=dialog], [role=alertdialog]')
    )
      run();
  });
  useEffect(() => {
    if (!active) return undefined;
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, [active]);
}
