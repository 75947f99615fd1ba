/**
 * The ladder: what a WhatsApp link has to show, rung by rung, and the tests that show it. `npm run ladder`
 * runs them; a test of this file makes sure that they are there. Rungs 15 and 32 are faults of the library as it comes,
 * which are shown for that; everything else is shown for the product's own channel.
 */

/** A test by its file and its whole name, of which `it.each` may have made several: all of them have to pass. */
export interface Shown {
  readonly file: string;
  /** Titles from the outermost `describe` to the test. Each `*` in them stands for whatever is there. */
  readonly titles: readonly string[];
}

export interface Rung {
  readonly rung: string;
  readonly what: string;
  readonly shownBy: readonly Shown[];
}

const folder = 'test/channels/whatsapp';

/** Tests of one file. */
const of =
  (file: string) =>
  (...titles: readonly string[]): Shown => ({ file: `${folder}/${file}.test.ts`, titles });

const connection = of('connection');
const inbound = of('inbound');
const kept = of('inbound-kept');
const inGroups = of('inbound-groups');
const outbound = of('outbound');
const pairing = of('pairing');
const ladder = of('ladder');
const watch = of('watch');
const stock = (title: string): Shown => ({
  file: 'test/emulators/whatsapp-defects.test.ts',
  titles: ['the installed client without remedies', title],
});

const comesBack = (how: string): Shown =>
  connection('a link that stands', `and ${how} waits a second and comes back by itself`);

export const rungs: readonly Rung[] = [
  {
    rung: '1',
    what: 'handshake and the references of QR codes, six in turn',
    shownBy: [
      pairing('a QR code', 'is good for a minute, the next ones for 20 s, and then it says that it has expired'),
    ],
  },
  {
    rung: '2',
    what: 'scan, pair-success, restart with 515, login, pre-keys, up',
    shownBy: [
      pairing(
        'a QR code',
        'that is scanned leads through finishing and the restart to a link, with nothing in between',
      ),
    ],
  },
  {
    rung: '3',
    what: 'the history of the phone ends the wait for it, and is nobody’s input',
    shownBy: [
      ladder(
        'a device that was just linked',
        'is handed what was said before, tells nobody of it, and hears what is said now at once',
      ),
    ],
  },
  {
    rung: '4',
    what: 'the first message of a contact (pkmsg) is read',
    shownBy: [
      inbound('a private message', 'has its author, words and time, and is a message to the owner’s account by number'),
      ladder('a session', 'goes on both ways, and receipts of the contact, *'),
    ],
  },
  {
    rung: '5',
    what: 'typing, and a reply that the contact reads and checks',
    shownBy: [
      outbound('signs', 'show typing and its end, and never that the account is online'),
      outbound('a part', 'is decrypted by the contact, copied to the own phone, and sent when the server has it'),
    ],
  },
  {
    rung: '6',
    what: 'the session goes on both ways; receipts of delivery and of reading',
    shownBy: [
      ladder('a session', 'goes on both ways, and receipts of the contact, *'),
      outbound('a part', 'reaches every device of a contact, and goes on in one session'),
    ],
  },
  {
    rung: '7',
    what: 'a contact who is addressed by LID, and the answer to where he wrote',
    shownBy: [
      ladder('a session', 'with somebody who is addressed by LID works in both directions, *'),
      inbound('a private message', 'by hidden id with the number is from the same person, *'),
    ],
  },
  {
    rung: '8',
    what: 'groups: sender keys in both directions, to every member',
    shownBy: [
      outbound('in a group', 'a part reaches all members, and the first quotes what it answers'),
      inGroups('a message in a group', 'has the group with its name, and its author by number'),
    ],
  },
  {
    rung: '9',
    what: 'a contact who cannot read: asks again, with keys, and gets it',
    shownBy: [
      outbound('a part', 'that a contact could not read is sent to him again, under the same id'),
      ladder('a session', 'that the contact has lost is made anew with the keys that her wish brings, *'),
    ],
  },
  {
    rung: '10',
    what: 'a message we cannot read is asked for again, and comes under its id',
    shownBy: [
      inbound(
        'a private message',
        'that could not be read comes when its second copy can, and the stub before it is nothing',
      ),
    ],
  },
  {
    rung: '11',
    what: 'the same stanza twice is one message',
    shownBy: [
      inbound('a private message', 'that comes again as it was is not told again; encrypted anew it has the same key'),
      kept('what was handled', 'is not told again by the next connection or the next start'),
    ],
  },
  {
    rung: '12',
    what: 'the same id encrypted anew has the same key for the core',
    shownBy: [
      inbound('a private message', 'that comes again as it was is not told again; encrypted anew it has the same key'),
    ],
  },
  {
    rung: '13',
    what: 'typing of a contact is no message',
    shownBy: [inbound('what is no message to anybody', 'is passed over: status posts, reactions, typing')],
  },
  {
    rung: '13b',
    what: 'files are fetched, decrypted and checked',
    shownBy: [inbound('a file', 'of kind * comes with its words and where to fetch it')],
  },
  {
    rung: '13c',
    what: 'status posts are ignored; what the owner types is recorded as his own',
    shownBy: [
      inbound('what is no message to anybody', 'is passed over: status posts, reactions, typing'),
      inbound('the owner’s own phone', 'answers a contact by hand: recorded as his own, in that contact’s chat'),
    ],
  },
  {
    rung: '14',
    what: 'cut by the network: comes back, with what was said meanwhile',
    shownBy: [comesBack('is cut'), connection('a link that stands', 'gets what was said while it was away')],
  },
  {
    rung: '15',
    what: 'library as it comes: loses a message whose connection ends before the receipt',
    shownBy: [stock('loses a message when its connection ends before it has sent the receipt')],
  },
  {
    rung: '15b',
    what: 'with the journal nothing is lost',
    shownBy: [kept('a message that comes with the end of its connection', '(*) is told after the next one is up')],
  },
  {
    rung: '16',
    what: '515 in mid-session: comes back at once',
    shownBy: [
      connection(
        'a link that stands',
        'and is told 515 comes back at once, and only a second time within a minute waits',
      ),
    ],
  },
  { rung: '17', what: 'stream error 503: comes back', shownBy: [comesBack('is told 503')] },
  { rung: '18', what: 'end of the stream: comes back', shownBy: [comesBack('has its stream ended')] },
  {
    rung: '19',
    what: 'nothing listens: tried until something does',
    shownBy: [
      connection(
        'a connection that does not come about',
        'because nothing listens is tried for ever, with longer waits, until something does',
      ),
    ],
  },
  {
    rung: '19b',
    what: 'an upgrade answered with an HTTP status hangs nothing and is no logout',
    shownBy: [
      connection(
        'a connection that does not come about',
        'because the upgrade is answered with HTTP * is tried again, and nothing is taken for a logout',
      ),
    ],
  },
  {
    rung: '19c',
    what: 'a half-open link is noticed and made anew',
    shownBy: [connection('a link that stands', 'and falls silent (*) is given up after a minute without a frame, *')],
  },
  {
    rung: '20',
    what: 'after all that the session still works both ways',
    shownBy: [ladder('a session', 'still works both ways after every way in which a connection ends')],
  },
  {
    rung: '21',
    what: 'refused with 463: final, and not asked again',
    shownBy: [outbound('the server', 'that refuses with 463 is not asked again *')],
  },
  {
    rung: '22',
    what: 'pre-keys run low: more are brought',
    shownBy: [connection('a link that stands', 'brings more pre-keys when the server asks for them')],
  },
  {
    rung: '23',
    what: 'login refused with 503: tried again',
    shownBy: [connection('a login that is refused', 'with 503 is tried again')],
  },
  {
    rung: '24',
    what: 'replaced by another program: 440, no reconnect, taken over on demand',
    shownBy: [
      connection(
        'another program with the same credentials',
        'has the link until the owner takes over; sleep and networks do not fight for it',
      ),
    ],
  },
  {
    rung: '25',
    what: 'a new process logs in with what is in the file',
    shownBy: [connection('a link that is stopped', 'is up again in another process with what is in its file')],
  },
  {
    rung: '26',
    what: 'removed at the phone: signed out, identity wiped, linked again',
    shownBy: [
      connection(
        'a login that is refused',
        'with 401 wipes what it proved itself with, tries nothing more, and can be linked again',
      ),
    ],
  },
  {
    rung: '27',
    what: 'old credentials after that: 401',
    shownBy: [connection('a login that is refused', 'with 401 after it was removed while it was away is the same')],
  },
  {
    rung: '28',
    what: 'linked by a code to type',
    shownBy: [pairing('a code to type', 'links when the owner types it into the phone')],
  },
  {
    rung: '29',
    what: 'a pairing with a forged HMAC is refused',
    shownBy: [pairing('a pairing that goes wrong', 'because the phone forges the hmac is refused')],
  },
  {
    rung: '30',
    what: 'a pairing with a forged account signature is refused',
    shownBy: [pairing('a pairing that goes wrong', 'because the phone forges the account-signature is refused')],
  },
  {
    rung: '31',
    what: 'certificates of a stranger are refused',
    shownBy: [
      connection(
        'a connection that does not come about',
        'to a server that cannot prove who it is stops, and tells it nothing',
      ),
    ],
  },
  {
    rung: '32',
    what: 'library as it comes: takes certificates of a stranger',
    shownBy: [stock('takes certificates of a stranger for good')],
  },
  {
    rung: '33',
    what: 'self chat by number: answered there, and the answer is no input',
    shownBy: [
      ladder(
        'the self chat',
        'by number: a note on the phone is an input, the phone reads the answer there, and the answer is no input',
      ),
    ],
  },
  {
    rung: '34',
    what: 'self chat by LID: the same',
    shownBy: [
      ladder(
        'the self chat',
        'by lid: a note on the phone is an input, the phone reads the answer there, and the answer is no input',
      ),
    ],
  },
  {
    rung: '35',
    what: 'an echo after a restart is still an echo',
    shownBy: [
      outbound(
        'a connection that ends',
        'and a whole restart between send and answer change nothing of what the id says',
      ),
    ],
  },
  {
    rung: '36',
    what: 'killed between the write of a message and the key store: the next one is read',
    shownBy: [
      ladder('a process that is killed', 'between the write of a message and what the library stores after it *'),
    ],
  },
  {
    rung: '37',
    what: 'where that step is lost: the retry path heals it',
    shownBy: [ladder('a process that is killed', 'whose disk has lost the session’s last step is healed by *')],
  },
  {
    rung: '38',
    what: 'registration refresh, both kinds, before and after a scan',
    shownBy: [
      pairing('a QR code', 'is drawn anew with the new secret at once after a *, and so is every later one'),
      pairing('a QR code', 'whose scan is answered with a * asks for one scan more, which links'),
    ],
  },
  {
    rung: '39',
    what: 'refresh in mid-rotation and twice in a row; cancelled, nothing is left',
    shownBy: [
      pairing('a QR code', 'is right after two refreshes in a row, one of them just before it turns'),
      pairing('a QR code', 'after refreshes leaves nothing behind when it is cancelled'),
    ],
  },
  {
    rung: 'log',
    what: 'nothing printed or logged meanwhile holds a key, a message or a number; a planted one is found',
    shownBy: [
      watch('a line that holds', 'a private key as * is found'),
      watch(
        'a line that holds',
        'a whole session, a message, a number, a hidden id or the secret of a QR code is found',
      ),
      watch('whatever a process prints is looked through, on every level of its console and past it'),
    ],
  },
];

/** Whether a title as it is written, or as a test run names it, is meant by `wanted`. */
export function isMeant(wanted: string, title: string): boolean {
  const parts = wanted.split('*').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(title);
}
