/* What is mended in the library where it is loaded. */
import { beforeAll, describe, expect, it } from 'vitest';
import { holdsKeys } from '../../../main/channels/whatsapp/console-guard.ts';
import { libraryLogger, withoutSecrets } from '../../../main/channels/whatsapp/library-log.ts';
import { checksSignatures, loadLibrary, publicRootKey, withRoot } from '../../../main/channels/whatsapp/library.ts';
import type { Library } from '../../../main/channels/whatsapp/parts.ts';
import { startWhatsApp } from '../../emulators/whatsapp/server.ts';
import { recordedLog } from '../../store/support.ts';
import { connect, Home, mended, wait } from './own-socket.ts';

let library: Library;
/** Of the library as it comes. */
let stockVerify: Library['Curve']['verify'];

beforeAll(async () => {
  const { Curve } = await import('baileys');
  stockVerify = Curve.verify.bind(Curve);
  library = await mended();
});

describe('signatures', () => {
  it('that are wrong are taken for right by the library as it comes, and no longer once it is loaded', () => {
    const { Curve } = library;
    const [own, other] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
    const message = Buffer.from('message');
    const right = Curve.sign(own.private, message);
    const answers = (verify: Library['Curve']['verify']) => [
      verify(own.public, message, right),
      verify(library.generateSignalPubKey(own.public), message, right),
      verify(other.public, message, right),
      verify(own.public, Buffer.from('another'), right),
      verify(own.public, message, Buffer.alloc(64, 1)),
      verify(own.public, message, right.subarray(1)),
    ];
    expect(answers(stockVerify)).toEqual([true, true, true, true, true, false]);
    expect(answers(Curve.verify)).toEqual([true, true, false, false, false, false]);
  });

  it('are checked at every start: a check that always agrees keeps the library from being used', async () => {
    expect(checksSignatures({ ...library.Curve, verify: stockVerify })).toBe(false);
    const log = recordedLog();
    const careless = { verifySignature: () => true };
    const loaded = await loadLibrary(log, async () => ({
      library: { ...library, Curve: { ...library.Curve } },
      curve: careless,
    }));
    expect(loaded).toEqual({ ok: false, failure: { code: 'link.library-unsafe' } });
    expect(log.lines).toMatchObject([{ level: 'error', event: 'whatsapp.library-unsafe' }]);
  });

  it('cannot be checked by a library that is not there, which is said and not thrown', async () => {
    const log = recordedLog();
    const loaded = await loadLibrary(log, () => Promise.reject(new Error('no such module')));
    expect(loaded).toEqual({ ok: false, failure: { code: 'link.library-unsafe' } });
    expect(log.lines).toMatchObject([{ event: 'whatsapp.library-missing' }]);
  });

  it('are the same for whoever loads at the same time', async () => {
    const [one, two] = await Promise.all([mended(), mended()]);
    expect(one.Curve.verify).toBe(two.Curve.verify);
    expect(checksSignatures(one.Curve)).toBe(true);
  });
});

describe('the root of a server', () => {
  it("is WhatsApp's own unless a socket was made with another", () => {
    expect(Buffer.from(publicRootKey).toString('hex')).toMatch(/^142375574d0a587166aae71e/);
    expect(library.WA_CERT_DETAILS.PUBLIC_KEY).toEqual(Buffer.from(publicRootKey));
    const other = Buffer.alloc(32, 1);
    expect(withRoot(other, () => library.WA_CERT_DETAILS.PUBLIC_KEY)).toEqual(other);
    expect(library.WA_CERT_DETAILS.PUBLIC_KEY).toEqual(Buffer.from(publicRootKey));
  });

  it('holds for its own socket alone, with sockets of two servers at once', async () => {
    using home = new Home();
    await using one = await startWhatsApp();
    await using two = await startWhatsApp();
    const socketTo = (link: string, url: string, rootKey: Buffer) =>
      connect({ library, identity: home.identity(library, link), server: { url, rootKey } });
    await using first = socketTo('first', one.url, one.rootKey);
    await using second = socketTo('second', two.url, two.rootKey);
    await using crossed = socketTo('crossed', one.url, two.rootKey);
    await using unproven = socketTo('unproven', two.url, Buffer.from(publicRootKey));
    await Promise.all([first, second].map(({ qrs }) => qrs.waitFor(() => true, wait)));
    for (const refused of [crossed, unproven]) {
      expect(await refused.ended()).toMatchObject({ output: { statusCode: 400 } });
      expect(refused.qrs.items).toEqual([]);
    }
  });
});

describe('what is taken for keys on the console', () => {
  it.each([
    ['a session', { indexInfo: {}, currentRatchet: {} }],
    ['a record of sessions', { sessions: { a: { indexInfo: { baseKey: Buffer.from('x') } } } }],
    ['a pair of keys', { pubKey: 1, privKey: 2 }],
    ['credentials', { creds: { noiseKey: { public: '', private: '' } } }],
    ['bytes', Buffer.from('x')],
    ['bytes in a list', [[Buffer.from('x')]]],
    ['keys in a map', new Map([['a', { rootKey: 'x' }]])],
  ])('%s is', (_what, value) => {
    expect(holdsKeys(value)).toBe(true);
  });

  it.each([['words'], [5], [null], [undefined], [{ version: 1 }], [new Error('x')], [['a', 'b']], [{ private: null }]])(
    '%o is not',
    (value) => {
      expect(holdsKeys(value)).toBe(false);
    },
  );
});

describe("the library's log", () => {
  it('says text and error at warn and error, and nothing of what else it is given', () => {
    const log = recordedLog();
    const logger = libraryLogger(log, 'phone');
    logger.info({ secret: 1 }, 'info');
    logger.debug('debug');
    logger
      .child({ class: 'x' })
      .warn({ key: { remoteJid: '491511234567@s.whatsapp.net' }, msg: 'hi' }, 'failed to decrypt');
    logger.error({ err: new Error('for 491511234567@s.whatsapp.net') }, 'unexpected');
    logger.error({ trace: 'Error: Bad MAC\n    at somewhere' }, 'again');
    logger.warn('failed to commit mutations, retries left=9');
    expect(log.lines.map(({ fields }) => [fields?.['its'], fields?.['text'], fields?.['error']])).toEqual([
      ['warn', 'failed to decrypt', undefined],
      ['error', 'unexpected', 'Error: for …567@s.whatsapp.net'],
      ['error', 'again', 'Error: Bad MAC'],
      ['warn', 'failed to commit mutations, retries left=9', undefined],
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('hi');
  });

  it('shortens numbers, and leaves out quotes, keys and ciphertext', () => {
    expect(withoutSecrets('Unexpected token, "my words" is not JSON')).toBe('Unexpected token, "…" is not JSON');
    expect(withoutSecrets('key mIa37ZI9xxkkAAbb00992244zz= of 3EB0C767D26A1B2C3D4E')).toBe('key […] of […]');
    expect(withoutSecrets('status 503 for 4915112345678 on line 1234')).toBe('status 503 for …678 on line 1234');
    expect(withoutSecrets('PreKeyWhisperMessageException')).toBe('PreKeyWhisperMessageException');
  });
});
