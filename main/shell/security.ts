/**
 * What a page may not do, for every page the app will ever have. Electron's defaults are those of a browser without
 * its questions: permissions are granted, links and windows open. Here everything is refused, and an address leaves the
 * app only after a person has read it.
 */
import type { App, Dialog, MessageBoxOptions, Session, Shell, WebContents } from 'electron';
import { isOwnAddress } from './protocol.ts';
import type { Say } from './words.ts';

export interface OutsideParts {
  readonly say: Say;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly shell: Pick<Shell, 'openExternal'>;
}

/** No page gets a camera, a place, a notification, a clipboard. */
export function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
}

/** Binds every page there will be: it stays where it is, opens nothing, embeds nothing. Before the first window. */
export function confinePages(app: App, outside: (url: string) => void): void {
  app.on('web-contents-created', (_event, contents) => confine(contents, outside));
}

function confine(contents: WebContents, outside: (url: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    outside(url);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (event) => {
    if (isOwnAddress(event.url)) return;
    event.preventDefault();
    outside(event.url);
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** What may leave the app: parsed https and mail addresses, nothing else. */
export function outsideAddress(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'mailto:' ? url : null;
}

/** Longer ones are cut in the dialog; host and scheme, which decide, stand before the cut. */
const longestShown = 600;

/**
 * Hands an address to the system after showing it. One question at a time: a page that asks for a hundred windows gets
 * one, and the others are dropped.
 */
export function createOutside(parts: OutsideParts): (url: string) => Promise<void> {
  let asking = false;
  return async (text) => {
    if (asking) return;
    asking = true;
    try {
      const url = outsideAddress(text);
      const { response } = await parts.dialog.showMessageBox(
        url === null ? refusal(text, parts.say) : question(url, parts.say),
      );
      if (url !== null && response === 0) await parts.shell.openExternal(url.href);
    } finally {
      asking = false;
    }
  };
}

function question(url: URL, say: Say): MessageBoxOptions {
  const mail = url.protocol === 'mailto:';
  return {
    type: 'question',
    message: mail ? say('link.ask-mail', { address: url.pathname }) : say('link.ask', { host: url.host }),
    detail: url.href.slice(0, longestShown),
    buttons: [say('link.open'), say('link.cancel')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  };
}

function refusal(text: string, say: Say): MessageBoxOptions {
  return {
    type: 'info',
    message: say('link.refused'),
    detail: say('link.refused.detail', { address: text.slice(0, longestShown) }),
    buttons: [say('link.cancel')],
  };
}
