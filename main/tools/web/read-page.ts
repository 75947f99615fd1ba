/** One page, from its address to its text: asked for, followed through its redirects, unpacked and read. */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import type { ToolResult } from '../../gateway/tool.ts';
import { decodeText, readBody } from './body.ts';
import { textOfPage } from './page-text.ts';
import { askPage, type RequestDeps } from './request.ts';

/** Bytes of a body, unpacked. */
const largestPage = 2 * 1024 * 1024;
const mostRedirects = 5;

/** Rejects when the connection breaks off in the middle or `signal` is aborted; all else is a result. */
export async function readPage(deps: Partial<RequestDeps>, first: URL, signal: AbortSignal): Promise<ToolResult> {
  const asking: RequestDeps = { resolve: (host) => lookup(host, { all: true }), ...deps };
  let url = first;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const asked = await askPage(asking, url, signal);
    if (!asked.ok) return no(asked.failure);
    const response = asked.value;
    const next = redirectOf(response, url);
    if (next === null) return answerOf(response, url, signal);
    response.destroy();
    url = next;
  }
  return no(`${first.host} sends from one address to the next without an end.`);
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return null;
  return URL.parse(location, from.href);
}

async function answerOf(response: IncomingMessage, url: URL, signal: AbortSignal): Promise<ToolResult> {
  const { statusCode = 0 } = response;
  const type = response.headers['content-type'] ?? 'text/plain';
  if (statusCode < 200 || statusCode > 299 || !isText(type)) {
    response.destroy();
    return no(
      isText(type)
        ? `${url.href} answers with status ${String(statusCode)}.`
        : `${url.href} is no text (${type.slice(0, 80)}).`,
    );
  }
  const body = await readBody(response, largestPage, signal);
  if (body === null) {
    response.destroy();
    return no(`${url.href} is packed in a way that cannot be unpacked here.`);
  }
  const raw = decodeText(body.bytes, type);
  const cut = body.cut ? '\n\n(The page is longer than 2 MB; the rest was not read.)' : '';
  if (!/\bx?html\b/i.test(type)) return { ok: true, text: `${url.href}\n\n${raw.trim()}${cut}` };
  const page = await textOfPage({ html: raw, baseUrl: url.href }, signal);
  if (!page.ok) return no(page.failure);
  const { title, text } = page.value;
  return { ok: true, text: `${[title, url.href].filter((line) => line !== '').join('\n')}\n\n${text.trim()}${cut}` };
}

function isText(type: string): boolean {
  return /^(?:text\/|application\/(?:json|xml|xhtml\+xml|[\w.-]+\+(?:json|xml))\b)/i.test(type.trim());
}

function no(text: string): ToolResult {
  return { ok: false, text };
}
