/*
 * `POST /api/pull`: progress as one JSON object a line. Source: Ollama's API documentation, "Pull a model". What a pull
 * that did not end has loaded stays, and the next one begins there.
 */
import { playFrames } from '../lib/frames.ts';
import type { Ending, Frame } from '../lib/frames.ts';
import { sendJson } from '../lib/http.ts';
import type { Exchange } from '../lib/http.ts';
import { digestOf, sizeOf } from './models.ts';
import type { ModelSpec, PullFault } from './types.ts';

/** Holds back the download at its steps, by index of the progress line; `undefined` lets it pass. */
export type PullGates = readonly (Promise<void> | undefined)[];

export interface PullOptions {
  readonly stream: boolean;
  readonly gates: PullGates;
  readonly fault: PullFault | undefined;
  /** The step an earlier try came to, 0 for none; told of each one that is reached. */
  readonly begin: number;
  readonly reached: (step: number) => void;
}

/** A download has so many steps, all of the same size. */
const steps = 4;

/** Answers a pull; `model` is undefined when the library has none of that name. True once it is complete. */
export async function answerPull(
  exchange: Exchange,
  model: ModelSpec | undefined,
  options: PullOptions,
): Promise<boolean> {
  const { stream, gates, fault } = options;
  const refusal = model === undefined ? 'pull model manifest: file does not exist' : refusalOf(fault);
  if (model === undefined || refusal !== undefined) {
    const error = { error: refusal };
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
  const { frames, ending } = download(model, options, exchange);
  exchange.response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await playFrames(exchange, frames, ending);
  return fault === undefined && (!exchange.response.destroyed || exchange.response.writableFinished);
}

function refusalOf(fault: PullFault | undefined): string | undefined {
  return fault?.kind === 'refused' ? fault.error : undefined;
}

function download(
  model: ModelSpec,
  { gates, fault, begin, reached }: PullOptions,
  exchange: Exchange,
): { readonly frames: readonly Frame[]; readonly ending: Ending } {
  const digest = digestOf(model);
  const total = sizeOf(model);
  const last = fault !== undefined && 'afterSteps' in fault ? Math.max(begin, fault.afterSteps) : steps;
  const frames: Frame[] = [line({ status: 'pulling manifest' })];
  let before = Promise.resolve();
  for (let step = begin; step <= last; step++) {
    const completed = Math.floor((total * step) / steps);
    const status = `pulling ${digest.slice(0, 12)}`;
    const count = step === 0 ? {} : { completed };
    // Reached when the step's line is let out, not when it is written down here.
    before = Promise.all([before, gates[step]]).then(() => {
      if (!exchange.response.destroyed) reached(step);
    });
    frames.push(line({ status, digest: `sha256:${digest}`, total, ...count }, before));
  }
  if (fault?.kind === 'cut') return { frames, ending: 'cut' };
  if (fault?.kind === 'broken') return { frames: [...frames, line({ error: fault.error })], ending: 'end' };
  for (const status of ['verifying sha256 digest', 'writing manifest', 'success']) frames.push(line({ status }));
  return { frames, ending: 'end' };
}

function line(value: object, gate?: Promise<void>): Frame {
  return { text: `${JSON.stringify(value)}\n`, gate };
}
