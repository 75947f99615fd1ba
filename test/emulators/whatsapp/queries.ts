/*
 * What the service answers to queries (docs/whatsapp-protocol.md, Login; Stanzas of messages). Each waits for its
 * answer at the client, so that each is answered, also with an error; a query of a namespace that does not exist here
 * is one.
 */
import { isGroup, parseAddress, serverAddress } from './address.ts';
import { bigEndian, childOf, childrenOf, needAttr, node, textOf } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import type { Directory } from './directory.ts';
import { sha256 } from './crypto/ciphers.ts';
import type { Person } from './person.ts';
import { Refused, demand, needed } from './refused.ts';
import type { Bundle } from './signal/keys.ts';

/** An answer: what the result holds, or an error. */
export type QueryAnswer =
  | { readonly kind: 'result'; readonly content?: readonly Node[] }
  | { readonly kind: 'error'; readonly code: number; readonly text: string };

/** What a query is about: whose it is, and whom it can ask about. */
export interface QueryScene {
  readonly companion: Companion;
  readonly owner: Person;
  readonly directory: Directory;
  /** Records what the service takes although it will do harm. */
  readonly note: (text: string) => void;
}

type Handler = (query: Node, scene: QueryScene) => QueryAnswer;

function result(...content: readonly Node[]): QueryAnswer {
  return content.length === 0 ? { kind: 'result' } : { kind: 'result', content };
}

function failure(code: number, text: string): QueryAnswer {
  return { kind: 'error', code, text };
}

const notFound = failure(404, 'item-not-found');
const badRequest = failure(400, 'bad-request');

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['w:p', () => result()],
  ['urn:xmpp:ping', () => result()],
  ['passive', () => result()],
  ['encrypt', answerKeys],
  ['usync', answerUsync],
  ['w:g2', answerGroups],
  ['w:sync:app:state', answerAppState],
  ['abt', () => result(node('props', { protocol: 1, hash: 'emulated', refresh: 86_400 }))],
  ['blocklist', () => result(node('list'))],
  ['privacy', answerPrivacy],
  [
    'w:m',
    () => result(node('media_conn', { auth: 'emulated', ttl: 3600 }, [node('host', { hostname: 'mmg.whatsapp.net' })])),
  ],
  ['w:profile:picture', () => notFound],
  ['urn:xmpp:whatsapp:dirty', () => result()],
  ['w:stats', () => result()],
  ['status', () => result()],
  ['disappearing_mode', () => result()],
  ['w:biz', () => result(node('business_profile'))],
  ['w:mex', () => failure(501, 'feature-not-implemented')],
  ['md', () => result()],
]);

/** The answer to a query; `undefined` when its namespace is unknown. Throws `Refused` on one that is not put right. */
export function answerQuery(query: Node, scene: QueryScene): QueryAnswer | undefined {
  needAttr(query, 'id');
  const { type, xmlns = '' } = query.attrs;
  demand(type === 'get' || type === 'set', 'stanza', `A query is of type ${type ?? 'none'}.`);
  return handlers.get(xmlns)?.(query, scene);
}

/** The result stanza of an answer. */
export function resultOf(query: Node, answer: QueryAnswer): Node {
  const { id, to } = query.attrs;
  const from = to === undefined || to === '' ? serverAddress : to;
  if (answer.kind === 'result') return node('iq', { from, type: 'result', id }, answer.content);
  return node('iq', { from, type: 'error', id }, [node('error', { code: answer.code, text: answer.text })]);
}

function answerKeys(query: Node, scene: QueryScene): QueryAnswer {
  const { companion } = scene;
  const [first] = childrenOf(query);
  if (query.attrs['type'] === 'get') {
    switch (first?.tag) {
      case 'count':
        return result(node('count', { value: companion.preKeyCount }));
      case 'digest':
        return companion.uploads.items.length === 0 ? notFound : result(digestOf(companion));
      case 'key':
        return result(
          node(
            'list',
            {},
            childrenOf(first, 'user').map((user) => bundleFor(user, scene)),
          ),
        );
      case undefined:
      default:
        return badRequest;
    }
  }
  if (first?.tag === 'rotate') {
    companion.rotate(childOf(first, 'skey'));
    return result();
  }
  const reused = companion.upload(query);
  if (reused.length > 0) scene.note(`Pre-keys ${reused.join(', ')} were uploaded before with other keys.`);
  return result();
}

/** The summary a client compares its own keys with; only that it is there is looked at. */
function digestOf(companion: Companion): Node {
  const { registrationId, identityKey } = companion.who;
  const { id, publicKey, signature } = companion.signedPreKey;
  return node('digest', {}, [
    node('registration', {}, bigEndian(registrationId, 4)),
    node('type', {}, Buffer.of(5)),
    node('identity', {}, identityKey),
    node('skey', {}, [
      node('id', {}, bigEndian(id, 3)),
      node('value', {}, publicKey),
      node('signature', {}, signature),
    ]),
    node('hash', {}, sha256(identityKey, publicKey, signature).subarray(0, 20)),
  ]);
}

function bundleFor(user: Node, { directory }: QueryScene): Node {
  const jid = needAttr(user, 'jid');
  const target = directory.target(jid);
  if (target === undefined) return node('user', { jid }, [node('error', { code: 404, text: 'item-not-found' })]);
  const bundle = target.kind === 'simulated' ? target.device.keys.bundle() : target.companion.takeBundle();
  return node('user', { jid }, bundleParts(bundle));
}

function bundleParts({ registrationId, identityKey, signedPreKey, preKey }: Bundle): readonly Node[] {
  const signed = [
    node('id', {}, bigEndian(signedPreKey.id, 3)),
    node('value', {}, signedPreKey.publicKey),
    node('signature', {}, signedPreKey.signature),
  ];
  const oneTime =
    preKey === undefined
      ? []
      : [node('key', {}, [node('id', {}, bigEndian(preKey.id, 3)), node('value', {}, preKey.publicKey)])];
  return [
    node('registration', {}, bigEndian(registrationId, 4)),
    node('type', {}, Buffer.of(5)),
    node('identity', {}, identityKey),
    node('skey', {}, signed),
    ...oneTime,
  ];
}

/** Devices and LIDs of people. A LID belongs to a phone number and is left out for who is asked by LID. */
function answerUsync(query: Node, scene: QueryScene): QueryAnswer {
  const usync = needed(childOf(query, 'usync'), 'stanza', 'A usync query has no <usync>.');
  for (const name of ['sid', 'mode', 'context', 'index', 'last']) needAttr(usync, name);
  const asked = new Set(childrenOf(childOf(usync, 'query')).map(({ tag }) => tag));
  demand(asked.size > 0, 'stanza', 'A usync query asks for nothing.');
  const users = childrenOf(childOf(usync, 'list'), 'user').map((user) => describeUser(user, asked, scene));
  const tags = [...asked].map((tag) => node(tag, tag === 'devices' ? { version: 2 } : {}));
  const parts = [node('result', {}, tags), node('list', {}, users)];
  return result(node('usync', usync.attrs, parts));
}

function describeUser(user: Node, asked: ReadonlySet<string>, { directory }: QueryScene): Node {
  const number = textOf(childOf(user, 'contact')).replace('+', '');
  const jid = user.attrs['jid'] ?? (number === '' ? '' : `${number}@s.whatsapp.net`);
  const person = directory.person(jid);
  const contact = asked.has('contact') ? [node('contact', { type: person === undefined ? 'out' : 'in' })] : [];
  if (person === undefined) return node('user', { jid }, contact);
  const isByNumber = parseAddress(jid)?.server === 's.whatsapp.net';
  const list = directory.devicesOf(person).map((id) => node('device', { id, 'key-index': id === 0 ? undefined : id }));
  return node('user', { jid }, [
    ...contact,
    ...(asked.has('devices') ? [node('devices', {}, [node('device-list', {}, list)])] : []),
    ...(asked.has('lid') && isByNumber ? [node('lid', { val: person.lidAddress })] : []),
  ]);
}

function answerGroups(query: Node, { owner, directory }: QueryScene): QueryAnswer {
  const to = query.attrs['to'] ?? '';
  if (to === '@g.us') {
    const own = directory.groups.filter((group) => group.has(owner)).map((group) => group.describe());
    return result(node('groups', {}, own));
  }
  const group = directory.group(to);
  if (!isGroup(to)) return badRequest;
  if (group === undefined) return notFound;
  if (!group.has(owner)) return failure(403, 'forbidden');
  return childOf(query, 'query') === undefined ? result() : result(group.describe());
}

/** Every collection comes back as it is, or a client asks for ever (docs/whatsapp-protocol.md, Login). */
function answerAppState(query: Node): QueryAnswer {
  const sync = needed(childOf(query, 'sync'), 'stanza', 'A query for the app state has no <sync>.');
  const collections = childrenOf(sync, 'collection').map((collection) => {
    const { name, version } = collection.attrs;
    if (name === undefined || version === undefined)
      throw new Refused('stanza', 'A collection has no name or version.');
    return node('collection', { name, version, type: 'result' });
  });
  return result(node('sync', {}, collections));
}

function answerPrivacy(query: Node): QueryAnswer {
  if (query.attrs['type'] === 'set') return result();
  const settings = { readreceipts: 'all', last: 'all', online: 'all', profile: 'all', status: 'all', groupadd: 'all' };
  const categories = Object.entries(settings).map(([name, value]) => node('category', { name, value }));
  return result(node('privacy', {}, categories));
}
