/* What a message says, in every wrapping, with the library's own encoding in between. */
import { proto } from 'baileys';
import { describe, expect, it } from 'vitest';
import type { Content } from '../../../main/channels/whatsapp/content-read.ts';
import { readContent } from '../../../main/channels/whatsapp/content-read.ts';

const { Message } = proto;
type Fields = proto.IMessage;

/** As it comes out of a decryption. */
const read = (fields: Fields): Content =>
  readContent(Message.decode(Message.encode(Message.fromObject(fields)).finish()));

function told(fields: Fields): readonly [text: string, media: string | null] | string {
  const content = read(fields);
  return content.kind === 'said' ? [content.said.text, content.said.media] : content.kind;
}

describe('a text', () => {
  it.each<[string, Fields, string]>([
    ['plain', { conversation: 'hi' }, 'hi'],
    ['with a preview', { extendedTextMessage: { text: 'hi' } }, 'hi'],
    ['chosen from buttons', { buttonsResponseMessage: { selectedDisplayText: 'Yes' } }, 'Yes'],
    ['chosen from a template', { templateButtonReplyMessage: { selectedDisplayText: 'Yes' } }, 'Yes'],
    ['chosen from a list', { listResponseMessage: { title: 'First' } }, 'First'],
    ['of a business', { templateMessage: { hydratedTemplate: { hydratedContentText: 'Order 7' } } }, 'Order 7'],
    ['that disappears', { ephemeralMessage: { message: { conversation: 'hi' } } }, 'hi'],
    ['wrapped twice', { ephemeralMessage: { message: { editedMessage: { message: { conversation: 'hi' } } } } }, 'hi'],
  ])('%s is read', (_how, fields, text) => {
    expect(told(fields)).toEqual([text, null]);
  });

  it('of half a surrogate is made whole, since the store and every model refuse it', () => {
    expect(readContent({ conversation: 'a\ud800' })).toMatchObject({ said: { text: 'a\ufffd' } });
  });

  it.each<[string, Fields, boolean]>([
    ['as the app marks it', { extendedTextMessage: { text: 'hi', contextInfo: { isForwarded: true } } }, true],
    ['often', { extendedTextMessage: { text: 'hi', contextInfo: { forwardingScore: 5 } } }, true],
    ['with a picture', { imageMessage: { caption: 'hi', contextInfo: { isForwarded: true } } }, true],
    ['of a bot', { botForwardedMessage: { message: { conversation: 'hi' } } }, true],
    [
      'and disappears',
      { ephemeralMessage: { message: { extendedTextMessage: { text: 'hi', contextInfo: { isForwarded: true } } } } },
      true,
    ],
    [
      'not, but quotes',
      { extendedTextMessage: { text: 'hi', contextInfo: { stanzaId: 'A', forwardingScore: 0 } } },
      false,
    ],
    ['not', { conversation: 'hi' }, false],
  ])('that was passed on, %s, is told from what its sender wrote', (_how, fields, isForwarded) => {
    expect(read(fields)).toMatchObject({ kind: 'said', said: { text: 'hi', isForwarded } });
  });

  it('wrapped without end comes to an end', () => {
    let fields: Fields = { conversation: 'deep' };
    for (let depth = 0; depth < 50; depth += 1) fields = { ephemeralMessage: { message: fields } };
    expect(told(fields)).toEqual(['', 'ephemeral']);
  });
});

describe('what comes with a text', () => {
  it.each<[string, Fields, string]>([
    ['photo', { imageMessage: { caption: 'look' } }, 'look'],
    ['video', { videoMessage: { caption: 'look' } }, 'look'],
    ['animation', { videoMessage: { gifPlayback: true } }, ''],
    ['video_note', { ptvMessage: {} }, ''],
    ['voice', { audioMessage: { ptt: true } }, ''],
    ['audio', { audioMessage: {} }, ''],
    ['document', { documentWithCaptionMessage: { message: { documentMessage: { caption: 'read' } } } }, 'read'],
    ['sticker', { stickerMessage: {} }, ''],
    ['sticker', { lottieStickerMessage: { message: { stickerMessage: {} } } }, ''],
    ['contact', { contactMessage: { displayName: 'Bob' } }, ''],
    ['location', { locationMessage: { degreesLatitude: 1, degreesLongitude: 2 } }, ''],
    ['poll', { pollCreationMessageV3: { name: 'Which?' } }, ''],
    ['group invite', { groupInviteMessage: { caption: 'come' } }, 'come'],
  ])('is called %s', (word, fields, text) => {
    expect(told(fields)).toEqual([text, word]);
  });

  it('and may be looked at once is not fetched', () => {
    for (const wrapper of ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'] as const) {
      const content = read({ [wrapper]: { message: { imageMessage: { caption: 'once' } } } });
      expect(content).toMatchObject({ kind: 'said', said: { text: 'once', media: 'photo', isViewOnce: true } });
    }
  });

  it('of a kind nobody here knows says its name (a message that is met with silence)', () => {
    expect(told({ newsletterAdminInviteMessage: {} })).toEqual(['', 'newsletter admin invite']);
    expect(told({ paymentInviteMessage: {} })).toEqual(['', 'payment invite']);
  });
});

describe('what is no message', () => {
  it.each<[string, Fields]>([
    ['nothing', {}],
    ['an empty text', { conversation: '' }],
    ['a text of blanks', { conversation: ' \n' }],
    ['keys', { senderKeyDistributionMessage: { groupId: 'g' }, messageContextInfo: {} }],
    ['a reaction', { reactionMessage: { text: 'x' } }],
    ['a vote', { pollUpdateMessage: {} }],
    ['a pin', { pinInChatMessage: {} }],
    ['an album, whose pictures follow', { albumMessage: { expectedImageCount: 2 } }],
    ['a status shown in a group', { groupStatusMessageV2: { message: { conversation: 'status' } } }],
    ['a piece of the history', { protocolMessage: { type: 5, historySyncNotification: {} } }],
    ['a timer for disappearing', { protocolMessage: { type: 3, ephemeralExpiration: 60 } }],
  ])('%s says nothing', (_what, fields) => {
    expect(read(fields)).toEqual({ kind: 'nothing' });
  });
});

describe('a change of a message', () => {
  const key = { id: 'A1', fromMe: true, remoteJid: 'x@s.whatsapp.net' };

  it('is an edit with the new words, wrapped or not', () => {
    const protocolMessage = { type: 14, key, editedMessage: { extendedTextMessage: { text: 'new' } } };
    for (const fields of [{ protocolMessage }, { editedMessage: { message: { protocolMessage } } }]) {
      expect(read(fields)).toMatchObject({ kind: 'edit', of: { id: 'A1' }, said: { text: 'new', media: null } });
    }
    expect(
      read({ protocolMessage: { type: 14, key, editedMessage: { imageMessage: { caption: 'new' } } } }),
    ).toMatchObject({ said: { text: 'new', media: 'photo' } });
  });

  it('takes it back, also where the type is left out because it is the first', () => {
    for (const fields of [{ protocolMessage: { type: 0, key } }, { protocolMessage: { key } }]) {
      expect(read(fields)).toMatchObject({ kind: 'taken-back', of: { id: 'A1' } });
    }
  });

  it('without a message that it changes is nothing', () => {
    expect(read({ protocolMessage: { type: 14, editedMessage: { conversation: 'x' } } })).toEqual({ kind: 'nothing' });
    expect(read({ protocolMessage: { type: 14, key } })).toEqual({ kind: 'nothing' });
  });
});
