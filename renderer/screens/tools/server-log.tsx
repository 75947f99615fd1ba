import { type ReactNode, useEffect, useRef } from 'react';
import type { McpLogLineView, McpServerView } from '../../../preload/contract/agent-views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { clockWithSeconds } from '../../format.ts';
import { t, type Words } from '../../i18n.ts';

/** No event tells of a line; nobody reads faster. */
const every = 1500;
/** Whoever is this near to the end follows it. */
const near = 24;

const from: Readonly<Record<McpLogLineView['from'], Words>> = {
  server: 'mcp.fromServer',
  gateway: 'mcp.fromGateway',
};

export interface ServerLogProps {
  readonly server: McpServerView;
  readonly onClose: () => void;
}

/** What a server wrote to its error output, and what we noticed of it, as it comes. */
export function ServerLog({ server, onClose }: ServerLogProps): ReactNode {
  const { value, failure, again } = useCall('mcp.log', { server: server.id }, { every, fresh: true });
  const zone = useHost()?.timeZone ?? 'UTC';
  const toast = useToast();
  const lines = value ?? [];
  const copy = async (): Promise<void> => {
    const text = lines.map((line) => `${clockWithSeconds(line.at, zone)} ${line.from} ${line.text}`).join('\n');
    await copyText(document, text);
    toast({ text: t('action.copied') });
  };
  return (
    <Dialog open onClose={onClose} title={t('mcp.logOf', { server: server.name })}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      <p className="dialog-text">{t('mcp.logLead')}</p>
      <Lines lines={lines} zone={zone} empty={value !== undefined && value.length === 0} />
      <div className="dialog-foot">
        <Button icon="copy" disabled={lines.length === 0} onClick={() => void copy()}>
          {t('action.copy')}
        </Button>
        <Button look="primary" onClick={onClose}>
          {t('action.close')}
        </Button>
      </div>
    </Dialog>
  );
}

interface LinesProps {
  readonly lines: readonly McpLogLineView[];
  readonly zone: string;
  readonly empty: boolean;
}

function Lines({ lines, zone, empty }: LinesProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    const box = frame.current;
    if (box && following.current) box.scrollTop = box.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={frame}
      className="server-log"
      tabIndex={0}
      role="region"
      aria-label={t('mcp.log')}
      onScroll={({ currentTarget: box }) => {
        following.current = box.scrollHeight - box.scrollTop - box.clientHeight < near;
      }}
    >
      {empty && <p className="muted">{t('mcp.logNone')}</p>}
      <div role="log" aria-live="off">
        {lines.map((line, index) => (
          // Only the oldest go, and lines of the same moment may be the same.
          <div key={`${String(line.at)} ${String(index)}`} className="server-line" data-from={line.from}>
            <time dateTime={new Date(line.at).toISOString()}>{clockWithSeconds(line.at, zone)}</time>
            <span className="server-line-from">{t(from[line.from])}</span>
            <span className="server-line-text" dir="auto">
              {line.text}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
