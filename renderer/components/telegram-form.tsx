/**
 * Links a Telegram bot: paste the token (asked about at once, nothing is stored) → the bot's name → add → write to it →
 * "is this you?". Used by Setup and by Channels.
 */
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import type { IdentityView, LinkView } from '../../preload/contract/views.ts';
import { useAct, useCall } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { Candidate } from './candidates.tsx';
import { ownerCandidates } from './card-answers.ts';
import { TextField } from './field.tsx';
import { Icon } from './icons.tsx';
import { linkIdFor } from './link-id.ts';
import { LinkPill } from './link-state.tsx';
import { ReasonNote } from './reason-note.tsx';
import { Spinner } from './spinner.tsx';
import { useNow } from './use-now.ts';

const tokenShape = /^\d+:[\w-]{3,}$/;
const pauseAfterTyping = 350;

export interface TokenEntry {
  readonly token: string;
  readonly apiRoot: string;
  readonly identity: IdentityView | null;
}

/** A token with what the platform says about it. `onProven` is told whenever that changes. */
export function TokenField({
  onProven,
  apiRoot,
  withServer,
}: {
  readonly onProven: (entry: TokenEntry) => void;
  readonly apiRoot?: string | null;
  readonly withServer: boolean;
}): ReactNode {
  const [token, setToken] = useState('');
  const [server, setServer] = useState(apiRoot ?? '');
  const probe = useAct('links.probe');
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof probe.run>>>(undefined);
  const shaped = tokenShape.test(token.trim());
  const ask = async (): Promise<void> => {
    const asked = token.trim();
    const root = server.trim();
    const result = await probe.run({ kind: 'telegram', token: asked, ...(root === '' ? {} : { apiRoot: root }) });
    setAnswer(result);
    if (result?.ok) onProven({ token: asked, apiRoot: root, identity: result.identity });
  };
  const askLatest = useEffectEvent(() => void ask());
  useEffect(() => {
    if (!shaped) return undefined;
    const timer = window.setTimeout(() => askLatest(), pauseAfterTyping);
    return () => window.clearTimeout(timer);
  }, [token, server, shaped]);
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setAnswer(undefined);
    onProven({ token: '', apiRoot: '', identity: null });
  };
  const trouble = probe.failure ? (
    <ReasonNote reason={probe.failure.reason} retry={() => void ask()} />
  ) : answer && !answer.ok ? (
    <ReasonNote reason={answer.reason} />
  ) : token.length > 12 && !shaped ? (
    <p className="field-trouble">{t('telegram.tokenShape')}</p>
  ) : undefined;
  return (
    <>
      <TextField
        label={t('telegram.token')}
        placeholder="123456789:AA…"
        value={token}
        onChange={(event) => change(setToken)(event.target.value)}
        trouble={trouble}
      />
      {withServer && (
        <details className="more">
          <summary>{t('telegram.ownServer')}</summary>
          <TextField
            label={t('telegram.apiRoot')}
            help={t('telegram.apiRootHelp')}
            placeholder="https://api.telegram.org"
            value={server}
            onChange={(event) => change(setServer)(event.target.value)}
          />
        </details>
      )}
      {probe.busy && (
        <p className="doing">
          <Spinner /> {t('telegram.asking')}
        </p>
      )}
      {answer?.ok && <Identity identity={answer.identity} />}
    </>
  );
}

function Identity({ identity }: { readonly identity: IdentityView }): ReactNode {
  return (
    <div className="identity" role="status">
      <span className="badge" data-kind="telegram">
        <Icon name="telegram" />
      </span>
      <span>
        <strong>{identity.name}</strong>
        {identity.handle !== null && <span className="muted"> {identity.handle}</span>}
      </span>
      <Icon name="check" />
    </div>
  );
}

export function TelegramForm({
  onLinked,
  onDone,
}: {
  readonly onLinked?: (link: string) => void;
  readonly onDone: () => void;
}): ReactNode {
  const links = useCall('links.list', {}).value ?? [];
  const [entry, setEntry] = useState<TokenEntry | null>(null);
  const [added, setAdded] = useState<string | null>(null);
  const add = useAct('links.addTelegram', ['links.list']);
  const link = links.find((each) => each.id === added);
  if (link) return <WaitForOwner link={link} onDone={onDone} />;
  const submit = async (): Promise<void> => {
    if (!entry?.identity) return;
    const { token, apiRoot, identity } = entry;
    const taken = links.map((each) => each.id);
    const id = linkIdFor(identity.handle, taken, 'telegram');
    const view = await add.run({ id, token, ...(apiRoot === '' ? {} : { apiRoot }) });
    if (!view) return;
    setAdded(view.id);
    onLinked?.(view.id);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <ol className="recipe">
        <li>{t('telegram.step1')}</li>
        <li>{t('telegram.step2')}</li>
      </ol>
      <TokenField withServer onProven={(proven) => setEntry(proven)} />
      {add.failure && <ReasonNote reason={add.failure.reason} />}
      <div className="form-foot">
        <Button look="primary" type="submit" busy={add.busy} disabled={!entry?.identity}>
          {t('telegram.add')}
        </Button>
      </div>
    </form>
  );
}

/** From "linked" to "this is me": shows how the link is and who wrote. */
export function WaitForOwner({ link, onDone }: { readonly link: LinkView; readonly onDone: () => void }): ReactNode {
  const cards = useCall('cards.list', {}).value ?? [];
  const now = useNow(1000);
  const [claimed, setClaimed] = useState(false);
  const here = ownerCandidates(cards).filter((card) => card.link === link.id);
  const handle = link.handle?.replace(/^@/, '');
  if (claimed || link.hasOwner) {
    return (
      <div className="success" role="status">
        <Icon name="check" />
        <p>{t('telegram.claimed', { bot: link.handle ?? link.name })}</p>
        <Button look="primary" onClick={onDone}>
          {t('action.next')}
        </Button>
      </div>
    );
  }
  return (
    <div className="form">
      <div className="between">
        <strong>{link.handle ?? link.name}</strong>
        <LinkPill link={link} now={now} />
      </div>
      {'reason' in link.state && <ReasonNote reason={link.state.reason} tone="warning" />}
      {here.length === 0 && (
        <div className="waiting" role="status">
          <Spinner />
          <p>{t('telegram.writeNow', { bot: link.handle ?? link.name })}</p>
          {handle !== undefined && (
            <a className="button plain small" href={`https://t.me/${handle}`} target="_blank" rel="noreferrer">
              <Icon name="open" />
              <span>{t('telegram.open', { bot: link.handle ?? link.name })}</span>
            </a>
          )}
        </div>
      )}
      {here.map((card) => (
        <Candidate key={card.id} card={card} onClaimed={() => setClaimed(true)} />
      ))}
    </div>
  );
}
