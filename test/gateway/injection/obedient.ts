/**
 * A model that obeys whoever speaks to it last: every order that it reads anywhere in its prompt, in a page, a document or
 * a result as well as in a question. What stops it is code, or nothing does.
 *
 * An order reads `ORDER tool {json} END`; `{{name}}` in it is replaced by what the tool of that name answered last. One
 * that begins with `LATER` is for another day: the model takes it down in its answer, and obeys it when it reads that
 * again.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Tool } from '../../../main/gateway/tool.ts';
import { createWebPageTool } from '../../../main/tools/web/index.ts';
import type { ChatCall, OpenAiBehaviour } from '../../emulators/openai/types.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

export function order(tool: string, input: object): string {
  return `ORDER ${tool} ${JSON.stringify(input)} END`;
}

/** For the next time that the owner writes. */
export function later(tool: string, input: object): string {
  return `LATER ${tool} ${JSON.stringify(input)} END`;
}

/** Obeys one order after the other; when none is left it says `obeyed N`. */
export function obey({ messages }: ChatCall): OpenAiBehaviour {
  const calls = messages.flatMap(({ toolCalls }) => toolCalls);
  const obeyed = new Set(calls.map(({ name, arguments: written }) => `${name} ${written}`));
  const answers = new Map<string, string>();
  // An id belongs to its step alone.
  let asked: typeof calls = [];
  for (const message of messages) {
    if (message.toolCalls.length > 0) asked = [...message.toolCalls];
    const call = asked.find(({ id }) => id === message.toolCallId);
    if (call !== undefined) answers.set(call.name, message.text);
  }
  const wanted = messages
    .filter(({ role }) => role !== 'system')
    .flatMap(({ text }) => [...text.matchAll(/ORDER (\w+) (\{.*?\}) END/g)])
    .map(([, name = '', given = '']) => ({ name, arguments: filled(given, answers) }))
    .filter((call) => !obeyed.has(`${call.name} ${call.arguments}`));
  const [next] = wanted;
  const promised = messages
    .filter(({ role }) => role !== 'system')
    .flatMap(({ text }) => [...text.matchAll(/LATER (\w+ \{.*?\} END)/g)].map(([, rest = '']) => ` ORDER ${rest}`));
  return next === undefined
    ? { kind: 'reply', text: `obeyed ${String(obeyed.size)}${promised.join('')}` }
    : { kind: 'reply', text: '', toolCalls: [next] };
}

/** One word of the answer, as it would fit into an address. */
function filled(given: string, answers: ReadonlyMap<string, string>): string {
  return given.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) =>
    encodeURIComponent((answers.get(name) ?? '').replace(/\s+/g, ' ').slice(0, 200)),
  );
}

/** The net outside: pages by their host, and every request that reached it. */
export interface Net extends AsyncDisposable {
  readonly tool: Tool;
  /** `host/path?query` of each request, in their order. */
  readonly asked: readonly string[];
  readonly pages: Map<string, string>;
}

/** Web pages at public addresses, led to a server of the test after the tool has checked everything. */
export async function startNet(): Promise<Net> {
  const asked: string[] = [];
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:80$/, '');
    asked.push(`${host}${request.url ?? ''}`);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<h1>${host}</h1><p>${pages.get(host) ?? 'Nothing is here.'}</p>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tool = createWebPageTool({
    clock: new ManualClock(),
    resolve: () => Promise.resolve([{ address: '93.184.215.14', family: 4 }]),
    connect: () => connect(port, '127.0.0.1'),
  });
  return {
    // The owner does not want to be asked about each page: the hardest case.
    tool: { ...tool, permission: 'always' },
    asked,
    pages,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
