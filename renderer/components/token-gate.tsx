import { type ReactNode, useState } from 'react';
import { restartWithToken } from '../bridge/transport.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';
import { Lamp } from './icons.tsx';

/** The page has no key, or one that the gateway does not know: says where the right one is, and takes it. */
export function TokenGate({ state }: { readonly state: 'token-missing' | 'token-wrong' }): ReactNode {
  const [token, setToken] = useState('');
  const [odd, setOdd] = useState(false);
  return (
    <main className="splash">
      <section className="setup-card">
        <Lamp size={72} lit={false} />
        <h1>{t(state === 'token-wrong' ? 'gate.wrong' : 'gate.missing')}</h1>
        <p className="lead">{t('gate.where')}</p>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            setOdd(!restartWithToken(window, token));
          }}
        >
          <TextField
            label={t('gate.token')}
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            {...(odd ? { trouble: <p className="field-trouble">{t('gate.odd')}</p> } : {})}
          />
          <div className="form-foot">
            <Button look="primary" type="submit" disabled={token.trim() === ''}>
              {t('gate.open')}
            </Button>
          </div>
        </form>
      </section>
    </main>
  );
}
