/* What an emulator in another process can be told to let happen; see control.ts. `undefined`: wrongly put. */
import { setTimeout as passes } from 'node:timers/promises';
import { preciseNow } from '../lib/http.ts';
import { isRecord } from '../lib/json.ts';
import type { JsonRecord } from '../lib/json.ts';
import { Contact } from './contact.ts';
import type { Quote } from './content.ts';
import type { SendFault } from './faults.ts';
import type { Group } from './groups.ts';
import type { LinkOutcome } from './pairing.ts';
import type { Person } from './person.ts';
import type { WhatsAppEmulator } from './server.ts';
import { Speaker } from './speaker.ts';
import type { By, Said, SayOptions } from './speaker.ts';

type Answer = JsonRecord | undefined;
type Order = (emulator: WhatsAppEmulator, input: JsonRecord) => Promise<Answer> | Answer;

/** By the name in the path. */
export const orders: ReadonlyMap<string, Order> = new Map<string, Order>([
  ['scan', scan],
  ['code', async (emulator, input) => ({ outcome: nameOf(await emulator.phone().enterCode(textIn(input, 'code'))) })],
  ['refresh', refresh],
  ['remember', remember],
  ['say', say],
  ['note', note],
  ['edit', (emulator, input) => said(speakerIn(emulator, input)?.edit(textIn(input, 'id'), textIn(input, 'text')))],
  ['take-back', (emulator, input) => said(speakerIn(emulator, input)?.takeBack(textIn(input, 'id')))],
  ['file', file],
  ['react', react],
  ['typing', typing],
  ['read', read],
  ['group', newGroup],
  ['group-change', changeGroup],
  ['happen', happen],
  ['error', (emulator, input) => withCode(input, (code) => emulator.phone().companion.streamError(code))],
  ['fail', (emulator, input) => withCode(input, (code) => emulator.phone().companion.fail(code))],
  ['fault', fault],
  ['refuse', refuse],
  ['shut', shut],
  ['unlink', unlink],
]);

function textIn(input: JsonRecord, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value : '';
}

function numberIn(input: JsonRecord, name: string): number | undefined {
  const value = input[name];
  return typeof value === 'number' ? value : undefined;
}

function listIn(input: JsonRecord, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function withCode(input: JsonRecord, use: (code: number) => void): Answer {
  const code = numberIn(input, 'code');
  if (code === undefined) return undefined;
  use(code);
  return { code };
}

function nameOf(outcome: LinkOutcome): string {
  return outcome.kind === 'linked' ? 'linked' : outcome.reason;
}

function said(one: Said | undefined): Answer {
  return one && { id: one.id, saidAt: preciseNow() };
}

async function scan(emulator: WhatsAppEmulator, input: JsonRecord): Promise<Answer> {
  const { forge, refresh: kind } = input;
  const outcome = await emulator.phone().scan(textIn(input, 'qr'), {
    ...(forge === 'hmac' || forge === 'account-signature' ? { forge } : {}),
    ...(kind === 'companion_reg_refresh' || kind === 'pair-device-rotate-qr' ? { refresh: kind } : {}),
  });
  return { outcome: nameOf(outcome) };
}

function refresh(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const { kind } = input;
  if (kind !== 'companion_reg_refresh' && kind !== 'pair-device-rotate-qr') return undefined;
  return { id: emulator.registration.refresh(kind, textIn(input, 'qr')).id };
}

function remember(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const at = numberIn(input, 'at');
  const other = emulator.groupOf(textIn(input, 'with')) ?? personAt(emulator, textIn(input, 'with'));
  const by = personAt(emulator, textIn(input, 'by'));
  if (at === undefined || other === undefined) return undefined;
  const about = { with: other, at, ...(by === undefined ? {} : { by }) };
  return { id: emulator.phone().remember(textIn(input, 'text'), about).id };
}

/** Whoever has that number; somebody new if nobody has. */
function personAt(emulator: WhatsAppEmulator, number: string, name?: string): Person | undefined {
  if (!/^\d+$/.test(number)) return undefined;
  return emulator.personOf(number) ?? emulator.contact({ number, ...(name === undefined ? {} : { name }) });
}

function contactIn(emulator: WhatsAppEmulator, input: JsonRecord): Contact | undefined {
  const { name } = input;
  const person = personAt(emulator, textIn(input, 'number'), typeof name === 'string' ? name : undefined);
  return person instanceof Contact ? person : undefined;
}

/** A contact, or the owner. */
function speakerIn(emulator: WhatsAppEmulator, input: JsonRecord): Speaker | undefined {
  const person = personAt(emulator, textIn(input, 'number'));
  return person instanceof Speaker ? person : undefined;
}

/** Undefined when a group is named that does not exist. */
function optionsIn(emulator: WhatsAppEmulator, input: JsonRecord): SayOptions | undefined {
  const { by, id, quote, mention } = input;
  const group = groupIn(emulator, input);
  if (group === undefined && 'group' in input) return undefined;
  const at = numberIn(input, 'at');
  return {
    ...(group === undefined ? {} : { in: group }),
    by: byOf(by),
    ...(typeof id === 'string' ? { id } : {}),
    ...(at === undefined ? {} : { at }),
    ...(isQuote(quote) ? { quote } : {}),
    ...(mention === true ? { mentions: [emulator.phone().lidAddress] } : {}),
  };
}

function groupIn(emulator: WhatsAppEmulator, input: JsonRecord, name = 'group'): Group | undefined {
  return emulator.groupOf(textIn(input, name));
}

function byOf(by: unknown): By {
  return by === 'lid' || by === 'lid-only' ? by : 'number';
}

function isQuote(value: unknown): value is Quote {
  return isRecord(value) && ['id', 'author', 'text'].every((name) => typeof value[name] === 'string');
}

function say(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const options = optionsIn(emulator, input);
  if (typeof input['text'] !== 'string' || options === undefined) return undefined;
  return said(contactIn(emulator, input)?.say(input['text'], options));
}

function note(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const options = optionsIn(emulator, input);
  if (typeof input['text'] !== 'string' || options === undefined) return undefined;
  const to = personAt(emulator, textIn(input, 'to'));
  return said(emulator.phone().say(input['text'], { ...options, ...(to === undefined ? {} : { to }) }));
}

function file(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const { kind, base64, caption, mime, fileName } = input;
  const options = optionsIn(emulator, input);
  if (options === undefined || typeof base64 !== 'string') return undefined;
  if (kind !== 'image' && kind !== 'voice' && kind !== 'document') return undefined;
  const sent = contactIn(emulator, input)?.send(kind, Buffer.from(base64, 'base64'), {
    ...options,
    ...(typeof caption === 'string' ? { caption } : {}),
    ...(typeof mime === 'string' ? { mime } : {}),
    ...(typeof fileName === 'string' ? { fileName } : {}),
  });
  return said(sent);
}

function react(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const arrival = emulator.arrivals.items.find(({ number }) => number === input['arrival']);
  const options = optionsIn(emulator, input);
  if (arrival === undefined || options === undefined) return undefined;
  return said(contactIn(emulator, input)?.react(arrival, textIn(input, 'emoji'), options));
}

function typing(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const { state } = input;
  if (state !== 'composing' && state !== 'recording' && state !== 'paused') return undefined;
  contactIn(emulator, input)?.type(state, optionsIn(emulator, input));
  return { state };
}

function read(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const id = textIn(input, 'id');
  contactIn(emulator, input)?.read(id);
  return { id };
}

function newGroup(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const members = listIn(input, 'members').flatMap((number) => personAt(emulator, number) ?? []);
  const everyone = [...members, emulator.phone()];
  const admin = personAt(emulator, textIn(input, 'admin'));
  const ordered = admin === undefined ? everyone : [admin, ...everyone.filter((person) => person !== admin)];
  return { address: emulator.group(textIn(input, 'subject'), ordered).address };
}

function changeGroup(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const group = groupIn(emulator, input, 'address');
  if (group === undefined) return undefined;
  for (const number of listIn(input, 'add')) group.add(personAt(emulator, number) ?? emulator.phone());
  for (const number of listIn(input, 'remove')) group.remove(personAt(emulator, number) ?? emulator.phone());
  if (typeof input['subject'] === 'string') group.rename(input['subject']);
  return { address: group.address };
}

function happen(emulator: WhatsAppEmulator, { what, how }: JsonRecord): Answer {
  const phone = emulator.phone();
  const { companion } = phone;
  switch (what) {
    case 'silence':
      companion.silence(how === 'half-open' ? how : 'server-hangs');
      return { what };
    case 'drop':
    case 'close':
    case 'endStream':
    case 'conflict':
    case 'downgrade':
      companion[what]();
      return { what };
    case 'remove':
      phone.unlink(companion);
      return { what };
    default:
      return undefined;
  }
}

function fault(emulator: WhatsAppEmulator, { faults }: JsonRecord): Answer {
  if (!Array.isArray(faults) || !faults.every(isFault)) return undefined;
  emulator.phone().sendFaults.queue(...faults);
  return { queued: faults.length };
}

/** Faults that can be said in JSON; the client meets them in this order. */
function isFault(value: unknown): value is Exclude<SendFault, { kind: 'wait' }> {
  return isRecord(value) && typeof value['kind'] === 'string' && value['kind'] !== 'wait';
}

function refuse(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const line = { upgrades: emulator.upgradeFaults, logins: emulator.loginFaults }[textIn(input, 'what')];
  const code = numberIn(input, 'code');
  if (line === undefined || code === undefined) return undefined;
  const forMs = numberIn(input, 'forMs');
  if (forMs === undefined) line.queue(...Array.from({ length: numberIn(input, 'count') ?? 1 }, () => code));
  else line.during(code, forMs);
  return { code };
}

/** The answer to this goes out first: it is on a connection to the same port. */
function shut(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const forMs = numberIn(input, 'forMs');
  if (forMs === undefined) return undefined;
  void passes(20)
    .then(() => emulator.stopListening())
    .then(() => passes(forMs))
    .then(() => emulator.listenAgain());
  return { forMs };
}

function unlink(emulator: WhatsAppEmulator, input: JsonRecord): Answer {
  const phone = emulator.phone();
  const companion = phone.companions.find(({ who }) => who.device === input['device']);
  if (companion === undefined) return undefined;
  phone.unlink(companion);
  return { device: companion.who.device };
}
