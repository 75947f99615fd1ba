/*
 * One page of Chromium: opening it with the two worlds of a preload, what it reports, and the string that goes up and
 * down between the preload's world and this process.
 */
import { randomUUID } from 'node:crypto';
import type { Chromium } from './chromium.ts';
import type { CdpSession, Protocol } from './cdp.ts';
import { detached } from './failures.ts';
import type { Clicked } from './page/source.ts';
import {
  menuBinding,
  pageScripts,
  preloadWorld,
  receiveFunction,
  sendBinding,
  titleBinding,
  watchScript,
  watchWorld,
} from './page/source.ts';

export interface PageReports {
  /** The main frame shows another document (Chromium's address). */
  navigated(url: string): void;
  navigatedInPage(url: string): void;
  domReady(): void;
  loaded(): void;
  titled(title: string): void;
  rightClicked(clicked: Clicked): void;
  /** The page opens a WebSocket; those do not pass the interception of requests. */
  webSocket(url: string): void;
  message(payload: string): void;
  crashed(): void;
  /** The page asks for a new window, or for a navigation that Chromium would hand to the system. */
  asked(kind: 'window' | 'tab' | 'external', url: string, frameName: string): void;
}

export interface PageOptions {
  readonly width: number;
  readonly height: number;
  /** Text of the preload script; undefined when the window has none. */
  readonly preload: string | undefined;
  readonly process: Readonly<Record<string, unknown>>;
}

const carriedByChromium = new Set(['http:', 'https:', 'data:', 'blob:', 'about:', 'javascript:']);

export class PageLink {
  readonly targetId: string;
  readonly session: CdpSession;
  readonly #browser: CdpSession;
  #context: number | undefined;

  private constructor(browser: CdpSession, session: CdpSession, targetId: string) {
    this.#browser = browser;
    this.session = session;
    this.targetId = targetId;
  }

  static async open(chromium: Chromium, options: PageOptions, reports: PageReports): Promise<PageLink> {
    const { width, height } = options;
    const { browser } = chromium.connection;
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank', width, height });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new PageLink(browser, chromium.connection.session(sessionId), targetId);
    page.#listen(reports);
    await page.#prepare(options);
    return page;
  }

  async #prepare({ preload, process }: PageOptions): Promise<void> {
    const { session } = this;
    const ready: Promise<unknown>[] = [
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      session.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }),
      session.send('Runtime.addBinding', { name: titleBinding, executionContextName: watchWorld }),
      session.send('Runtime.addBinding', { name: menuBinding, executionContextName: watchWorld }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: watchScript(), worldName: watchWorld }),
    ];
    if (preload !== undefined) {
      const scripts = pageScripts(randomUUID(), preload, process);
      ready.push(
        session.send('Runtime.addBinding', { name: sendBinding, executionContextName: preloadWorld }),
        session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page }),
        session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.preload, worldName: preloadWorld }),
      );
    }
    await Promise.all(ready);
  }

  #listen(reports: PageReports): void {
    const { session } = this;
    const isMain = (frame: string): boolean => frame === this.targetId;
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) reports.navigated(frame.url + (frame.urlFragment ?? ''));
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (isMain(frameId)) reports.navigatedInPage(url);
    });
    session.on('Page.domContentEventFired', () => {
      reports.domReady();
    });
    session.on('Page.loadEventFired', () => {
      reports.loaded();
    });
    session.on('Page.windowOpen', ({ url, windowName }) => {
      reports.asked('window', url, windowName);
    });
    session.on('Page.frameRequestedNavigation', ({ url, disposition }) => {
      if (disposition === 'newTab' || disposition === 'newWindow') reports.asked('tab', url, '');
      else if (!carriedByChromium.has(new URL(url).protocol)) reports.asked('external', url, '');
    });
    session.on('Network.webSocketCreated', ({ url }) => {
      reports.webSocket(url);
    });
    session.on('Inspector.targetCrashed', () => {
      reports.crashed();
    });
    this.#listenToWorlds(reports);
  }

  #listenToWorlds(reports: PageReports): void {
    const { session } = this;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const frame = (context.auxData as { readonly frameId?: string } | undefined)?.frameId;
      if (context.name === preloadWorld && frame === this.targetId) this.#context = context.id;
    });
    session.on('Runtime.executionContextsCleared', () => {
      this.#context = undefined;
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === sendBinding && executionContextId === this.#context) reports.message(payload);
      if (name === titleBinding) reports.titled(payload);
      if (name === menuBinding) reports.rightClicked(JSON.parse(payload) as Clicked);
    });
  }

  /** Goes to an address; resolves once the document has come or has failed to (`errorText`). */
  navigate(url: string): Promise<Protocol.Page.navigateReturnValue> {
    return this.session.send('Page.navigate', { url });
  }

  /** Hands a string to the preload's world; lost when there is none, like a message to a page that is gone. */
  deliver(payload: string): void {
    const contextId = this.#context;
    if (contextId === undefined) return;
    const expression = `${receiveFunction}(${JSON.stringify(payload)})`;
    this.session.post('Runtime.evaluate', { expression, contextId });
  }

  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.session.send('Runtime.evaluate', options);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  resize(width: number, height: number): void {
    const { targetId } = this;
    const apply = async (): Promise<void> => {
      const { windowId } = await this.#browser.send('Browser.getWindowForTarget', { targetId });
      await this.#browser.send('Browser.setWindowBounds', { windowId, bounds: { width, height } });
    };
    void detached(apply());
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.targetId });
  }
}
