/**
 * The first run: what Porchlight does → a model, proven by a real answer → WhatsApp or Telegram, proven by a phone or by
 * "this is me" → on the desktop, whether it starts at login → the first conversation. Each step has its own address, so
 * that a reload goes on where it was, and each can be skipped.
 */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useAct, useHost } from '../../bridge/hooks.ts';
import { Banners } from '../../components/banners.tsx';
import { Button } from '../../components/button.tsx';
import { Icon, Lamp } from '../../components/icons.tsx';
import { t, type Words } from '../../i18n.ts';
import { LinkStep } from './link-step.tsx';
import { LoginStep } from './login-step.tsx';
import { ModelStep } from './model-step.tsx';

const allSteps = ['welcome', 'model', 'link', 'login', 'done'] as const;
type Step = (typeof allSteps)[number];

/** Only the tray app can be started at login. */
function useSteps(): readonly Step[] {
  const desktop = useHost()?.mode === 'desktop';
  return desktop ? allSteps : allSteps.filter((step) => step !== 'login');
}

export function SetupScreen({ step: asked }: { readonly step: string }): ReactNode {
  const steps = useSteps();
  const step = steps.find((each) => each === asked) ?? 'welcome';
  const [, go] = useLocation();
  const set = useAct('settings.set', ['settings.list', 'host.get']);
  const to = (next: Step) => () => go(`/setup/${next}`);
  const finish = (where: string): void => {
    void set.run({ key: 'setup.done', value: true });
    go(where);
  };
  return (
    <div className="setup">
      <Banners />
      <header className="setup-head">
        <span className="wordmark">
          <Lamp />
          <span>{t('app.name')}</span>
        </span>
        <Button look="quiet" size="small" onClick={() => finish('/')}>
          {t('setup.leave')}
        </Button>
      </header>
      <Progress steps={steps} step={step} />
      <main className="setup-body">
        {step === 'welcome' && <Welcome onNext={to('model')} />}
        {step === 'model' && <ModelStep onNext={to('link')} />}
        {step === 'link' && <LinkStep onNext={to(steps.includes('login') ? 'login' : 'done')} />}
        {step === 'login' && <LoginStep onNext={to('done')} />}
        {step === 'done' && <Done onFinish={finish} />}
      </main>
    </div>
  );
}

const names: Readonly<Record<Step, Words>> = {
  welcome: 'setup.step.welcome',
  model: 'setup.step.model',
  link: 'setup.step.link',
  login: 'setup.step.login',
  done: 'setup.step.done',
};

function Progress({ steps, step }: { readonly steps: readonly Step[]; readonly step: Step }): ReactNode {
  const at = steps.indexOf(step);
  return (
    <nav aria-label={t('setup.progress')}>
      <ol className="progress">
        {steps.map((each, index) => (
          <li key={each} data-state={index < at ? 'past' : index === at ? 'here' : 'next'}>
            <Link href={`/setup/${each}`} aria-current={index === at ? 'step' : undefined}>
              <span className="progress-mark">{index < at ? <Icon name="check" /> : index + 1}</span>
              <span className="progress-name">{t(names[each])}</span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Welcome({ onNext }: { readonly onNext: () => void }): ReactNode {
  const promises: readonly Words[] = ['setup.promise.answers', 'setup.promise.silent', 'setup.promise.here'];
  return (
    <section className="setup-card">
      <Lamp size={88} />
      <h1>{t('setup.welcome')}</h1>
      <ul className="promises">
        {promises.map((each) => (
          <li key={each}>
            <Icon name="check" />
            <span>{t(each)}</span>
          </li>
        ))}
      </ul>
      <div className="setup-foot">
        <Button look="primary" onClick={onNext}>
          {t('setup.begin')}
        </Button>
      </div>
    </section>
  );
}

function Done({ onFinish }: { readonly onFinish: (where: string) => void }): ReactNode {
  return (
    <section className="setup-card">
      <Lamp size={88} />
      <h1>{t('setup.done')}</h1>
      <p className="lead">{t('setup.doneLead')}</p>
      <div className="setup-foot">
        <Button look="primary" icon="chat" onClick={() => onFinish('/conversations/new')}>
          {t('setup.talk')}
        </Button>
      </div>
    </section>
  );
}
