/* What follows from each end of a connection, how long is waited, and when silence is death: without a socket. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { afterClientRefused, afterFailure } from '../../../main/channels/whatsapp/backoff.ts';
import type { ClosedBy } from '../../../main/channels/whatsapp/close-codes.ts';
import { closeRows, ruleFor } from '../../../main/channels/whatsapp/close-codes.ts';
import { browserOf, deviceName } from '../../../main/channels/whatsapp/device.ts';
import { createProof } from '../../../main/channels/whatsapp/proof.ts';
import { proxyAgent } from '../../../main/channels/whatsapp/proxy.ts';
import { catchRejections } from '../../../main/channels/whatsapp/rejections.ts';
import { serverOf } from '../../../main/channels/whatsapp/server.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

const told = (by: ClosedBy, code: number | null): string => {
  const rule = ruleFor({ by, code });
  return 'reason' in rule ? `${rule.kind} ${rule.reason.code}` : rule.kind;
};

describe('a close code', () => {
  it.each([
    ['server', 515, 'restart link.restarting'],
    ['server', 408, 'back-off link.network'],
    ['server', 428, 'back-off link.network'],
    ['server', 500, 'back-off link.server-error'],
    ['server', 503, 'back-off link.server-error'],
    ['server', 440, 'conflict link.replaced'],
    ['server', 401, 'wipe link.logged-out'],
    ['server', 402, 'stop link.account-refused'],
    ['server', 403, 'stop link.account-refused'],
    ['server', 405, 'renew'],
    ['server', 411, 'stop link.devices-unsupported'],
    ['server', 599, 'back-off link.server-error'],
    ['handshake', 400, 'stop link.server-unproven'],
    ['network', 408, 'back-off link.network'],
    ['network', 428, 'back-off link.network'],
    ['network', null, 'back-off link.network'],
    ['http', 500, 'back-off link.server-error'],
    ['http', 502, 'back-off link.server-error'],
    ['http', 503, 'back-off link.server-error'],
    ['silence', null, 'back-off link.poll-hung'],
    ['storage', null, 'back-off host.disk-full'],
  ] as const)('said by the %s as %s leads to: %s', (by, code, what) => {
    expect(told(by, code)).toBe(what);
  });

  it.each([401, 403, 405, 411, 440, 400, 515])(
    'that the server has not said itself wipes and stops nothing: %i as an HTTP status or in an error of the network',
    (code) => {
      expect([told('http', code), told('network', code)]).toEqual(['back-off link.network', 'back-off link.network']);
    },
  );

  it('has one row at most, so that no row hides another', () => {
    const names = closeRows.map(({ by, code }) => `${by} ${String(code)}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the wait before another try', () => {
  it('doubles from a second to thirty and stays there, so that an outage of days is no storm', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 1000].map((count) => afterFailure(count, () => 0.5));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is spread by a quarter to both sides, so that links cut at once do not come back at once', () => {
    expect([afterFailure(3, () => 0), afterFailure(3, () => 0.999_999)]).toEqual([3000, 5000]);
  });

  it('for a version that is refused goes from five minutes to an hour', () => {
    expect([1, 2, 3, 4, 5, 99].map((count) => afterClientRefused(count).minutes)).toEqual([5, 10, 20, 40, 60, 60]);
    expect(afterClientRefused(1).delay).toBe(300_000);
  });
});

describe('proof of life', () => {
  const watched = () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const at = (what: string) => () => void seen.push(`${what} ${String(clock.monotonic() / 1000)}`);
    const proof = createProof(clock, { ping: at('ping'), proven: at('proven'), dead: at('dead') });
    return { clock, seen, proof };
  };

  it('asks every 25 s and gives up 60 s after the last frame', () => {
    const { clock, seen, proof } = watched();
    proof.frame();
    clock.advance(200_000);
    expect(seen).toEqual(['proven 0', 'ping 25', 'ping 50', 'dead 60']);
    expect(clock.pending).toBe(0);
  });

  it('is satisfied by any frame, however little is said', () => {
    const { clock, seen, proof } = watched();
    for (let count = 0; count < 20; count += 1) {
      proof.frame();
      clock.advance(59_000);
    }
    expect(seen.filter((what) => what.startsWith('dead'))).toEqual([]);
    proof[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  it('is told at most once a second, so that a burst of messages is no burst of events', () => {
    const { clock, seen, proof } = watched();
    for (let count = 0; count < 100; count += 1) {
      proof.frame();
      clock.advance(30);
    }
    expect(seen).toEqual(['proven 0', 'proven 1.02', 'proven 2.04']);
  });

  it('that is asked for has 10 s, and asking again does not put that off', () => {
    const { clock, seen, proof } = watched();
    proof.frame();
    proof.prove();
    clock.advance(9000);
    proof.prove();
    clock.advance(1000);
    expect(seen).toEqual(['proven 0', 'ping 0', 'dead 10']);
    const lucky = watched();
    lucky.proof.prove();
    lucky.clock.advance(9999);
    lucky.proof.frame();
    lucky.clock.advance(20_000);
    expect(lucky.seen).not.toContain('dead 10');
  });

  it('begins with the first frame: a connection that is still being made is judged by its own limit', () => {
    const { clock, seen } = watched();
    clock.advance(120_000);
    expect(seen).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('the server of a link', () => {
  const key = 'ab'.repeat(32);

  it('is WhatsApp’s own without an address, with its root and the one host for files', () => {
    const server = serverOf({ apiRoot: null, serverKey: null });
    expect(server).toMatchObject({
      ok: true,
      value: {
        webSocketUrl: 'wss://web.whatsapp.com/ws/chat',
        mediaOrigin: 'https://mmg.whatsapp.net',
        isPublic: true,
      },
    });
    expect(server.ok && server.value.rootKey.length).toBe(32);
  });

  it('of the owner’s own has files where it is itself, and is not public', () => {
    const server = serverOf({ apiRoot: 'wss://wa.example:8443/ws/chat', serverKey: key });
    expect(server).toMatchObject({ ok: true, value: { mediaOrigin: 'https://wa.example:8443', isPublic: false } });
  });

  it.each([
    ['without a key', 'ws://127.0.0.1:1/ws/chat', null],
    ['with a key that is cut short', 'ws://127.0.0.1:1/ws/chat', key.slice(2)],
    ['with an address that is none', 'ws://', key],
    ['with an address of another kind', 'https://wa.example/', key],
  ])('of the owner’s own %s is never connected to', (_how, apiRoot, serverKey) => {
    expect(serverOf({ apiRoot, serverKey })).toEqual({ ok: false, failure: { code: 'link.server-key-needed' } });
  });
});

describe('the proxy', () => {
  const url = 'wss://web.whatsapp.com/ws/chat';
  it.each([
    ['named in capitals', { HTTPS_PROXY: 'http://proxy:3128' }, true],
    ['named in small letters', { https_proxy: 'http://proxy:3128' }, true],
    ['not named', {}, false],
    ['that is no URL', { HTTPS_PROXY: 'proxy' }, false],
  ])('%s is used as it should be', (_how, environment, isUsed) => {
    expect(proxyAgent(url, environment) !== undefined).toBe(isUsed);
  });

  it('is not for a plain address', () => {
    expect(proxyAgent('ws://127.0.0.1:1/ws/chat', { HTTPS_PROXY: 'http://proxy:3128' })).toBeUndefined();
  });
});

describe('the device', () => {
  const Browsers = {
    macOS: (name: string): [string, string, string] => ['Mac OS', name, '1'],
    windows: (name: string): [string, string, string] => ['Windows', name, '2'],
    ubuntu: (name: string): [string, string, string] => ['Ubuntu', name, '3'],
    baileys: (name: string): [string, string, string] => ['Baileys', name, '4'],
    android: (name: string): [string, string, string] => [name, 'Android', '5'],
    appropriate: (name: string): [string, string, string] => ['Ubuntu', name, '6'],
  };
  it.each([
    ['darwin', 'Google Chrome (Mac OS)'],
    ['win32', 'Google Chrome (Windows)'],
    ['linux', 'Google Chrome (Ubuntu)'],
    ['freebsd', 'Google Chrome (Ubuntu)'],
  ] as const)('on %s is called %s on the phone', (platform, name) => {
    expect(deviceName(browserOf({ Browsers }, platform))).toBe(name);
  });
});

describe('the library’s own listeners', () => {
  it('keep their order, and a promise of theirs that fails is handled, so that one frame does not end the process', async () => {
    const emitter = new EventEmitter();
    const seen: string[] = [];
    emitter.on('message', (frame: string): unknown => {
      seen.push(`first ${frame}`);
      return Promise.reject(new Error('not readable'));
    });
    emitter.on('message', (frame: string) => seen.push(`second ${frame}`));
    const { promise, resolve } = Promise.withResolvers<readonly [string, unknown]>();
    catchRejections(emitter, (event, error) => resolve([event, error]));
    emitter.on('message', (frame: string) => seen.push(`later ${frame}`));
    emitter.emit('message', 'x');
    expect(seen).toEqual(['first x', 'second x', 'later x']);
    expect(await promise).toEqual(['message', new Error('not readable')]);
  });
});
