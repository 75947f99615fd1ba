/*
 * Every request of every page and worker passes here before it is sent. Ours are answered by the app, loopback goes
 * through, everything else fails and is written down. Navigations of a page by itself are asked about first.
 */
import type { CdpSession, Protocol } from './cdp.ts';
import type { StandInRecord } from './record.ts';
import type { Schemes } from './schemes.ts';

type Paused = Protocol.Fetch.requestPausedPayload;

/** Whether the main frame of this page may go to this address (Chromium's form of it). */
export type AskNavigation = (targetId: string, url: string) => boolean;

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether an address stays on this machine. */
export function isLoopback(url: string): boolean {
  return loopback.has(new URL(url).hostname);
}

function bodyOf(request: Protocol.Network.Request): Uint8Array<ArrayBuffer> | undefined {
  if (!request.hasPostData) return undefined;
  const parts = (request.postDataEntries ?? []).map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'));
  return new Uint8Array(Buffer.concat(parts));
}

/** Starts to intercept. Must be called before the first page exists. */
export async function intercept(
  browser: CdpSession,
  schemes: Schemes,
  record: StandInRecord,
  mayNavigate: AskNavigation,
): Promise<void> {
  const fail = (requestId: string, errorReason: Protocol.Network.ErrorReason): void => {
    browser.post('Fetch.failRequest', { requestId, errorReason });
  };

  const decide = async ({ requestId, request, resourceType, frameId }: Paused): Promise<void> => {
    if (resourceType === 'Document' && !mayNavigate(frameId, request.url)) return fail(requestId, 'Aborted');
    const { url, method, headers } = request;
    const response = await schemes.answer({ url, method, headers, body: bodyOf(request) });
    if (response) {
      const { status: responseCode, headers: responseHeaders, body } = response;
      browser.post('Fetch.fulfillRequest', {
        requestId,
        responseCode,
        responseHeaders: [...responseHeaders],
        body: body.toString('base64'),
      });
    } else if (isLoopback(url)) {
      browser.post('Fetch.continueRequest', { requestId });
    } else {
      record.blockedRequests.push(schemes.toApp(url));
      fail(requestId, 'BlockedByClient');
    }
  };

  /** As in Electron, a handler that throws is a failed request. */
  const decideOrFail = async (paused: Paused): Promise<void> => {
    try {
      await decide(paused);
    } catch (error) {
      console.error(error);
      fail(paused.requestId, 'Failed');
    }
  };

  browser.on('Fetch.requestPaused', (paused) => {
    void decideOrFail(paused);
  });
  await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}
