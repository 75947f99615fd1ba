/**
 * Voice messages become words: one call to the model that the setting `media.transcription` names, opened in the ledger
 * like any other (its caps hold), tried like any other (rate-limit, overloaded and network twice more), and stored with
 * its usage in one commit. A message that was heard once is never sent again. What it costs at most is set aside first,
 * by how long its own bytes say it is, else its platform.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import { abortedFailure, retryWait, type ModelCall } from '../models/attempts.ts';
import type { Ledger, MostTokens } from '../budget/call-ledger.ts';
import { pause } from '../clock.ts';
import type { GatewayPorts } from '../gateway.ts';
import { largestInbound } from '../limits.ts';
import type { Candidate } from '../models/pool.ts';
import type { ModelFailure, SoundRequest, Transcription } from '../model.ts';
import type { ModelRegistry } from '../models/models.ts';
import { commitWhenWell } from '../persist.ts';
import type { AttachmentRow, Millis, Reason } from '../types.ts';
import { believable, secondsIn } from './duration.ts';
import { settleCalls, type UsageOwner } from '../budget/usage.ts';

/** The answer comes at once and at the end: a long message takes a while to be sent and to be heard. */
const patience: Millis = 120_000;
/** What hearing takes at most where nobody knows how long it is: 8 kbit a second is the thinnest voice. */
const bytesPerSecond = 1_000;
/** About 1,000 a minute. */
const tokensPerSecond = 17;

export interface HearingParts {
  readonly ports: Pick<GatewayPorts, 'storage' | 'settings' | 'files' | 'clock' | 'random' | 'ids' | 'log'>;
  readonly models: Pick<ModelRegistry, 'pool' | 'budget' | 'timeouts'>;
}

/** Ok when the words are stored; else why they are not. */
export async function hear(
  { ports, models }: HearingParts,
  sound: AttachmentRow,
  owner: UsageOwner,
  signal: AbortSignal,
): Promise<Result<void, Reason>> {
  const model = ports.settings.get('media.transcription');
  const { order, refused } = models.pool.candidates([model]);
  const [candidate] = order;
  const provider = await candidate?.provider.adapter();
  const transcribe = provider?.transcribe?.bind(provider);
  if (candidate === undefined || transcribe === undefined) {
    return failed(refused[0]?.failure.reason ?? { code: 'input.model-unknown', params: { model } });
  }
  const bytes = sound.file === null ? null : await ports.files.read(sound.file, largestInbound);
  if (bytes === null) return failed({ code: 'media.not-fetched', params: { name: sound.name } });
  using ledger = models.budget.ledger(owner);
  const seconds = secondsIn(bytes) ?? believable(sound.seconds, bytes.length);
  const request: SoundRequest = {
    model: candidate.model,
    bytes,
    name: sound.name,
    type: sound.type,
    seconds,
    timeouts: { ...models.timeouts(candidate.provider.kind), firstToken: patience },
  };
  const ask = (): Promise<Transcription> => transcribe(request, signal);
  const most = mostOf(seconds ?? bytes.length / bytesPerSecond);
  const { calls, outcome } = await attempts({ ports, models }, { candidate, ask, most, ledger }, signal);
  const stored = await commitWhenWell(ports.storage, signal, (tables) => {
    settleCalls(tables, owner, calls, ports.ids);
    if (outcome.ok) tables.attachments.putWords(sound.id, outcome.value);
    return true;
  });
  if (stored === null) return failed(abortedFailure.reason);
  ledger.handOver(calls);
  if (outcome.ok) return ok(undefined);
  ports.log.write('warn', 'media.not-heard', { model, detail: outcome.failure.detail });
  return failed(outcome.failure.reason);
}

interface Hearing {
  readonly candidate: Candidate;
  readonly ask: () => Promise<Transcription>;
  readonly most: MostTokens;
  readonly ledger: Ledger;
}

interface Heard {
  readonly calls: readonly ModelCall[];
  readonly outcome: Result<string, ModelFailure>;
}

async function attempts(
  { ports, models }: HearingParts,
  { candidate, ask, most, ledger }: Hearing,
  signal: AbortSignal,
): Promise<Heard> {
  const calls: ModelCall[] = [];
  const asked = { provider: candidate.provider, since: ports.clock.monotonic() };
  for (let tries = 0; ; tries++) {
    const opened = await ledger.open(candidate, most, signal);
    if (!opened.ok) return { calls, outcome: opened };
    const heard = await ask();
    calls.push(opened.value.end(heard.usage, 'failure' in heard ? heard.failure.class : 'ok'));
    if (!('failure' in heard)) {
      models.pool.succeeded(candidate.ref);
      return { calls, outcome: ok(heard.text) };
    }
    const wait = signal.aborted ? null : retryWait(heard.failure, tries, ports.random);
    if (wait === null) {
      models.pool.failed(candidate.ref, heard.failure, asked);
      return { calls, outcome: failed(heard.failure) };
    }
    await pause(ports.clock, wait, signal);
    if (signal.aborted) return { calls, outcome: failed(abortedFailure) };
  }
}

function mostOf(length: number): MostTokens {
  const seconds = Math.ceil(length);
  const tokens = seconds * tokensPerSecond;
  return { inputTokens: tokens, outputTokens: tokens, seconds };
}
