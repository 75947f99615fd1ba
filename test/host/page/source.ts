/* The two scripts that a page gets before its own first one, as text: one for its world, one for the preload's. */
import { createBridgeEnd } from './bridge.ts';
import { createCodec } from './codec.ts';
import { runPreload } from './preload.ts';

/** The name of the world the preload runs in, as Electron calls it. */
export const preloadWorld = 'Electron Isolated Context';

/** The binding of that world through which it reaches the process, and the function through which it is reached. */
export const sendBinding = '__standInSend';
export const receiveFunction = '__standInReceive';

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
