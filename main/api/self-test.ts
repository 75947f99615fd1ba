/**
 * A message the whole way, as the window sends one: stored → turn started → model answered → reply delivered, each with
 * its moment taken from the gateway's own events. It runs in a thread of its own that is taken away afterwards; one
 * that a test left behind, because the process ended in between, is taken away by the next. One test at a time.
 */
import type { SelfTestStepView, SelfTestView } from '../../preload/contract/diagnostics-views.ts';
import type { CoreEvent } from '../gateway/events.ts';
import { settingSchemas } from '../gateway/settings.ts';
import type { ConversationRow, Millis, Reason } from '../gateway/types.ts';
import type { ApiPorts } from './ports.ts';

export type SelfTest = (model: 'practice' | 'chosen') => Promise<SelfTestView>;

type Parts = Pick<ApiPorts, 'gateway' | 'storage' | 'clock' | 'ids' | 'stopping'>;

/** The chat of the thread, by which a left-over one is found. */
const chat = 'self-test';
const sender = { address: 'owner', name: '' };
const question = 'This is a self-test of Porchlight. Please answer with one short sentence.';
/** A new installation answers with the practice model: built in, without network, free. */
const practiceModel = settingSchemas['models.default'].default;
/** A cold load of a local model takes minutes; the practice model begins at once. */
const longest: Readonly<Record<'practice' | 'chosen', Millis>> = { practice: 30_000, chosen: 320_000 };

export function createSelfTest(parts: Parts): SelfTest {
  let last: Promise<unknown> = Promise.resolve();
  return (model) => {
    const next = last.then(
      () => run(parts, model),
      () => run(parts, model),
    );
    last = next;
    return next;
  };
}

async function run(parts: Parts, model: 'practice' | 'chosen'): Promise<SelfTestView> {
  const { gateway, storage } = parts;
  const left = storage.read.conversations.find('window', { chat, topic: null });
  if (left !== null) await gateway.removeThread(left.id);
  const thread = await gateway.createThread(chat);
  try {
    if (model === 'practice') await gateway.setConversationModel(thread.id, practiceModel);
    return await sendThrough(parts, thread, longest[model]);
  } finally {
    await gateway.removeThread(thread.id);
  }
}

async function sendThrough(parts: Parts, thread: ConversationRow, limit: Millis): Promise<SelfTestView> {
  const { gateway, storage, clock, ids, stopping } = parts;
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(limit)]);
  const begun = clock.monotonic();
  const reached = new Map<SelfTestStepView, Millis>();
  const reach = (step: SelfTestStepView): void => {
    if (!reached.has(step)) reached.set(step, clock.monotonic() - begun);
  };
  const settled = Promise.withResolvers<void>();
  const hear = (event: CoreEvent): void => {
    if (event.kind === 'message' && event.message.conversation === thread.id) reach('stored');
    if (event.kind === 'turn' && event.status.row.conversation === thread.id) reach('started');
    if (event.kind !== 'delivery' || event.conversation !== thread.id) return;
    const state = storage.read.deliveries.ofTurn(event.turn)?.state;
    if (state === 'sent') reach('delivered');
    if (state !== 'open' && state !== 'ready') settled.resolve();
  };
  using _hearing = gateway.events.subscribe(hear);
  const message = await gateway.submit('window', {
    ...{ key: ids.next(), chat: thread.chat, topic: null, chatKind: thread.kind, title: '', sender },
    ...{ platformId: ids.next(), text: question, media: null, at: clock.now() },
  });
  reach('stored');
  const answer = await gateway.turns.answer(message.id, () => undefined, signal);
  const done = (reason: Reason | null, by: string | null): SelfTestView => ({
    steps: stepsOf(reached),
    reason,
    model: by,
  });
  if (stopping.aborted) return done({ code: 'host.stopping' }, null);
  if (signal.aborted) return done(tooLate(gateway, storage.read.conversations.get(thread.id)), null);
  if (answer.kind !== 'answered') return done(answer.reason ?? { code: 'host.bug' }, null);
  reach('answered');
  // The event may have come before anybody knew which turn it was about.
  const turn = storage.read.messages.get(message.id)?.turn ?? null;
  if (turn !== null) hear({ kind: 'delivery', conversation: thread.id, turn, at: clock.now() });
  await Promise.race([settled.promise, aborted(signal)]);
  const delivery = turn === null ? null : storage.read.deliveries.ofTurn(turn);
  const sent = delivery?.state === 'sent';
  return done(sent ? null : (delivery?.reason ?? { code: 'delivery.gave-up' }), answer.model);
}

/** Up to the first that was not reached: the sentence in the place of an answer is delivered, too. */
function stepsOf(reached: ReadonlyMap<SelfTestStepView, Millis>): SelfTestView['steps'] {
  const steps = ['stored', 'started', 'answered', 'delivered'] as const;
  const missing = steps.findIndex((step) => !reached.has(step));
  return steps
    .slice(0, missing === -1 ? steps.length : missing)
    .map((step) => ({ step, after: Math.round(reached.get(step) ?? 0) }));
}

function tooLate({ models }: ApiPorts['gateway'], thread: ConversationRow | null): Reason {
  return { code: 'model.timeout', params: { model: thread?.model ?? models.choice().default } };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
