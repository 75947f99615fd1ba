/** The window in front of a gateway made of data, for pictures of states that are hard to bring about. */
import { createRoot } from 'react-dom/client';
import { App } from '../../../renderer/app.tsx';
import { ipcConnection } from '../../../renderer/bridge/ipc.ts';
import { createRuntime } from '../../../renderer/bridge/runtime.ts';
import { speech, spokenLanguage } from '../../../renderer/i18n.ts';
import { markLanguage } from '../../../renderer/language.ts';
import { languageFor } from '../../../preload/contract/languages.ts';
import { dataBridge } from './data-bridge.ts';
import { drawnFile } from './drawn-file.ts';
import { PartsPage } from './parts-page.tsx';
import '../../../renderer/styles/tokens.css';
import '../../../renderer/styles/base.css';
import '../../../renderer/styles/controls.css';
import '../../../renderer/styles/shell.css';
import '../../../renderer/styles/thread.css';
import '../../../renderer/styles/markdown.css';
import '../../../renderer/styles/pages.css';
import '../../../renderer/styles/diagnostics.css';
import '../../../renderer/styles/dialogs.css';
import '../../../renderer/styles/setup.css';
import '../../../renderer/styles/people.css';
import '../../../renderer/styles/usage.css';
import '../../../renderer/styles/models.css';
import '../../../renderer/styles/palette.css';
import '../../../renderer/styles/pairing.css';
import '../../../renderer/styles/tools.css';
import '../../../renderer/styles/steps.css';
import './parts.css';

// Told from outside, once what is to be seen is there: `new CustomEvent('language', { detail: 'de' })`.
speech.subscribe(() => markLanguage(document.documentElement, spokenLanguage()));
window.addEventListener('language', (event) => {
  if (event instanceof CustomEvent) void speech.speak(languageFor([String(event.detail)]));
});

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no root.');
const connection = { ...ipcConnection(dataBridge()), readFile: drawnFile };
const runtime = createRuntime(connection, (task) => requestAnimationFrame(task), localStorage);
const parts = new URLSearchParams(location.search).has('parts');
createRoot(root).render(parts ? <PartsPage runtime={runtime} /> : <App runtime={runtime} />);
