/* What is remembered of groups, from the library's own events; the server's answers are given by the test. */
import type { GroupMetadata, GroupParticipant } from 'baileys';
import { makeEventBuffer } from 'baileys';
import { expect, it } from 'vitest';
import { createGroups } from '../../../main/channels/whatsapp/groups.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import { quietLogger } from '../../emulators/whatsapp/client.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

const friends = '1203@g.us';
const alice: GroupParticipant = { id: '71@lid', phoneNumber: '1555@s.whatsapp.net', admin: 'admin' };
const bob: GroupParticipant = { id: '72@lid', phoneNumber: '1666@s.whatsapp.net', admin: null };
const me: GroupParticipant = { id: '90@lid', phoneNumber: '4915@s.whatsapp.net', admin: null };
const group: GroupMetadata = { id: friends, subject: 'Friends', owner: undefined, participants: [alice, bob, me] };

type Answer = () => Promise<GroupMetadata>;

function stage(answers: Readonly<Record<string, Answer>> = {}) {
  const clock = new ManualClock();
  const ev = makeEventBuffer(quietLogger(new EventLog('problem')));
  const asked: string[] = [];
  const groupMetadata = (jid: string): Promise<GroupMetadata> => {
    asked.push(jid);
    return (answers[jid] ?? (async () => ({ ...group, id: jid, subject: `About ${jid}` })))();
  };
  const creds = { me: { id: '4915:3@s.whatsapp.net', lid: '90:3@lid' } };
  const live = { socket: { ev, groupMetadata }, identity: { auth: { creds } } };
  const groups = createGroups({ clock, log: { write: () => undefined } });
  const attached = groups.attach(live);
  return { clock, ev, asked, live, groups, attached };
}

const membersOf = async ({ groups }: ReturnType<typeof stage>): Promise<readonly string[] | undefined> =>
  (await groups.cached(friends))?.participants.map(({ id }) => id);

it('a group that was told of is known without a question, with its members', async () => {
  const { ev, groups, live, asked } = stage();
  expect(await groups.cached(friends)).toBeUndefined();
  ev.emit('groups.upsert', [group]);
  expect(await groups.cached(friends)).toEqual(group);
  expect([await groups.title(live, friends), groups.nameOf(friends)]).toEqual(['Friends', 'Friends']);
  expect(asked).toEqual([]);
});

it('members come, go and get rights', async () => {
  const on = stage();
  const { ev, groups, live } = on;
  const carol: GroupParticipant = { id: '73@lid', phoneNumber: '1777@s.whatsapp.net' };
  const change = { id: friends, author: '71@lid' };
  ev.emit('groups.upsert', [group]);
  ev.emit('group-participants.update', { ...change, participants: [carol], action: 'add' });
  expect(await membersOf(on)).toEqual(['71@lid', '72@lid', '90@lid', '73@lid']);
  ev.emit('group-participants.update', { ...change, participants: [bob], action: 'remove' });
  expect(await membersOf(on)).toEqual(['71@lid', '90@lid', '73@lid']);
  expect(await groups.isAdmin(live, friends, '73@lid')).toBe(false);
  ev.emit('group-participants.update', { ...change, participants: [carol], action: 'promote' });
  expect(await groups.isAdmin(live, friends, '1777@s.whatsapp.net')).toBe(true);
  ev.emit('group-participants.update', { ...change, participants: [carol], action: 'demote' });
  expect(await groups.isAdmin(live, friends, '73@lid')).toBe(false);
  expect(await groups.isAdmin(live, friends, '71@lid')).toBe(true);
});

it('a changed number, being thrown out, and a server that knows better make the next send ask', async () => {
  const on = stage();
  const change = { id: friends, author: '71@lid' };
  const forgetting = [
    () => on.ev.emit('group-participants.update', { ...change, participants: [bob], action: 'modify' }),
    () => on.ev.emit('group-participants.update', { ...change, participants: [me], action: 'remove' }),
    () => on.groups.forget(friends),
  ];
  for (const forget of forgetting) {
    on.ev.emit('groups.upsert', [group]);
    forget();
    expect(await on.groups.cached(friends)).toBeUndefined();
    expect(on.groups.nameOf(friends)).toBe('Friends');
  }
});

it('a new name and a timer for disappearing are taken over, whole descriptions too', async () => {
  const { ev, groups } = stage();
  ev.emit('groups.upsert', [group]);
  ev.emit('groups.update', [{ id: friends, subject: 'Foes' }]);
  ev.emit('chats.update', [{ id: friends, ephemeralExpiration: 86_400 }]);
  expect(await groups.cached(friends)).toMatchObject({ subject: 'Foes', ephemeralDuration: 86_400 });
  ev.emit('chats.update', [{ id: friends, ephemeralExpiration: null }]);
  expect(await groups.cached(friends)).not.toHaveProperty('ephemeralDuration');
  ev.emit('groups.update', [{ ...group, subject: 'Others', participants: [alice] }]);
  expect(await groups.cached(friends)).toMatchObject({ subject: 'Others', participants: [alice] });
  ev.emit('groups.update', [{ id: '9@g.us', subject: 'Unknown' }]);
  expect([groups.nameOf('9@g.us'), await groups.cached('9@g.us')]).toEqual(['Unknown', undefined]);
});

it('one group is asked about at a time, and once for all who want to know', async () => {
  const held = Promise.withResolvers<GroupMetadata>();
  const { groups, live, asked } = stage({ [friends]: () => held.promise });
  const titles = [groups.title(live, friends), groups.title(live, friends), groups.title(live, '8@g.us')];
  await Promise.resolve();
  expect(asked).toEqual([friends]);
  held.resolve(group);
  expect(await Promise.all(titles)).toEqual(['Friends', 'Friends', 'About 8@g.us']);
  expect(asked).toEqual([friends, '8@g.us']);
});

it('one that refuses or stays silent is called by its id and left alone for ten minutes', async () => {
  const { clock, groups, live, asked } = stage({
    '8@g.us': () => Promise.reject(new Error('forbidden')),
    '9@g.us': () => new Promise(() => undefined),
  });
  expect(await groups.title(live, '8@g.us')).toBe('8@g.us');
  const silent = groups.title(live, '9@g.us');
  await clock.elapse(10_000);
  expect(await silent).toBe('9@g.us');
  expect([await groups.title(live, '8@g.us'), await groups.title(live, '9@g.us')]).toEqual(['8@g.us', '9@g.us']);
  expect(await groups.isAdmin(live, '8@g.us', '71@lid')).toBe(false);
  expect(asked).toEqual(['8@g.us', '9@g.us']);
  await clock.elapse(10 * 60_000);
  expect(await groups.title(live, '8@g.us')).toBe('8@g.us');
  expect(asked).toEqual(['8@g.us', '9@g.us', '8@g.us']);
  expect(clock.pending).toBe(0);
});

it('one that could not be asked because the socket ended is asked over the next one', async () => {
  let isUp = false;
  const answer: Answer = () => (isUp ? Promise.resolve(group) : Promise.reject(new Error('Connection Closed')));
  const { groups, live, attached } = stage({ [friends]: answer });
  expect(await groups.title(live, friends)).toBe(friends);
  attached[Symbol.dispose]();
  isUp = true;
  using _next = groups.attach(live);
  expect(await groups.title(live, friends)).toBe('Friends');
});

it('people are called as they call themselves, and authors of messages are remembered with their keys', () => {
  const { ev, groups } = stage();
  ev.emit('contacts.update', [{ id: '71@lid', notify: 'Alice' }]);
  ev.emit('contacts.upsert', [{ id: '72@lid', name: 'in the address book' }]);
  expect([groups.nameOf('71@lid'), groups.nameOf('72@lid')]).toEqual(['Alice', null]);
  const key = { remoteJid: friends, id: 'A1', participant: '71@lid', fromMe: false };
  ev.emit('messages.upsert', { messages: [{ key }], type: 'notify' });
  expect(groups.keyOf(friends, 'A1')).toEqual(key);
  expect(groups.keyOf('8@g.us', 'A1')).toBeNull();
});

it('nothing is heard any more from a socket that has ended, and what was learnt stays', async () => {
  const { ev, groups, attached } = stage();
  ev.emit('groups.upsert', [group]);
  attached[Symbol.dispose]();
  ev.emit('groups.update', [{ id: friends, subject: 'Late' }]);
  ev.emit('contacts.update', [{ id: '71@lid', notify: 'Late' }]);
  expect(await groups.cached(friends)).toEqual(group);
  expect(groups.nameOf('71@lid')).toBeNull();
});
