/** What a person is told of the program itself, on the systems whose own about box says less. */
import type { MessageBoxOptions } from 'electron';
import type { Say } from './words.ts';

export interface AboutFacts {
  readonly version: string;
  /** `process.versions`. */
  readonly parts: Readonly<Record<string, string | undefined>>;
}

/** The button that leads to the licences of everything inside. */
export const licencesButton = 0;

export function aboutBox({ version, parts }: AboutFacts, say: Say): MessageBoxOptions {
  const { electron = '', chrome = '', node = '' } = parts;
  return {
    type: 'info',
    title: 'Porchlight',
    message: say('about.title', { version }),
    detail: say('about.detail', { electron, chrome, node }),
    buttons: [say('about.licences'), say('about.close')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  };
}
