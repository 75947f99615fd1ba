/** The steps of a reply in their order. Results were written by others: they are shown as plain text and nothing else. */
import { type ReactNode, useState } from 'react';
import type { StepView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import { Given } from '../../components/given.tsx';
import { Icon, type IconName } from '../../components/icons.tsx';
import { PlainText } from '../../components/plain-text.tsx';
import { readableJson, toolReason, toolTitle } from '../../components/tool-words.ts';
import { visible } from '../../components/visible.ts';
import { latency } from '../../format.ts';
import { t, type Words } from '../../i18n.ts';

export function StepList({ steps }: { readonly steps: readonly StepView[] }): ReactNode {
  return (
    <ol className="step-list">
      {steps.map((step) => (
        <li key={step.position}>
          {step.reasoning !== '' && <Thought text={step.reasoning} />}
          {/* The words of the last step are the reply itself. */}
          {step.text !== '' && step.calls.length > 0 && (
            <p className="step-text" dir="auto">
              {visible(step.text)}
            </p>
          )}
          {step.calls.map((call) => (
            <Call key={call.id} call={call} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Thought({ text }: { readonly text: string }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="unfold" />
        <span>{t('steps.reasoning')}</span>
      </button>
      {open && (
        <p className="step-text" dir="auto">
          {visible(text)}
        </p>
      )}
    </>
  );
}

const states: Readonly<Record<ToolCallView['state'], { readonly icon: IconName; readonly word: Words }>> = {
  pending: { icon: 'clock', word: 'call.pending' },
  asking: { icon: 'clock', word: 'call.asking' },
  allowed: { icon: 'clock', word: 'call.allowed' },
  running: { icon: 'clock', word: 'call.running' },
  done: { icon: 'check', word: 'call.done' },
  failed: { icon: 'warning', word: 'call.failed' },
  refused: { icon: 'close', word: 'call.refused' },
  unsure: { icon: 'warning', word: 'call.unsure' },
};

function Call({ call }: { readonly call: ToolCallView }): ReactNode {
  const [open, setOpen] = useState(false);
  const { name, state, reason, begunAt, endedAt } = call;
  const took = state === 'done' && begunAt !== null && endedAt !== null ? ` · ${latency(endedAt - begunAt)}` : '';
  return (
    <div className="step-call" data-state={state}>
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={states[state].icon} />
        <span>
          <strong>{toolTitle(name)}</strong>
          <span className="muted">{` · ${t(states[state].word)}${took}`}</span>
        </span>
      </button>
      {reason && <p className="step-reason">{toolReason(reason)}</p>}
      {open && <About call={call} />}
    </div>
  );
}

function About({ call }: { readonly call: ToolCallView }): ReactNode {
  const { result, resultLength } = call;
  return (
    <div className="step-about">
      <Given text={call.arguments} />
      {result !== null && result !== '' && (
        <PlainText label={t('steps.answered')} text={readableJson(result)} here={result.length} length={resultLength} />
      )}
    </div>
  );
}
