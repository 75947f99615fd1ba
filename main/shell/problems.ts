/** A start that did not succeed, told in a dialog with its ways out. Nothing is changed before a person chose it. */
import type { Dialog, MessageBoxOptions, Shell } from 'electron';
import { assertNever } from '../lib/assert-never.ts';
import type { StartProblem } from './ports.ts';
import type { Say } from './words.ts';

export type WayOut =
  | { readonly kind: 'end' }
  /** Start once more, with a backup in the place of the database when one is named. */
  | { readonly kind: 'again'; readonly restore: string | null };

export interface ProblemParts {
  readonly say: Say;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly shell: Pick<Shell, 'openExternal' | 'openPath'>;
}

type Choice =
  | { readonly label: string; readonly leadsTo: WayOut; readonly first?: () => Promise<unknown> }
  /** Does something and asks again. */
  | { readonly label: string; readonly leadsTo: null; readonly first: () => Promise<unknown> };

const end: WayOut = { kind: 'end' };

/** Resolves with what the person chose; closing the dialog is Quit, the last button. */
export async function tellProblem(parts: ProblemParts, problem: StartProblem): Promise<WayOut> {
  const choices = choicesOf(parts, problem);
  const { message, detail } = textOf(problem, parts.say);
  const box: MessageBoxOptions = {
    type: problem.kind === 'owned' ? 'info' : 'error',
    title: 'Porchlight',
    message,
    detail,
    buttons: choices.map(({ label }) => label),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
  };
  for (;;) {
    const { response } = await parts.dialog.showMessageBox(box);
    const choice = choices[response];
    if (choice === undefined) return end;
    await choice.first?.();
    if (choice.leadsTo !== null) return choice.leadsTo;
  }
}

function textOf(problem: StartProblem, say: Say): { readonly message: string; readonly detail: string } {
  switch (problem.kind) {
    case 'owned': {
      const { owner, dataDir } = problem;
      const detail =
        owner === null
          ? say('owned.other', { dataDir })
          : say(owner.mode === 'headless' ? 'owned.headless' : 'owned.desktop', { dataDir, pid: String(owner.pid) });
      return { message: say('owned.title'), detail };
    }
    case 'locked':
      return { message: say('locked.title'), detail: say('locked.body') };
    case 'data':
    case 'other':
      return { message: say('problem.title'), detail: problem.sentence };
    default:
      return assertNever(problem, 'start problem');
  }
}

function choicesOf({ shell, say }: ProblemParts, problem: StartProblem): readonly Choice[] {
  const quit: Choice = { label: say('problem.quit'), leadsTo: end };
  switch (problem.kind) {
    case 'owned': {
      const url = browserAddress(problem.owner?.url ?? null);
      if (url === null) return [quit];
      return [{ label: say('owned.browser'), leadsTo: end, first: () => shell.openExternal(url) }, quit];
    }
    case 'data': {
      const { backup, passing, dataDir } = problem;
      const again: Choice = { label: say('problem.again'), leadsTo: { kind: 'again', restore: null } };
      const restore: Choice = { label: say('problem.restore'), leadsTo: { kind: 'again', restore: backup } };
      const folder: Choice = { label: say('problem.folder'), leadsTo: null, first: () => shell.openPath(dataDir) };
      return [...(backup === null ? [] : [restore]), ...(passing ? [again] : []), folder, quit];
    }
    case 'locked':
      return [{ label: say('problem.again'), leadsTo: { kind: 'again', restore: null } }, quit];
    case 'other':
      return [quit];
    default:
      return assertNever(problem, 'start problem');
  }
}

/** The file that names the owner is only a note: what it says is opened as a web page or not at all. */
function browserAddress(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? href : null;
}
