/** Entry of the window. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fallbackLanguage } from '../preload/contract/languages.ts';
import { App } from './app.tsx';
import { createRuntime } from './bridge/runtime.ts';
import { chooseTransport } from './bridge/transport.ts';
import { speech, spokenLanguage, t } from './i18n.ts';
import { languageAtFirst, markLanguage } from './language.ts';
import { beginWithTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/thread.css';
import './styles/markdown.css';
import './styles/pages.css';
import './styles/diagnostics.css';
import './styles/dialogs.css';
import './styles/setup.css';
import './styles/people.css';
import './styles/usage.css';
import './styles/models.css';
import './styles/palette.css';
import './styles/pairing.css';
import './styles/tools.css';
import './styles/steps.css';

const speaks = (): void => {
  markLanguage(document.documentElement, spokenLanguage());
  document.title = t('app.name');
};
beginWithTheme(document.documentElement, localStorage);
speech.subscribe(speaks);
// English is there in any case. The settings ask again for the language, and say so when it cannot be had.
await speech.speak(languageAtFirst(localStorage, navigator.languages)).catch(() => speech.speak(fallbackLanguage));
speaks();
const runtime = createRuntime(chooseTransport(window), (task) => requestAnimationFrame(task), localStorage);
const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <App runtime={runtime} />
  </StrictMode>,
);
