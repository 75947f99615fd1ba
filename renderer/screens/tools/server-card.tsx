import { type ReactNode, useState } from 'react';
import type { McpServerView } from '../../../preload/contract/agent-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { Fixed } from '../../components/fixed.tsx';
import { Icon } from '../../components/icons.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n.ts';
import { ServerDialog } from './server-dialog.tsx';
import { ServerLog } from './server-log.tsx';
import { serverStateText, type ServerStep, serverStep, serverTone, stepWords, whyLeftOut } from './server-state.ts';

type Open = 'edit' | 'log' | 'remove' | null;

/** One server: its state in words, one button for the present problem, its tools, its log. */
export function ServerCard({ server }: { readonly server: McpServerView }): ReactNode {
  const now = useNow(1000);
  const [open, setOpen] = useState<Open>(null);
  const enable = useAct('mcp.setEnabled', ['mcp.list', 'tools.list']);
  const restart = useAct('mcp.restart', ['mcp.list']);
  const { id, name, endpoint, state, enabled, fixedByFile } = server;
  const step = serverStep(server);
  const failure = enable.failure ?? restart.failure;
  const close = (): void => setOpen(null);
  const run = (what: ServerStep): void => {
    if (what === 'edit') setOpen('edit');
    else if (what === 'restart') void restart.run({ server: id });
    else void enable.run({ server: id, enabled: true });
  };
  return (
    <article className="card" aria-label={name}>
      <header className="link-head">
        <span className="badge large" data-kind="model">
          <Icon name={endpoint.kind === 'stdio' ? 'window' : 'plug'} />
        </span>
        <div className="link-names">
          <h3 dir="auto">{name}</h3>
        </div>
        <span className="pill" data-tone={serverTone(server)}>
          <span className="dot" aria-hidden="true" />
          {serverStateText(server, now)}
        </span>
      </header>
      <p className="muted small break" dir="ltr">
        {endpoint.kind === 'stdio' ? [endpoint.command, ...endpoint.args].join(' ') : endpoint.url}
      </p>
      {'reason' in state && <ReasonNote reason={state.reason} tone={state.kind === 'failed' ? 'error' : 'warning'} />}
      <Offered server={server} />
      {failure && <ReasonNote reason={failure.reason} />}
      <footer className="link-foot">
        {step && (
          <Button look="primary" busy={restart.busy || (step === 'turnOn' && enable.busy)} onClick={() => run(step)}>
            {t(stepWords[step])}
          </Button>
        )}
        <span className="spring" />
        {enabled && (
          <Button
            look="quiet"
            size="small"
            busy={enable.busy}
            onClick={() => void enable.run({ server: id, enabled: false })}
          >
            {t('mcp.turnOff')}
          </Button>
        )}
        <Button look="quiet" size="small" onClick={() => setOpen('log')}>
          {t('mcp.log')}
        </Button>
        {step !== 'edit' && !fixedByFile && (
          <Button look="quiet" size="small" onClick={() => setOpen('edit')}>
            {t('action.edit')}
          </Button>
        )}
        {!fixedByFile && (
          <Button look="quiet" size="small" onClick={() => setOpen('remove')}>
            {t('channels.remove')}
          </Button>
        )}
        {fixedByFile && <Fixed />}
      </footer>
      {open === 'edit' && <ServerDialog stored={server} onClose={close} />}
      {open === 'log' && <ServerLog server={server} onClose={close} />}
      <RemoveServer server={server} open={open === 'remove'} onClose={close} />
    </article>
  );
}

/** What models may call of it, and what they may not, with the reason. */
function Offered({ server: { state, tools, leftOut } }: { readonly server: McpServerView }): ReactNode {
  if (state.kind !== 'ready' && tools.length === 0 && leftOut.length === 0) return null;
  return (
    <div className="server-tools">
      {tools.length === 0 ? (
        <p className="muted">{t('mcp.noTools')}</p>
      ) : (
        <details className="more">
          <summary>{t('mcp.tools', { count: tools.length })}</summary>
          <ul className="tool-names">
            {tools.map((tool) => (
              <li key={tool.name} className="tag" dir="auto">
                {tool.theirs}
              </li>
            ))}
          </ul>
        </details>
      )}
      {leftOut.length > 0 && (
        <details className="more">
          <summary>{t('mcp.leftOut', { count: leftOut.length })}</summary>
          <ul className="left-out">
            {leftOut.map((tool, index) => (
              // Two of the same name are one of the reasons.
              <li key={`${String(index)} ${tool.name}`}>
                <strong dir="auto">{tool.name}</strong> <span className="muted">{t(whyLeftOut[tool.why])}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

interface RemoveServerProps {
  readonly server: McpServerView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function RemoveServer({ server: { id, name }, open, onClose }: RemoveServerProps): ReactNode {
  const remove = useAct('mcp.remove', ['mcp.list', 'tools.list']);
  const toast = useToast();
  const submit = async (): Promise<void> => {
    if ((await remove.run({ server: id })) === undefined) return;
    onClose();
    toast({ text: t('mcp.removed', { server: name }) });
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('mcp.removeTitle', { server: name })}
      text={t('mcp.removeText')}
      doIt={t('channels.removeDo')}
      busy={remove.busy}
      onDoIt={() => void submit()}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
