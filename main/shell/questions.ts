/** Questions to the person at the computer, each with its answer as a word. */
import type { Dialog } from 'electron';
import { aboutBox, licencesButton, type AboutFacts } from './about.ts';
import type { Say } from './words.ts';

type Asks = Pick<Dialog, 'showMessageBox'>;

/** The page crashed again and again: is it to be tried once more? */
export async function askReopening(dialog: Asks, say: Say): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Porchlight',
    message: say('window.gone.title'),
    detail: say('window.gone.detail'),
    buttons: [say('window.gone.again'), say('window.gone.leave')],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

/** Without a tray, nothing would show that it goes on. */
export async function askClosing(dialog: Asks, say: Say): Promise<'hide' | 'quit' | 'stay'> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Porchlight',
    message: say('close.title'),
    detail: say('close.detail'),
    buttons: [say('close.hide'), say('close.quit'), say('close.cancel')],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return (['hide', 'quit', 'stay'] as const)[response] ?? 'stay';
}

/** Whether the person wants to see the licences. */
export async function showAbout(dialog: Asks, facts: AboutFacts, say: Say): Promise<boolean> {
  const { response } = await dialog.showMessageBox(aboutBox(facts, say));
  return response === licencesButton;
}
