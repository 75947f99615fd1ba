/* The scripts that a page gets before its own first one, as text: for its world, for the preload's, and for the title. */
import { createBridgeEnd } from './bridge.ts';
import { createCodec } from './codec.ts';
import { runPreload } from './preload.ts';

/** The name of the world the preload runs in, as Electron calls it. */
export const preloadWorld = 'Electron Isolated Context';

/** The binding of that world through which it reaches the process, and the function through which it is reached. */
export const sendBinding = '__standInSend';
export const receiveFunction = '__standInReceive';

/** A world of the stand-in's own, which reports the title: Chromium tells no other process when it changes. */
export const titleWorld = 'Stand-in Title';
export const titleBinding = '__standInTitle';

function watchTitle(report: (title: string) => void): void {
  let last = '';
  const look = (): void => {
    if (document.title === last) return;
    last = document.title;
    report(last);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

export function titleScript(): string {
  return `if (window === window.top) (${watchTitle.toString()})(globalThis.${titleBinding});`;
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
