/** Every part that screens are made of, in every state it has: to look at while one is changed. */
import { Switch } from '@base-ui/react/switch';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from '../../../renderer/components/button.tsx';
import { Confirm, Dialog } from '../../../renderer/components/dialog.tsx';
import { SelectField, TextField } from '../../../renderer/components/field.tsx';
import { Icon, iconNames, Lamp } from '../../../renderer/components/icons.tsx';
import { LinkPill } from '../../../renderer/components/link-state.tsx';
import { Markdown } from '../../../renderer/components/markdown.tsx';
import { Menu } from '../../../renderer/components/menu.tsx';
import { ModelBadges } from '../../../renderer/components/model-about.tsx';
import { ModelPicker } from '../../../renderer/components/model-picker.tsx';
import { Page, Section } from '../../../renderer/components/page.tsx';
import { ProgressBar } from '../../../renderer/components/progress-bar.tsx';
import { ProviderNote } from '../../../renderer/components/provider-note.tsx';
import { PullProgress } from '../../../renderer/components/pull-progress.tsx';
import { QrCode } from '../../../renderer/components/qr-code.tsx';
import { ReasonNote } from '../../../renderer/components/reason-note.tsx';
import { Spinner } from '../../../renderer/components/spinner.tsx';
import { TestResult } from '../../../renderer/components/test-result.tsx';
import { useToast } from '../../../renderer/components/toast.tsx';
import { links, messages, now } from './data.ts';
import { pulls } from './data-models.ts';

export function Parts(): ReactNode {
  return (
    <Page title="Parts" lead="What every screen is made of, in every state." step={<Appearance />}>
      <Colours />
      <Buttons />
      <Fields />
      <Notes />
      <States />
      <Waiting />
      <Floating />
      <Section title="Reply">
        <Markdown text={messages.find(({ id }) => id === 'm2')?.text ?? ''} />
      </Section>
      <Section title="QR code">
        <div className="part-small">
          <QrCode text="https://example.org/porchlight" label="A QR code" />
        </div>
      </Section>
      <Icons />
    </Page>
  );
}

/** The row of one part; `name` says which. */
function Part({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="part">
      <p className="muted small">{name}</p>
      <div className="part-row">{children}</div>
    </div>
  );
}

const themes = ['system', 'light', 'dark'] as const;

function Appearance(): ReactNode {
  const [theme, setTheme] = useState<(typeof themes)[number]>('system');
  const [direction, setDirection] = useState<'ltr' | 'rtl'>('ltr');
  return (
    <span className="part-row">
      <span className="segments" role="group" aria-label="Theme">
        {themes.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={theme === each}
            onClick={() => {
              setTheme(each);
              document.documentElement.dataset['theme'] = each;
            }}
          >
            {each}
          </button>
        ))}
      </span>
      <span className="segments" role="group" aria-label="Direction">
        {(['ltr', 'rtl'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={direction === each}
            onClick={() => {
              setDirection(each);
              document.documentElement.dir = each;
            }}
          >
            {each}
          </button>
        ))}
      </span>
    </span>
  );
}

const tokens = ['ground', 'surface', 'raised', 'sunk', 'hover', 'chosen', 'line', 'line-strong', 'ink', 'ink-soft'];
const signals = [
  'accent',
  'accent-strong',
  'glow',
  'bubble',
  'good',
  'bad',
  'bad-ground',
  'warn',
  'warn-ground',
  'focus',
];

function Colours(): ReactNode {
  return (
    <Section title="Tokens" lead="renderer/styles/tokens.css">
      <ul className="part-row">
        {[...tokens, ...signals].map((name) => (
          <li key={name} className="part-colour">
            <span style={{ background: `var(--${name})` }} />
            <small>{name}</small>
          </li>
        ))}
      </ul>
      <div className="part">
        {['small', 'large', 'title'].map((name) => (
          <p key={name} style={{ fontSize: `var(--text-${name})` }}>
            {name}: what a person reads
          </p>
        ))}
        <p>
          text: what a person reads, and {'a link: '}
          <a href="#parts">where it leads</a>
        </p>
      </div>
    </Section>
  );
}

const looks = ['primary', 'plain', 'quiet', 'danger'] as const;

function Buttons(): ReactNode {
  return (
    <Section title="Buttons">
      {looks.map((look) => (
        <Part key={look} name={look}>
          <Button look={look}>Normal</Button>
          <Button look={look} icon="plus">
            With a sign
          </Button>
          <Button look={look} size="small">
            Small
          </Button>
          <Button look={look} busy>
            Busy
          </Button>
          <Button look={look} disabled>
            Disabled
          </Button>
        </Part>
      ))}
      <Part name="icon button">
        <IconButton icon="send" label="Quiet" />
        <IconButton icon="send" label="Primary" look="primary" />
        <IconButton icon="send" label="Disabled" disabled />
        <IconButton icon="up" label="At its end" aria-disabled />
      </Part>
      <Part name="segments">
        <span className="segments" role="group" aria-label="Segments">
          <button type="button" aria-pressed>
            Chosen
          </button>
          <button type="button" aria-pressed={false}>
            Other
          </button>
        </span>
      </Part>
    </Section>
  );
}

function Fields(): ReactNode {
  const [typed, setTyped] = useState('Something typed');
  return (
    <Section title="Fields">
      <div className="form">
        <TextField
          label="Text"
          help="A sentence of help."
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <TextField label="Empty" placeholder="What it is for" />
        <TextField
          label="Wrong"
          defaultValue="htp:/"
          trouble={<p className="field-trouble">An address begins with https://.</p>}
        />
        <TextField label="Disabled" defaultValue="Set by a file" disabled />
        <SelectField label="Choice" help="One of them.">
          <option>First</option>
          <option>Second</option>
        </SelectField>
      </div>
      <Part name="switch">
        <Switch.Root className="switch" aria-label="Off">
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        <Switch.Root className="switch" aria-label="On" defaultChecked>
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        <Switch.Root className="switch" aria-label="Disabled" defaultChecked disabled>
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      </Part>
    </Section>
  );
}

function Notes(): ReactNode {
  const retry = (): void => undefined;
  return (
    <Section title="Notes">
      <div className="stack">
        <ReasonNote reason={{ code: 'model.timeout', params: { model: 'qwen3:8b' } }} retry={retry} />
        <ReasonNote reason={{ code: 'model.timeout', params: { model: 'qwen3:8b' } }} retry={retry} busy />
        <ReasonNote reason={{ code: 'settings.restored', params: { name: 'settings.json' } }} tone="warning" />
        <ReasonNote reason={{ code: 'access.overheard' }} tone="quiet" />
        <ReasonNote reason={null} retry={retry} />
        <ProviderNote
          reason={{ code: 'model.network', params: { provider: 'Ollama' } }}
          detail="connect ECONNREFUSED 127.0.0.1:11434"
        />
        <TestResult test={{ ok: true, latency: 412, said: 'OK' }} />
        <p className="empty">Nothing is here yet, and what brings something.</p>
      </div>
    </Section>
  );
}

function States(): ReactNode {
  return (
    <Section title="States">
      <Part name="links">
        {links.map((link) => (
          <LinkPill key={link.id} link={link} now={now} />
        ))}
      </Part>
      <Part name="badges, tags, keys">
        {(['window', 'telegram', 'whatsapp', 'api'] as const).map((kind) => (
          <span key={kind} className="badge" data-kind={kind}>
            <Icon name={kind} />
          </span>
        ))}
        <span className="tag">Group</span>
        <ModelBadges model={{ sees: true, tools: true, thinks: true }} />
        <kbd>Ctrl + K</kbd>
        <span className="unread-count">3</span>
        <mark>found</mark>
      </Part>
      <Part name="lamp">
        <Lamp />
        <Lamp lit={false} />
        <Lamp size={56} />
      </Part>
    </Section>
  );
}

function Waiting(): ReactNode {
  return (
    <Section title="Waiting">
      <Part name="spinner">
        <Spinner />
        <Spinner label="Reading" />
      </Part>
      <div className="stack">
        <ProgressBar share={0} label="Nothing yet" busy />
        <ProgressBar share={0.43} label="Some" busy />
        <ProgressBar share={1} label="All" busy={false} />
        <ProgressBar share={null} label="Nobody knows" busy />
      </div>
      <ul className="card rows">
        {pulls.map((pull) => (
          <li key={pull.name}>
            <PullProgress pull={pull} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Floating(): ReactNode {
  const [open, setOpen] = useState<'dialog' | 'confirm' | 'picker' | null>(null);
  const toast = useToast();
  const close = (): void => setOpen(null);
  const undo = (): void => undefined;
  return (
    <Section title="What floats">
      <Part name="opened by">
        <Button onClick={() => setOpen('dialog')}>Dialog</Button>
        <Button onClick={() => setOpen('confirm')}>Question</Button>
        <Button onClick={() => setOpen('picker')}>Picker</Button>
        <Button onClick={() => toast({ text: 'It is done.', step: { label: 'Undo', run: undo } })}>Toast</Button>
        <Menu
          label="A menu"
          items={['First', 'Second', 'Third'].map((label) => ({ label, run: undo }))}
          button={(props) => <Button {...props}>Menu</Button>}
        />
      </Part>
      <Dialog open={open === 'dialog'} onClose={close} title="A dialog">
        <TextField label="First field" />
        <div className="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" onClick={close}>
            Save
          </Button>
        </div>
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        onClose={close}
        title="Delete it?"
        text="What goes with it, and what stays."
        doIt="Delete"
        onDoIt={close}
      />
      <ModelPicker open={open === 'picker'} onClose={close} title="Choose a model" chosen={null} onChoose={undo} />
    </Section>
  );
}

function Icons(): ReactNode {
  return (
    <Section title="Icons">
      <ul className="part-row">
        {iconNames.map((name) => (
          <li key={name} className="part-icon">
            <Icon name={name} />
            <small>{name}</small>
          </li>
        ))}
      </ul>
    </Section>
  );
}
