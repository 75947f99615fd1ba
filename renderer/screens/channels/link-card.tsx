import { type ReactNode, useState } from 'react';
import type { LinkView } from '../../../preload/contract/views.ts';
import { useAct, useHost } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Confirm, Dialog } from '../../components/dialog.tsx';
import { LinkIcon, linkWord } from '../../components/link-kind.tsx';
import { LinkPill } from '../../components/link-state.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { TokenField, type TokenEntry, WaitForOwner } from '../../components/telegram-form.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { fullTime, span } from '../../format.ts';
import { t } from '../../i18n.ts';
import { mainStep } from './main-step.ts';

type Open = 'token' | 'remove' | 'owner' | null;

/** One link: its state in words, the evidence for it, and one button for the present problem. `asked`: somebody wrote. */
export function LinkCard({ link, asked }: { readonly link: LinkView; readonly asked: boolean }): ReactNode {
  const now = useNow(1000);
  const [open, setOpen] = useState<Open>(null);
  const reconnect = useAct('links.reconnect');
  const enable = useAct('links.setEnabled', ['links.list']);
  const { id, name, handle, kind, state, fixedByFile, apiRoot, enabled } = link;
  const step = mainStep(link, asked);
  const failure = reconnect.failure ?? enable.failure;
  const run = (): void => {
    switch (step) {
      case 'reconnect':
        void reconnect.run({ link: id });
        return;
      case 'turnOn':
        void enable.run({ link: id, enabled: true });
        return;
      case 'newToken':
        setOpen('token');
        return;
      case 'claim':
        setOpen('owner');
        return;
      case null:
        return;
    }
  };
  return (
    <article className="card link-card" aria-label={handle ?? name}>
      <header className="link-head">
        <span className="badge large" data-kind={kind}>
          <LinkIcon kind={kind} />
        </span>
        <div className="link-names">
          <h2>{name}</h2>
          <p className="muted">{[linkWord(kind), handle].filter(Boolean).join(' · ')}</p>
        </div>
        <LinkPill link={link} now={now} />
      </header>
      {'reason' in state && <ReasonNote reason={state.reason} tone={state.kind === 'retrying' ? 'warning' : 'error'} />}
      {step === 'claim' && <p className="note quiet">{t('channels.noOwner')}</p>}
      <Evidence link={link} now={now} />
      {(apiRoot !== null || fixedByFile) && (
        <p className="muted small">
          {[apiRoot === null ? '' : t('channels.server', { url: apiRoot }), fixedByFile ? t('fixed.link') : '']
            .filter(Boolean)
            .join(' ')}
        </p>
      )}
      {failure && <ReasonNote reason={failure.reason} />}
      <footer className="link-foot">
        {step && (
          <Button look="primary" busy={reconnect.busy || (step === 'turnOn' && enable.busy)} onClick={run}>
            {t(`channels.${step}`)}
          </Button>
        )}
        <span className="spring" />
        {enabled && (
          <Button
            look="quiet"
            size="small"
            busy={enable.busy}
            onClick={() => void enable.run({ link: id, enabled: false })}
          >
            {t('channels.turnOff')}
          </Button>
        )}
        {!fixedByFile && step !== 'newToken' && (
          <Button look="quiet" size="small" onClick={() => setOpen('token')}>
            {t('channels.changeToken')}
          </Button>
        )}
        {!fixedByFile && (
          <Button look="quiet" size="small" onClick={() => setOpen('remove')}>
            {t('channels.remove')}
          </Button>
        )}
      </footer>
      <NewToken link={link} open={open === 'token'} onClose={() => setOpen(null)} />
      <Remove link={link} open={open === 'remove'} onClose={() => setOpen(null)} />
      <Dialog open={open === 'owner'} onClose={() => setOpen(null)} title={t('channels.ownerTitle')}>
        <WaitForOwner link={link} onDone={() => setOpen(null)} />
      </Dialog>
    </article>
  );
}

function Evidence({ link, now }: { readonly link: LinkView; readonly now: number }): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const { state, since, lastInAt, lastOutAt, unsent } = link;
  const ago = (at: number | null): ReactNode =>
    at === null ? (
      t('channels.never')
    ) : (
      <time title={fullTime(at, zone)}>{t('channels.ago', { age: span(now - at) })}</time>
    );
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      t('channels.since'),
      <time key="since" title={fullTime(since, zone)}>
        {span(now - since)}
      </time>,
    ],
    [t('channels.proof'), state.kind === 'up' ? ago(state.provenAt) : t('channels.noProof')],
    [t('channels.lastIn'), ago(lastInAt)],
    [t('channels.lastOut'), ago(lastOutAt)],
    [t('channels.unsent'), unsent === 0 ? t('channels.nothingUnsent') : t('channels.unsentCount', { count: unsent })],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Opened {
  readonly link: LinkView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function NewToken({ link, open, onClose }: Opened): ReactNode {
  const set = useAct('links.setToken', ['links.list']);
  const [entry, setEntry] = useState<TokenEntry | null>(null);
  const submit = async (): Promise<void> => {
    if (entry?.identity && (await set.run({ link: link.id, token: entry.token }))) onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('channels.tokenTitle', { bot: link.handle ?? link.name })}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TokenField withServer={false} apiRoot={link.apiRoot} onProven={setEntry} />
        {set.failure && <ReasonNote reason={set.failure.reason} />}
        <div className="form-foot">
          <Button look="primary" type="submit" busy={set.busy} disabled={!entry?.identity}>
            {t('channels.useToken')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Remove({ link, open, onClose }: Opened): ReactNode {
  const remove = useAct('links.remove', ['links.list', 'people.candidates']);
  const toast = useToast();
  const submit = async (): Promise<void> => {
    if ((await remove.run({ link: link.id })) === undefined) return;
    onClose();
    toast({ text: t('channels.removed', { bot: link.handle ?? link.name }) });
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('channels.removeTitle', { bot: link.handle ?? link.name })}
      text={t('channels.removeText')}
      doIt={t('channels.removeDo')}
      busy={remove.busy}
      onDoIt={() => void submit()}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
