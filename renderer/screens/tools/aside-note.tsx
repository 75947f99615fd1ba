/**
 * What was kept aside when two changes met in one place, beside what stands there now. Whichever is chosen, the copy goes;
 * and with one press everything is as it was.
 */
import { Fragment, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Loading } from '../../components/loading.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';
import { type ComparedLine, compareLines } from './compare-lines.ts';
import { notePath } from './notes.ts';

export interface AsideNoteProps {
  readonly name: string;
  /** The note it was kept aside from. */
  readonly from: string;
}

export function AsideNote({ name, from }: AsideNoteProps): ReactNode {
  const aside = useCall('memory.read', { name });
  const standing = useCall('memory.read', { name: from });
  const failed = [aside, standing].find(({ failure }) => failure !== null);
  if (failed?.failure) return <ReasonNote reason={failed.failure.reason} retry={failed.again} />;
  if (!aside.value || !standing.value) return <Loading />;
  if (aside.value.text === null) return <p className="empty">{t('memory.asideGone')}</p>;
  return <Compared name={name} from={from} kept={aside.value.text} stands={standing.value.text} />;
}

interface ComparedProps extends AsideNoteProps {
  readonly kept: string;
  /** Null: the note itself is gone. */
  readonly stands: string | null;
}

function Compared({ name, from, kept, stands }: ComparedProps): ReactNode {
  const stale = ['memory.get', 'memory.read', 'memory.search'] as const;
  const save = useAct('memory.save', stale);
  const remove = useAct('memory.remove', stale);
  const create = useAct('memory.create', stale);
  const [, go] = useLocation();
  const toast = useToast();
  const { one, other } = compareLines(stands ?? '', kept);
  const same = stands === kept;
  const choose = async (isKept: boolean): Promise<void> => {
    // What is chosen is stored before the copy of it goes.
    if (isKept && (await save.run({ name: from, text: kept, base: stands ?? '' })) === undefined) return;
    if ((await remove.run({ name, base: kept })) === undefined) return;
    const back = async (): Promise<void> => {
      if ((await create.run({ name, text: kept })) === undefined || !isKept) return;
      if (stands === null) await remove.run({ name: from, base: kept });
      else await save.run({ name: from, text: stands, base: kept });
    };
    toast({
      text: t(isKept ? 'memory.tookAside' : 'memory.keptStanding', { name: from }),
      step: { label: t('action.undo'), run: () => void back() },
    });
    go(notePath(from));
  };
  const failure = save.failure ?? remove.failure ?? create.failure;
  return (
    <div className="note-aside">
      <p>{t(same ? 'memory.asideSame' : 'memory.asideLead', { name: from })}</p>
      <div className="note-sides">
        <Side label={t('memory.stands', { name: from })} lines={stands === null ? null : one} />
        <Side label={t('memory.aside')} lines={other} />
      </div>
      {failure && <ReasonNote reason={failure.reason} />}
      <span className="note-steps">
        <Button busy={remove.busy} onClick={() => void choose(false)}>
          {t('memory.keepStanding')}
        </Button>
        {!same && (
          <Button busy={save.busy} onClick={() => void choose(true)}>
            {t('memory.takeAside')}
          </Button>
        )}
      </span>
    </div>
  );
}

interface SideProps {
  readonly label: string;
  /** Null: there is nothing any more. */
  readonly lines: readonly ComparedLine[] | null;
}

function Side({ label, lines }: SideProps): ReactNode {
  return (
    <section className="note-side" aria-label={label}>
      <h4>{label}</h4>
      {lines === null ? (
        <p className="empty">{t('memory.noneStands')}</p>
      ) : (
        <pre tabIndex={0} role="group" aria-label={label} dir="auto">
          {lines.map(({ text, differs }, index) => (
            <Fragment key={index}>
              {differs ? <mark>{text}</mark> : text}
              {'\n'}
            </Fragment>
          ))}
        </pre>
      )}
    </section>
  );
}
