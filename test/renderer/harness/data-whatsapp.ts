/** WhatsApp as the harness knows it: links in their states, every step of a pairing, and a chat the owner wrote into. */
import type {
  ConversationView,
  LinkStateView,
  LinkView,
  MessageView,
  PairingStepView,
} from '../../../preload/contract/views.ts';

/** As long as a real one: the address and four keys. */
export const qrText = `https://wa.me/settings/linked_devices#2@${'Qx7Zr4LmT9vK2wNc'.repeat(4)},${[
  'a1B2',
  'c3D4',
  'e5F6',
]
  .map((key) => `${key.repeat(10)}x9k=`)
  .join(',')},1`;

const steps = {
  starting: () => ({ kind: 'starting' }),
  qr: (now) => ({ kind: 'show-qr', text: qrText, until: now + 17_000, again: false }),
  'qr-next': (now) => ({ kind: 'show-qr', text: `${qrText}2`, until: now + 20_000, again: false }),
  again: (now) => ({ kind: 'show-qr', text: qrText, until: now + 17_000, again: true }),
  'run-out': (now) => ({ kind: 'show-qr', text: qrText, until: now + 1500, again: false }),
  code: (now) => ({ kind: 'show-code', code: 'K7WD2MXQ', until: now + 150_000 }),
  expired: () => ({ kind: 'expired' }),
  finishing: () => ({ kind: 'finishing' }),
  refused: () => ({ kind: 'failed', reason: { code: 'link.pairing-refused' } }),
  'wrong-number': () => ({ kind: 'failed', reason: { code: 'link.pairing-number' } }),
} as const satisfies Record<string, (now: number) => PairingStepView>;

function isStep(name: string): name is keyof typeof steps {
  return Object.hasOwn(steps, name);
}

/** What pairing leads to at once: a step by its name, or `up`. */
export function pairedState(name: string, now: number): LinkStateView {
  return isStep(name) ? { kind: 'pairing', step: steps[name](now) } : { kind: 'up', provenAt: now };
}

export function whatsappLink(id: string, change: Partial<LinkView>): LinkView {
  const now = Date.now();
  return {
    id,
    kind: 'whatsapp',
    name: 'Ada Berger',
    handle: '+49 1512 3456789',
    state: { kind: 'up', provenAt: now - 3000 },
    since: now - 5 * 3_600_000,
    lastInAt: now - 360_000,
    lastOutAt: now - 1_740_000,
    unsent: 0,
    waiting: 0,
    pausedUntil: null,
    persona: null,
    personaByFile: false,
    enabled: true,
    fixedByFile: false,
    apiRoot: null,
    mode: 'only-me',
    device: 'Porchlight (Chrome)',
    linked: true,
    hasOwner: true,
    ...change,
  };
}

/** A phone that nobody has linked yet. */
export function newWhatsAppLink(id: string, state: LinkStateView): LinkView {
  const none = { lastInAt: null, lastOutAt: null, handle: null, device: null };
  return whatsappLink(id, { ...none, name: id, linked: false, hasOwner: false, state });
}

export const whatsappLinks: readonly LinkView[] = [
  whatsappLink('whatsapp', { mode: 'only-me' }),
  whatsappLink('shop', { name: 'Porch Shop', handle: '+49 1600 1112223', mode: 'people', waiting: 2 }),
  whatsappLink('old-phone', {
    name: 'Old phone',
    handle: '+49 1700 9998887',
    state: { kind: 'signed-out', reason: { code: 'link.logged-out' } },
  }),
  whatsappLink('laptop', {
    name: 'Laptop number',
    handle: '+49 1522 5554443',
    mode: 'people',
    state: { kind: 'conflict', reason: { code: 'link.replaced' } },
  }),
  newWhatsAppLink('whatsapp-2', { kind: 'signed-out', reason: { code: 'link.not-linked' } }),
  newWhatsAppLink('whatsapp-3', { kind: 'pairing', step: { kind: 'expired' } }),
];

export const whatsappConversation: ConversationView = {
  id: 'c30',
  link: 'shop',
  linkKind: 'whatsapp',
  kind: 'private',
  title: 'Grace Moreno',
  preview: 'Sorry, wrong chat',
  lastAt: Date.now() - 120_000,
  unread: 0,
  working: false,
  failed: false,
  model: null,
  persona: null,
  thinking: null,
  contextNo: 1,
  pausedUntil: Date.now() + 24 * 60_000,
  pausedBy: null,
  undeliverable: null,
  withOwner: false,
};

function message(seq: number, minutesAgo: number, change: Partial<MessageView>): MessageView {
  return {
    id: `w${String(seq)}`,
    seq,
    conversation: 'c30',
    kind: 'person',
    authorName: 'Grace Moreno',
    text: '',
    at: Date.now() - minutesAgo * 60_000,
    forwarded: false,
    revision: 0,
    attachments: [],
    contextNo: 1,
    state: 'answered',
    reason: null,
    turn: null,
    model: null,
    cost: null,
    delivery: null,
    steps: null,
    scheduled: null,
    ...change,
  };
}

const own = { authorName: 'Ada Berger', state: 'ignored', reason: { code: 'access.own-message' } } as const;

export const whatsappMessages: readonly MessageView[] = [
  message(1, 14, { text: 'Do you still have the blue lantern?', turn: 'w1' }),
  message(2, 13, {
    kind: 'assistant',
    authorName: 'Porchlight',
    model: 'ollama/qwen3:8b',
    text: 'Yes, two of them. Shall I put one aside for you?',
    turn: 'w1',
    delivery: { state: 'sent', reason: null, late: false, parts: 1, sentParts: 1, again: 0 },
  }),
  message(3, 7, { ...own, text: 'Hi Grace, it is me. I will bring it on Thursday.' }),
  message(4, 6, { ...own, text: 'Around six?' }),
  message(5, 4, {
    text: 'Six is fine, thank you!',
    state: 'paused',
    reason: { code: 'access.paused' },
  }),
  message(6, 2, {
    text: 'Sorry, wrong chat: the gate code is 4711',
    state: 'deleted',
    reason: { code: 'access.taken-back' },
  }),
];
