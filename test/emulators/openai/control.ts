/*
 * For a bench in another process. `GET /__control/requests?since=N` lists chat calls after number N, `POST /__control/next`
 * queues behaviours (JSON, so without gates). These requests are not recorded and need no key.
 */
import type { EventLog } from '../lib/event-log.ts';
import { sendJson } from '../lib/http.ts';
import type { Body, Exchange } from '../lib/http.ts';
import { isRecord, parseJson } from '../lib/json.ts';
import type { Script } from '../lib/script.ts';
import type { ChatCall, OpenAiBehaviour, RecordedRequest } from './types.ts';

/** True when the request was for the control endpoint and has been answered. */
export async function answerControl(
  exchange: Exchange,
  body: Body,
  log: EventLog<RecordedRequest>,
  script: Script<ChatCall, OpenAiBehaviour>,
): Promise<boolean> {
  if (!exchange.path.startsWith('/__control/')) return false;
  const command = `${exchange.method} ${exchange.path}`;
  if (command === 'GET /__control/requests') {
    const since = Number(exchange.query.get('since') ?? '0');
    sendJson(exchange, 200, { requests: log.items.filter((request) => request.number > since).map(summary) });
    return true;
  }
  if (command === 'POST /__control/next' && body.kind === 'body') {
    const value = parseJson(body.text);
    const behaviours = isRecord(value) ? value['behaviours'] : undefined;
    if (Array.isArray(behaviours) && behaviours.every(hasKind)) {
      script.next(...behaviours);
      sendJson(exchange, 200, { queued: behaviours.length });
      return true;
    }
  }
  sendJson(exchange, 400, { error: `Not a control command: ${command}` });
  return true;
}

function hasKind(value: unknown): value is OpenAiBehaviour {
  return isRecord(value) && typeof value['kind'] === 'string';
}

function summary(request: RecordedRequest) {
  const { headers: _headers, ...rest } = request;
  return rest;
}
