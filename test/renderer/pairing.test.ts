import decodeQR from 'qr/decode.js';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import type { LinkView, PairingStepView } from '../../preload/contract/views.ts';
import { linkIdFor } from '../../renderer/components/link-id.ts';
import { linkNeedsHelp, linkStateText, linkTone } from '../../renderer/components/link-state.tsx';
import { announcement } from '../../renderer/components/pairing/announcement.ts';
import { codeParts, type Phase, phaseOf, spelled } from '../../renderer/components/pairing/phase.ts';
import { phoneNumber } from '../../renderer/components/pairing/phone-number.ts';
import { QrCode } from '../../renderer/components/qr-code.tsx';
import { newWhatsAppLink, qrText, whatsappLink } from './harness/data-whatsapp.ts';

/** What a camera sees of the drawing: its rectangles on white, `scale` pixels for each module. */
function photograph(markup: string, scale: number) {
  const size = Number(/viewBox="0 0 (\d+)/.exec(markup)?.[1]);
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  const runs = [...markup.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map((run) => run.slice(1).map(Number));
  for (const [x = 0, y = 0, length = 0] of runs) {
    for (let row = y * scale; row < (y + 1) * scale; row += 1)
      for (let column = x * scale; column < (x + length) * scale; column += 1)
        data.set([0, 0, 0, 255], (row * width + column) * 4);
  }
  return { width, height: width, data };
}

describe('the QR code', () => {
  test('what is drawn reads as the text that was given (a code that no phone understands looks just as good)', () => {
    const markup = renderToStaticMarkup(createElement(QrCode, { text: qrText, label: 'Scan me' }));
    expect(decodeQR(photograph(markup, 4))).toBe(qrText);
    expect(markup).toContain('role="img" aria-label="Scan me"');
  });

  test('it keeps four light modules around it, and no style that the policy would refuse', () => {
    const markup = renderToStaticMarkup(createElement(QrCode, { text: 'short', label: '' }));
    const runs = [...markup.matchAll(/M(\d+) (\d+)h(\d+)/g)].map((run) => run.slice(1).map(Number));
    expect(Math.min(...runs.map(([x = 0]) => x))).toBe(4);
    expect(Math.min(...runs.map(([, y = 0]) => y))).toBe(4);
    expect(markup).not.toMatch(/style=|<style/);
  });
});

describe('what the pairing view shows', () => {
  const of = (change: Partial<LinkView>): Phase => phaseOf(whatsappLink('w', change));

  test('every step is shown as it is', () => {
    const step: PairingStepView = { kind: 'show-code', code: 'ABCD1234', until: 5 };
    expect(of({ state: { kind: 'pairing', step } })).toEqual(step);
  });

  test('a link that is up is linked, and one that was linked and connects is on its way', () => {
    expect(of({ state: { kind: 'up', provenAt: 1 } })).toEqual({ kind: 'linked' });
    expect(of({ state: { kind: 'connecting' } })).toEqual({ kind: 'connecting', reason: null });
    const reason = { code: 'link.network' } as const;
    expect(of({ state: { kind: 'retrying', at: 1, attempt: 1, reason } })).toEqual({ kind: 'connecting', reason });
  });

  test('a link that nobody linked yet has no failure to tell of', () => {
    const state = { kind: 'signed-out', reason: { code: 'link.not-linked' } } as const;
    expect(phaseOf(newWhatsAppLink('w', state))).toEqual({ kind: 'idle', reason: null });
    const out = { kind: 'signed-out', reason: { code: 'link.logged-out' } } as const;
    expect(of({ state: out })).toEqual({ kind: 'idle', reason: out.reason });
  });
});

describe('what is said aloud', () => {
  test('a code that follows another is no news, a code after a scan that failed is', () => {
    const first = announcement({ kind: 'show-qr', text: 'a', until: 1, again: false }, 'qr');
    expect(announcement({ kind: 'show-qr', text: 'b', until: 2, again: false }, 'qr')).toBe(first);
    expect(announcement({ kind: 'show-qr', text: 'c', until: 3, again: true }, 'qr')).toBe(
      'WhatsApp wants a fresh code: scan once more.',
    );
  });

  test('a code to type is spelled, and nobody is told of a scan who typed', () => {
    expect(announcement({ kind: 'show-code', code: 'K7WD2MXQ', until: 1 }, 'code')).toContain('K 7 W D, 2 M X Q');
    expect(announcement({ kind: 'finishing' }, 'code')).not.toContain('Scanned');
    expect(announcement({ kind: 'finishing' }, 'qr')).toBe('Scanned. Finishing…');
  });
});

test('a code stands in two halves, as it does on the phone', () => {
  expect(codeParts('K7WD2MXQ')).toEqual(['K7WD', '2MXQ']);
  expect(spelled('AB')).toBe('A B');
});

test('a number is taken as people write it, and not without its country', () => {
  expect(phoneNumber('+49 (151) 234-567 89')).toBe('4915123456789');
  expect(phoneNumber('0049 151 23456789')).toBe('4915123456789');
  expect(phoneNumber('1 555 123 4567')).toBe('15551234567');
  expect(phoneNumber('0151 23456789')).toBeNull();
  expect(phoneNumber('+49 151 call me')).toBeNull();
  expect(phoneNumber('+49')).toBeNull();
  expect(phoneNumber('+4915123456789012')).toBeNull();
});

test('a link is named after what it links, and never like another one', () => {
  expect(linkIdFor('@Ada_Home_Bot', [], 'telegram')).toBe('ada-home-bot');
  expect(linkIdFor('whatsapp', ['whatsapp', 'whatsapp-2'], 'whatsapp')).toBe('whatsapp-3');
  expect(linkIdFor(null, [], 'telegram')).toBe('telegram');
  expect(linkIdFor('window', [], 'telegram')).toBe('window-2');
});

test('a phone that was never linked raises no alarm (nothing was lost there), one that was signed out does', () => {
  const never = newWhatsAppLink('w', { kind: 'signed-out', reason: { code: 'link.not-linked' } });
  expect(linkNeedsHelp(never)).toBe(false);
  expect(linkTone(never)).toBe('off');
  expect(linkStateText(never, 0)).toBe('not linked');
  const out = whatsappLink('w', { state: { kind: 'signed-out', reason: { code: 'link.logged-out' } } });
  expect(linkNeedsHelp(out)).toBe(true);
  expect(linkTone(out)).toBe('bad');
  expect(linkStateText(out, 0)).toBe('signed out');
});
