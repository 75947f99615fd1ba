import { expect, test } from 'vitest';
import type { ReasonCode } from '../../preload/contract/reasons.ts';
import type { LinkView } from '../../preload/contract/views.ts';
import { mainStep } from '../../renderer/screens/channels/main-step.ts';

const now = 1000;

function link(change: Partial<LinkView>): LinkView {
  return {
    id: 'bot',
    kind: 'telegram',
    name: 'Bot',
    handle: null,
    state: { kind: 'up', provenAt: 0 },
    since: 0,
    lastInAt: null,
    lastOutAt: null,
    unsent: 0,
    waiting: 0,
    pausedUntil: null,
    persona: null,
    personaByFile: false,
    enabled: true,
    fixedByFile: false,
    apiRoot: null,
    mode: 'people',
    device: null,
    linked: true,
    hasOwner: true,
    ...change,
  };
}

test('a link offers the one step that helps, and none when all is well', () => {
  expect(mainStep(link({}), false, now)).toBeNull();
  expect(mainStep(link({ enabled: false }), false, now)).toBe('turnOn');
  expect(mainStep(link({ state: { kind: 'signed-out', reason: { code: 'link.token-refused' } } }), false, now)).toBe(
    'newToken',
  );
  expect(mainStep(link({ hasOwner: false }), false, now)).toBe('claim');
  expect(mainStep(link({ hasOwner: false }), true, now)).toBeNull();
});

test('a webhook is taken away, not tried again past it (trying again never helped)', () => {
  const reason = { code: 'link.webhook-set' } as const;
  expect(mainStep(link({ state: { kind: 'conflict', reason } }), false, now)).toBe('removeWebhook');
  expect(mainStep(link({ state: { kind: 'retrying', at: 5, attempt: 1, reason } }), false, now)).toBe('removeWebhook');
});

test('a pause that is over by itself offers no resume', () => {
  expect(mainStep(link({ pausedUntil: now + 1 }), false, now)).toBe('resume');
  expect(mainStep(link({ pausedUntil: now }), false, now)).toBeNull();
});

test('a phone is linked for the first time, linked again, gone on with or taken over, never asked for a token', () => {
  const phone = (change: Partial<LinkView>): LinkView => link({ kind: 'whatsapp', ...change });
  const signedOut = (code: ReasonCode): LinkView['state'] => ({ kind: 'signed-out', reason: { code } });
  expect(mainStep(phone({ linked: false, state: signedOut('link.not-linked') }), false, now)).toBe('link');
  expect(mainStep(phone({ state: signedOut('link.logged-out') }), false, now)).toBe('linkAgain');
  expect(mainStep(phone({ state: signedOut('link.identity-damaged') }), false, now)).toBe('linkAgain');
  expect(mainStep(phone({ state: { kind: 'pairing', step: { kind: 'expired' } } }), false, now)).toBe('goOnLinking');
  expect(mainStep(phone({ state: { kind: 'conflict', reason: { code: 'link.replaced' } } }), false, now)).toBe(
    'takeOver',
  );
});

test('an account that WhatsApp refuses is not linked again (that would not help), only tried', () => {
  const state = { kind: 'signed-out', reason: { code: 'link.account-refused' } } as const;
  expect(mainStep(link({ kind: 'whatsapp', state }), false, now)).toBe('reconnect');
});
