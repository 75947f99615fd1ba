/* `POST /api/pull`: progress as one JSON object a line. Source: Ollama's API documentation, "Pull a model". */
import { playFrames } from '../lib/frames.ts';
import type { Frame } from '../lib/frames.ts';
import { sendJson } from '../lib/http.ts';
import type { Exchange } from '../lib/http.ts';
import { digestOf, sizeOf } from './models.ts';
import type { ModelSpec } from './types.ts';

/** Holds back the download at its steps, by index of the progress line; `undefined` lets it pass. */
export type PullGates = readonly (Promise<void> | undefined)[];

const steps = 4;

/** Answers a pull; `model` is undefined when the library has none of that name. True once it is complete. */
export async function answerPull(
  exchange: Exchange,
  model: ModelSpec | undefined,
  stream: boolean,
  gates: PullGates,
): Promise<boolean> {
  if (model === undefined) {
    const error = { error: 'pull model manifest: file does not exist' };
    if (!stream) {
      sendJson(exchange, 500, error);
      return false;
    }
    exchange.response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    await playFrames(exchange, [line({ status: 'pulling manifest' }), line(error)], 'end');
    return false;
  }
  if (!stream) {
    for (const gate of gates) await Promise.race([gate, exchange.over]);
    if (!exchange.response.destroyed) sendJson(exchange, 200, { status: 'success' });
    return !exchange.response.destroyed;
  }
  const digest = digestOf(model);
  const total = sizeOf(model);
  const frames: Frame[] = [line({ status: 'pulling manifest' })];
  for (let step = 0; step <= steps; step++) {
    const completed = Math.floor((total * step) / steps);
    const status = `pulling ${digest.slice(0, 12)}`;
    frames.push(line({ status, digest: `sha256:${digest}`, total, ...(step === 0 ? {} : { completed }) }, gates[step]));
  }
  for (const status of ['verifying sha256 digest', 'writing manifest', 'success']) frames.push(line({ status }));
  exchange.response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await playFrames(exchange, frames, 'end');
  return !exchange.response.destroyed || exchange.response.writableFinished;
}

function line(value: object, gate?: Promise<void>): Frame {
  return { text: `${JSON.stringify(value)}\n`, gate };
}
