/**
 * How runs are made up: phrases, so that what matters happens in the order in which it matters, thrown together at
 * random.
 */
import fc from 'fast-check';
import { groups, people } from './cast.ts';
import type { Among, Run, Step, Where } from './steps.ts';

const who = fc.nat({ max: people.length - 1 });
const inPrivate = fc.constant<Where>({ kind: 'private' });
const inGroup: fc.Arbitrary<Where> = fc.record({
  kind: fc.constant('group'),
  group: fc.nat({ max: groups.length - 1 }),
  topic: fc.boolean(),
  how: fc.constantFrom('mention', 'mention', 'plain', 'plain', 'reply'),
});
const inThis = (group: number, how: 'mention' | 'plain'): fc.Arbitrary<Where> =>
  fc.record({ kind: fc.constant('group'), group: fc.constant(group), topic: fc.boolean(), how: fc.constant(how) });
const where = fc.oneof({ weight: 3, arbitrary: inPrivate }, { weight: 2, arbitrary: inGroup });
const known = [
  'help',
  'new',
  'stop',
  'retry',
  'whoami',
  'status',
  'people',
  'allow 6101',
  'ignore 5101',
  'pause',
  'resume',
];
const command = fc.oneof(fc.constant('odd'), fc.constantFrom(...known));

function saying(by: fc.Arbitrary<number> = who, at: fc.Arbitrary<Where> = where): fc.Arbitrary<Step> {
  return fc.record({ kind: fc.constant('say'), who: by, where: at, command: fc.constant(null), age: fc.constant(0) });
}

/** Guests, strangers and blocked people do it as often as owners. */
function commanding(at: fc.Arbitrary<Where>): fc.Arbitrary<Step> {
  return fc.record({ kind: fc.constant('say'), who, where: at, command, age: fc.constant(0) });
}

function comingLate(by: fc.Arbitrary<number>): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('say'),
    who: by,
    where: fc.oneof({ weight: 3, arbitrary: inPrivate }, { weight: 1, arbitrary: inGroup }),
    command: fc.constant(null),
    age: fc.constantFrom(40, 26 * 60),
  });
}

const editing = (...among: readonly Among[]): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant('edit'), among: fc.constantFrom(...among), pick: fc.nat(), mention: fc.boolean() });
const deciding: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('role'),
  who,
  role: fc.constantFrom('guest', 'guest', 'blocked', 'blocked', 'owner'),
  by: fc.constantFrom('window', 'card', 'button'),
});
const forgetting: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('forget'), who });
const opening = (on: boolean): fc.Arbitrary<Step> => fc.constant({ kind: 'everyone', on });
const deciding4Groups: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('group'),
  group: fc.nat({ max: groups.length - 1 }),
  answer: fc.constantFrom('off', 'mention', 'always'),
});
const answering = (...among: readonly Among[]): fc.Arbitrary<Step> =>
  fc.record({ kind: fc.constant('answer-now'), among: fc.constantFrom(...among), pick: fc.nat() });
const pressing: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('press'),
  who,
  data: fc.constantFrom('card', 'card', 'stop', 'made up'),
  pick: fc.nat(),
});
const retrying: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('retry'), pick: fc.nat() });
const failing: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('fault'),
  fault: fc.constantFrom('unknown', 'unknown', 'refused'),
});
const passing = fc.constantFrom<Step[]>(
  { kind: 'pass', ms: 700 },
  { kind: 'pass', ms: 5_000 },
  { kind: 'pass', ms: 35_000 },
);
const ending = fc.constantFrom<Step[]>({ kind: 'crash' }, { kind: 'crash' }, { kind: 'restart' });
const sleeping = fc.constantFrom<Step[]>({ kind: 'sleep', minutes: 35 }, { kind: 'sleep', minutes: 25 * 60 });
const aWhile = fc.constant<Step>({ kind: 'sleep', minutes: 11 });
const hold = fc.constant<Step>({ kind: 'hold' });
const release = fc.constant<Step>({ kind: 'release' });
const relink = fc.constant<Step>({ kind: 'relink' });
const migrate = fc.constant<Step>({ kind: 'migrate' });

function blocking(person: number): fc.Arbitrary<Step> {
  return fc.constant<Step>({ kind: 'role', who: person, role: 'blocked', by: 'window' });
}

/** What may be taken from somebody whose messages wait. */
function takenFrom(person: number): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 2, arbitrary: blocking(person) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'forget', who: person }) },
    { weight: 1, arbitrary: opening(false) },
  );
}

/** One after the other. */
function phrase(...parts: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<readonly Step[]> {
  return fc.tuple(...parts);
}

/** Somebody who writes while the model is held, twice, and then may not be answered any more. */
const lostMeanwhile = who.chain((person) => {
  const talk = saying(fc.constant(person), inPrivate);
  const allowed = person === 0 || person === 1 ? fc.constant<Step>({ kind: 'pass', ms: 700 }) : opening(true);
  return phrase(allowed, hold, talk, talk, takenFrom(person), fc.oneof(release, ending, editing('any')), release);
});

const groupLostMeanwhile = fc.nat({ max: groups.length - 1 }).chain((group) => {
  const at = inThis(group, 'mention');
  const allowed = fc.constantFrom<Step[]>(
    { kind: 'group', group, answer: 'mention' },
    { kind: 'group', group, answer: 'always' },
  );
  const lost = fc.oneof(fc.constant<Step>({ kind: 'group', group, answer: 'off' }), deciding, migrate);
  return phrase(allowed, hold, saying(who, at), saying(who, at), lost, fc.oneof(ending, passing), release);
});

/** A send of which nobody knows, and a decision before the next attempt. */
const lostBeforeResend = who.chain((person) => {
  const allowed = fc.constant<Step>({ kind: 'role', who: person, role: 'guest', by: 'window' });
  const lost = fc.oneof(
    { weight: 3, arbitrary: blocking(person) },
    { weight: 2, arbitrary: fc.oneof(takenFrom(person), ending, relink, sleeping) },
  );
  return phrase(release, allowed, failing, saying(fc.constant(person), inPrivate), lost, passing);
});

const groupLostBeforeResend = fc.tuple(fc.nat({ max: groups.length - 1 }), who).chain(([group, person]) => {
  const at = fc.constant<Where>({ kind: 'group', group, topic: false, how: 'mention' });
  const off = fc.constant<Step>({ kind: 'group', group, answer: 'off' });
  const allowed = fc.constant<Step>({ kind: 'group', group, answer: 'mention' });
  const lost = fc.oneof(off, blocking(person), migrate, ending);
  return phrase(release, allowed, failing, saying(fc.constant(person), at), lost, passing);
});

/** The owner in his own chat, who hears of a stranger there and decides. */
const kept = fc.constantFrom(2, 3).chain((person) => {
  const talk = saying(fc.constant(person), inPrivate);
  const decision: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('role'),
    who: fc.constant(person),
    role: fc.constantFrom('guest', 'blocked'),
    by: fc.constantFrom('window', 'card', 'button', 'button', 'button'),
  });
  const forgotten = fc.constant<Step>({ kind: 'forget', who: person });
  return phrase(saying(fc.constant(0), inPrivate), forgotten, aWhile, talk, editing('kept'), decision, talk);
});

const once = fc.constantFrom(2, 3).chain((person) => {
  const talk = saying(fc.constant(person), inPrivate);
  const forgotten = fc.constant<Step>({ kind: 'forget', who: person });
  const allowed: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('once'),
    who: fc.constant(person),
    by: fc.constantFrom('window', 'card'),
  });
  const meanwhile = fc.oneof(ending, sleeping, pressing, passing);
  return phrase(opening(false), forgotten, talk, answering('kept'), meanwhile, allowed, talk);
});

/** What a group says among itself, and then to us. */
const overheard = fc.nat({ max: groups.length - 1 }).chain((group) => {
  const at = inThis(group, 'plain');
  const mention = fc.constant<Step>({ kind: 'group', group, answer: 'mention' });
  return phrase(mention, saying(who, at), fc.oneof(deciding, passing), editing('overheard'), commanding(at));
});

const switchedOff = fc.nat({ max: groups.length - 1 }).chain((group) => {
  const at = (how: 'mention' | 'plain'): fc.Arbitrary<Where> =>
    fc.constant<Where>({ kind: 'group', group, topic: false, how });
  const answer = fc.constantFrom<Step[]>(
    { kind: 'group', group, answer: 'mention' },
    { kind: 'group', group, answer: 'always' },
  );
  const off = fc.constant<Step>({ kind: 'group', group, answer: 'off' });
  return phrase(
    off,
    saying(who, at('mention')),
    saying(who, at('plain')),
    editing('any'),
    answer,
    saying(who, at('plain')),
  );
});

const setAside = fc
  .nat({ max: 1 })
  .chain((person) =>
    phrase(
      fc.constant<Step>({ kind: 'role', who: person, role: person === 0 ? 'owner' : 'guest', by: 'window' }),
      comingLate(fc.constant(person)),
      fc.oneof(passing, takenFrom(person), relink),
      answering('aside'),
    ),
  );

const paused = fc.tuple(fc.constantFrom('all', 'link', 'conversation'), fc.nat()).chain(([scope, pick]) => {
  const pause = (on: boolean): fc.Arbitrary<Step> => fc.constant<Step>({ kind: 'pause', scope, pick, on });
  const meanwhile = fc.oneof(deciding, ending, relink, forgetting);
  return phrase(pause(true), saying(), meanwhile, answering('aside'), pause(false));
});

const anyPhrase: fc.Arbitrary<readonly Step[]> = fc.oneof(
  phrase(saying(), saying(), saying(who, inGroup)),
  phrase(commanding(where), commanding(where), commanding(inPrivate)),
  phrase(pressing, deciding, saying(), pressing),
  phrase(saying(who, inGroup), deciding4Groups, saying(who, inGroup)),
  paused,
  phrase(saying(), fc.oneof(deciding, forgetting, opening(false)), retrying, comingLate(who)),
  phrase(hold, saying(fc.nat({ max: 1 })), editing('running'), passing, release),
  phrase(hold, saying(), saying(), commanding(where), fc.oneof(sleeping, relink, opening(false)), ending, release),
  phrase(opening(true), saying(), migrate, saying(who, inGroup), opening(false), saying()),
  lostMeanwhile,
  groupLostMeanwhile,
  lostBeforeResend,
  groupLostBeforeResend,
  kept,
  once,
  overheard,
  switchedOff,
  setAside,
);

/** One run in four is hasty: there the order of neighbours is left to chance. */
export const anyRun: fc.Arbitrary<Run> = fc
  .record({
    mode: fc.constantFrom<Run['mode'][]>('collect', 'followup'),
    talkative: fc.boolean(),
    phrases: fc.array(anyPhrase, { minLength: 4, maxLength: 9 }),
    haste: fc.oneof(
      { weight: 3, arbitrary: fc.constant<readonly boolean[]>([]) },
      { weight: 1, arbitrary: fc.array(fc.boolean(), { minLength: 5, maxLength: 25 }) },
    ),
  })
  .map(({ mode, talkative, phrases, haste }) => ({
    mode,
    talkative,
    steps: phrases.flat().map((step, index) => ({ step, hasty: haste[index] ?? false })),
  }));
