/** What a voice message costs at a model that is paid by the minute: set aside before it is sent, charged when it is heard. */
import { describe, expect, it } from 'vitest';
import { ownerChat, type TestGateway } from '../../lib/gateway.ts';
import { startRemote } from '../budget/paid.ts';
import { mp4Sound, opusSound, waveSound } from './sounds.ts';

/** $0.006 a minute, in micro-dollars. */
const price = { input: 0, output: 0, minute: 6_000, date: '2026-11-01' };
const cents = (count: number): number => count * 10_000;

/** Hears with a model of the internet, talks with one of the own machine, which is free. */
async function started(settings: Readonly<Record<string, unknown>> = {}): Promise<TestGateway> {
  const test = await startRemote(price, {
    telegram: true,
    settings: { 'media.transcription': 'far/gpt-test', ...settings },
  });
  test.gateway.models.choose({ default: 'lab/gpt-test' });
  test.openai.hear = () => ({ kind: 'heard', text: 'What time is it?' });
  return test;
}

/** `duration`: seconds as the platform tells them. */
function sendVoice(test: TestGateway, bytes: Uint8Array, duration = 0): void {
  test.bot.say({ chatId: ownerChat, text: '', media: { kind: 'voice', bytes, with: { duration } } });
}

function spent(test: TestGateway): { readonly cost: number; readonly estimated: number; readonly unpriced: number } {
  const { cost, estimated, unpriced } = test.read.usage.totals(0, Number.MAX_SAFE_INTEGER);
  return { cost, estimated, unpriced };
}

describe('a voice message at a price per minute', () => {
  it.each([
    ['Opus of ten minutes: six cents', opusSound(600), cents(6)],
    ['Opus of 90.2 seconds: 91 seconds that have begun', opusSound(90.2), 9_100],
    ['WAV of half a minute', waveSound(30, 8_000), 3_000],
    ['MP4 of two minutes', mp4Sound(120), 12_000],
  ])('costs what its own bytes say, and no estimate: %s', async (_name, bytes, cost) => {
    await using test = await started();
    sendVoice(test, bytes);
    await test.replies(1);
    expect(spent(test)).toEqual({ cost, estimated: 0, unpriced: 0 });
    expect(test.read.reservations.all()).toEqual([]);
  });

  it('costs what the server says that it has heard', async () => {
    await using test = await started();
    test.openai.hear = () => ({ kind: 'heard', text: 'five seconds', seconds: 4.2 });
    sendVoice(test, opusSound(60));
    await test.replies(1);
    expect(spent(test)).toEqual({ cost: 500, estimated: 0, unpriced: 0 });
  });

  it('costs what the platform says where the bytes do not tell, and not what their size contradicts', async () => {
    await using test = await started();
    sendVoice(test, new Uint8Array(180_000), 30);
    await test.replies(1);
    expect(spent(test)).toEqual({ cost: 3_000, estimated: 0, unpriced: 0 });
    sendVoice(test, opusSound(60), 30);
    await test.replies(2);
    expect(spent(test)).toEqual({ cost: 3_000 + 6_000, estimated: 0, unpriced: 0 });
    sendVoice(test, new Uint8Array(180_000), 500_000);
    await test.replies(3);
    expect(spent(test)).toEqual({ cost: 3_000 + 6_000 + 6_000, estimated: 1, unpriced: 0 });
  });

  it('is an estimate by its size, and marked as one, where nobody tells how long it is', async () => {
    await using test = await started();
    sendVoice(test, new Uint8Array(180_000));
    await test.replies(1);
    expect(spent(test)).toEqual({ cost: 6_000, estimated: 1, unpriced: 0 });
  });

  it('has its price set aside before it is sent, and is charged in full when the process dies', async () => {
    await using test = await started();
    test.openai.hear = () => ({ kind: 'hang' });
    sendVoice(test, opusSound(300));
    await test.until(() => test.openai.sounds.length, 1);
    expect(test.read.reservations.all().map(({ cost, model }) => ({ cost, model }))).toEqual([
      { cost: cents(3), model: 'far/gpt-test' },
    ]);
    await test.crash();
    test.openai.hear = () => ({ kind: 'heard', text: 'again' });
    await test.open();
    await test.replies(1);
    expect(spent(test).cost).toBe(2 * cents(3));
  });

  it('is not sent where it would pass a cap, to the cent', async () => {
    await using test = await started({ 'budget.perDayUsd': 0.06 });
    sendVoice(test, opusSound(601));
    await test.replies(1);
    expect(test.openai.sounds).toHaveLength(0);
    sendVoice(test, opusSound(600));
    await test.replies(2);
    expect(test.openai.sounds).toHaveLength(1);
    expect(spent(test).cost).toBe(cents(6));
  });

  it('is no price for talking with the same model: such a call would be for free', async () => {
    await using test = await started();
    test.gateway.models.choose({ default: 'far/gpt-test' });
    test.say('hello');
    const [said = ''] = await test.replies(1);
    expect(test.openai.chats).toHaveLength(0);
    expect(said).toContain('far/gpt-test');
  });
});
