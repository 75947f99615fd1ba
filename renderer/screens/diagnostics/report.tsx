import { type ReactNode, useState } from 'react';
import { useAct } from '../../bridge/hooks.ts';
import { copyText } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';

/** The report for somebody who helps: copied, and shown, so that whoever sends it on has read it. */
export function Report(): ReactNode {
  const report = useAct('host.report');
  const toast = useToast();
  const [text, setText] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    const made = await report.run({});
    if (made === undefined) return;
    setText(made.text);
    const copied = await copyText(document, made.text);
    toast({ text: t(copied ? 'action.copied' : 'report.byHand') });
  };
  return (
    <Section title={t('report.title')} lead={t('report.lead')}>
      <div className="card">
        <div className="link-foot">
          <Button icon="copy" busy={report.busy} onClick={() => void copy()}>
            {t('report.copy')}
          </Button>
        </div>
        {report.failure && <ReasonNote reason={report.failure.reason} />}
        {text !== null && (
          <pre className="report" tabIndex={0} role="region" aria-label={t('report.title')}>
            {text}
          </pre>
        )}
      </div>
    </Section>
  );
}
