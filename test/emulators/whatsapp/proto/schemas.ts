/*
 * The messages of the protocol with the numbers of their fields, as far as server, phones and contacts read or write
 * them. Source of the numbers: WAProto/WAProto.proto and libsignal's WhisperTextProtocol of the installed packages.
 * A message inside a message of its own kind stays bytes here, and is read where it is needed.
 */
import { field } from './codec.ts';

const { bool, bytes, message, messages, string, strings, uint } = field;

/** The three steps of the Noise handshake. */
export const handshakeMessage = {
  clientHello: message(2, { ephemeral: bytes(1) }),
  serverHello: message(3, { ephemeral: bytes(1), static: bytes(2), payload: bytes(3) }),
  clientFinish: message(4, { static: bytes(1), payload: bytes(2) }),
};

export const certificateDetails = {
  serial: uint(1),
  issuerSerial: uint(2),
  key: bytes(3),
  notBefore: uint(4),
  notAfter: uint(5),
};

const certificate = { details: bytes(1), signature: bytes(2) };

export const certChain = { leaf: message(1, certificate), intermediate: message(2, certificate) };

/** What the client says about itself: with `devicePairingData` to register, with `username` to log in. */
export const clientPayload = {
  username: uint(1),
  passive: bool(3),
  userAgent: message(5, {
    platform: uint(1),
    appVersion: message(2, { primary: uint(1), secondary: uint(2), tertiary: uint(3) }),
  }),
  pushName: string(7),
  device: uint(18),
  devicePairingData: message(19, {
    eRegid: bytes(1),
    eKeytype: bytes(2),
    eIdent: bytes(3),
    eSkeyId: bytes(4),
    eSkeyVal: bytes(5),
    eSkeySig: bytes(6),
    buildHash: bytes(7),
    deviceProps: bytes(8),
  }),
  pull: bool(33),
};

/** What the companion is called in the list of linked devices. */
export const deviceProps = { os: string(1), platformType: uint(3), requireFullSync: bool(4) };

export const advDeviceIdentity = {
  rawId: uint(1),
  timestamp: uint(2),
  keyIndex: uint(3),
  accountType: uint(4),
  deviceType: uint(5),
};

export const advSignedDeviceIdentity = {
  details: bytes(1),
  accountSignatureKey: bytes(2),
  accountSignature: bytes(3),
  deviceSignature: bytes(4),
};

export const advSignedDeviceIdentityHmac = { details: bytes(1), hmac: bytes(2) };

/** Signal's own messages. */
export const whisperMessage = {
  ephemeralKey: bytes(1),
  counter: uint(2),
  previousCounter: uint(3),
  ciphertext: bytes(4),
};

export const preKeyWhisperMessage = {
  preKeyId: uint(1),
  baseKey: bytes(2),
  identityKey: bytes(3),
  message: bytes(4),
  registrationId: uint(5),
  signedPreKeyId: uint(6),
};

export const senderKeyMessage = { id: uint(1), iteration: uint(2), ciphertext: bytes(3) };

export const senderKeyDistribution = { id: uint(1), iteration: uint(2), chainKey: bytes(3), signingKey: bytes(4) };

const messageKey = { remoteJid: string(1), fromMe: bool(2), id: string(3), participant: string(4) };

const contextInfo = {
  stanzaId: string(1),
  participant: string(2),
  quotedMessage: bytes(3),
  mentionedJid: strings(15),
  forwardingScore: uint(21),
  isForwarded: bool(22),
};

const historySyncNotification = { syncType: uint(6), chunkOrder: uint(7), progress: uint(9), inlinePayload: bytes(11) };

const appStateSyncKey = {
  keyId: message(1, { keyId: bytes(1) }),
  keyData: message(2, {
    keyData: bytes(1),
    fingerprint: message(2, { rawId: uint(1), currentIndex: uint(2) }),
    timestamp: uint(3),
  }),
};

/** What people say to each other. Types of `protocolMessage`: 0 taken back, 5 history, 6 app state keys, 14 edited. */
export const content = {
  conversation: string(1),
  senderKeyDistributionMessage: message(2, { groupId: string(1), distribution: bytes(2) }),
  imageMessage: message(3, {
    url: string(1),
    mimetype: string(2),
    caption: string(3),
    fileSha256: bytes(4),
    fileLength: uint(5),
    mediaKey: bytes(8),
    fileEncSha256: bytes(9),
    directPath: string(11),
    mediaKeyTimestamp: uint(12),
    contextInfo: message(17, contextInfo),
  }),
  extendedTextMessage: message(6, { text: string(1), contextInfo: message(17, contextInfo) }),
  documentMessage: message(7, {
    url: string(1),
    mimetype: string(2),
    title: string(3),
    fileSha256: bytes(4),
    fileLength: uint(5),
    mediaKey: bytes(7),
    fileName: string(8),
    fileEncSha256: bytes(9),
    directPath: string(10),
    mediaKeyTimestamp: uint(11),
    contextInfo: message(17, contextInfo),
    caption: string(20),
  }),
  audioMessage: message(8, {
    url: string(1),
    mimetype: string(2),
    fileSha256: bytes(3),
    fileLength: uint(4),
    seconds: uint(5),
    ptt: bool(6),
    mediaKey: bytes(7),
    fileEncSha256: bytes(8),
    directPath: string(9),
    mediaKeyTimestamp: uint(10),
    contextInfo: message(17, contextInfo),
  }),
  protocolMessage: message(12, {
    key: message(1, messageKey),
    type: uint(2),
    historySyncNotification: message(6, historySyncNotification),
    appStateSyncKeyShare: message(7, { keys: messages(1, appStateSyncKey) }),
    editedMessage: bytes(14),
    timestampMs: uint(15),
    peerDataOperationRequestMessage: bytes(16),
  }),
  deviceSentMessage: message(31, { destinationJid: string(1), message: bytes(2) }),
  messageContextInfo: bytes(35),
  ephemeralMessage: message(40, { message: bytes(1) }),
  reactionMessage: message(46, { key: message(1, messageKey), text: string(2), senderTimestampMs: uint(4) }),
  documentWithCaptionMessage: message(53, { message: bytes(1) }),
  editedMessage: message(58, { message: bytes(1) }),
};

/** A message as a phone has stored it. */
const storedMessage = {
  key: message(1, messageKey),
  message: bytes(2),
  messageTimestamp: uint(3),
  participant: string(5),
};

/** The history a new companion is given; type 0 is the first part of it, type 3 what came before. */
export const historySync = {
  syncType: uint(1),
  conversations: messages(2, { id: string(1), messages: messages(2, { message: message(1, storedMessage) }) }),
  chunkOrder: uint(5),
  progress: uint(6),
  pushnames: messages(7, { id: string(1), pushname: string(2) }),
  phoneNumberToLidMappings: messages(15, { pnJid: string(1), lidJid: string(2) }),
};
