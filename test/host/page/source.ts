/* The scripts that a page gets before its own first one, as text: for its world, for the preload's, and for the title. */
import { createBridgeEnd } from './bridge.ts';
import { createCodec } from './codec.ts';
import { runPreload } from './preload.ts';

/** The name of the world the preload runs in, as Electron calls it. */
export const preloadWorld = 'Electron Isolated Context';

/** The binding of that world through which it reaches the process, and the function through which it is reached. */
export const sendBinding = '__standInSend';
export const receiveFunction = '__standInReceive';

/** A world of the stand-in's own, which reports what Chromium tells no other process: titles and right clicks. */
export const watchWorld = 'Stand-in Watch';
export const titleBinding = '__standInTitle';
export const menuBinding = '__standInMenu';

/** What a right click was made on. */
export interface Clicked {
  readonly x: number;
  readonly y: number;
  readonly isEditable: boolean;
  readonly selectionText: string;
}

function watchTitle(report: (title: string) => void): void {
  let last = '';
  const look = (): void => {
    if (document.title === last) return;
    last = document.title;
    report(last);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

/** A page that shows a menu of its own prevents the event, and then there is no other. */
function watchMenu(report: (clicked: string) => void): void {
  addEventListener('contextmenu', ({ clientX: x, clientY: y, defaultPrevented, target }) => {
    if (defaultPrevented) return;
    const field = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement ? target : null;
    const inField = field?.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
    const isEditable = field !== null ? !field.readOnly : target instanceof HTMLElement && target.isContentEditable;
    const clicked: Clicked = { x, y, isEditable, selectionText: inField ?? getSelection()?.toString() ?? '' };
    report(JSON.stringify(clicked));
  });
}

export function watchScript(): string {
  const watches = [
    `(${watchTitle.toString()})(globalThis.${titleBinding});`,
    `(${watchMenu.toString()})(globalThis.${menuBinding});`,
  ];
  return `if (window === window.top) { ${watches.join(' ')} }`;
}

export interface PageScripts {
  readonly page: string;
  readonly preload: string;
}

/** `secret` names the events between the two worlds; it must be new for each window. */
export function pageScripts(secret: string, preload: string, process: Readonly<Record<string, unknown>>): PageScripts {
  const up = JSON.stringify(`up-${secret}`);
  const down = JSON.stringify(`down-${secret}`);
  const main = 'if (window !== window.top) return;'; // as in Electron, subframes get no preload
  return {
    page: `(() => { ${main} (${createBridgeEnd.toString()})({ send: ${up}, receive: ${down} }); })();`,
    preload: `(() => {
      ${main}
      const post = globalThis.${sendBinding};
      delete globalThis.${sendBinding};
      const bridge = (${createBridgeEnd.toString()})({ send: ${down}, receive: ${up} });
      const receive = (${runPreload.toString()})({
        bridge, codec: (${createCodec.toString()})(), post, process: ${JSON.stringify(process)},
        script: (require, module, exports, process) => {\n${preload}\n},
      });
      Object.defineProperty(globalThis, '${receiveFunction}', { value: receive });
    })();`,
  };
}
