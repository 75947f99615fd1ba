/* Random expressions, with what they mean beside them, and stretches of time round changes of the clocks. */
import fc from 'fast-check';
import { day, type Meant, type MeantQuiet } from './oracle.ts';

/** Zones that change their clocks in every way there is, with days on which they do (or did something odder). */
export const changes: readonly (readonly [zone: string, ...days: readonly string[]])[] = [
  ['Europe/Berlin', '2026-03-29', '2026-10-25', '2027-03-28'],
  ['America/New_York', '2026-03-08', '2026-11-01'],
  ['America/Sao_Paulo', '2018-02-18', '2018-11-04', '2026-06-01'],
  ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
  ['Pacific/Apia', '2011-09-24', '2011-12-30', '2012-04-01'],
  ['America/St_Johns', '2010-03-14', '2010-11-07', '2026-11-01'],
  ['Africa/Casablanca', '2026-02-15', '2026-03-22'],
  ['Africa/Cairo', '2026-04-24', '2026-10-30'],
  ['America/Havana', '2026-03-08', '2026-11-01'],
  ['Asia/Tehran', '2022-03-22', '2022-09-22'],
  ['Antarctica/Troll', '2026-03-29', '2026-10-25'],
  ['Asia/Pyongyang', '2015-08-15', '2018-05-05'],
  ['Asia/Kathmandu', '2026-01-01'],
  ['Pacific/Kiritimati', '1994-12-31', '2026-01-01'],
  ['UTC', '2028-02-29'],
];

export interface Stretch {
  readonly timeZone: string;
  readonly from: number;
  readonly until: number;
}

/** Ten days with a change in the middle. */
export const stretches: fc.Arbitrary<Stretch> = fc
  .constantFrom(...changes.flatMap(([timeZone, ...days]) => days.map((date) => ({ timeZone, date }))))
  .map(({ timeZone, date }) => {
    const middle = Date.parse(`${date}T00:00Z`);
    return { timeZone, from: middle - 5 * day, until: middle + 5 * day };
  });

interface Field {
  readonly text: string;
  readonly values: ReadonlySet<number>;
  readonly isOpen: boolean;
}

/** `near`: numbers are not larger, so that hours at which clocks are changed are met often. */
function fieldOf(low: number, high: number, names: readonly string[] = [], near = high): fc.Arbitrary<Field> {
  const number = fc.integer({ min: low, max: near });
  const shown = (value: number): string => names[value - low] ?? String(value);
  const span = (from: number, to: number, step = 1): number[] => {
    const values: number[] = [];
    for (let value = from; value <= to; value += step) values.push(value);
    return values;
  };
  const range = fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const step = fc.integer({ min: 1, max: Math.min(high, 40) });
  const item = fc.oneof(
    { weight: 4, arbitrary: number.map((value) => ({ text: shown(value), values: [value], isOpen: false })) },
    range.map(([a, b]) => ({ text: `${shown(a)}-${shown(b)}`, values: span(a, b), isOpen: false })),
    fc.tuple(range, step).map(([[a, b], by]) => ({ text: `${a}-${b}/${by}`, values: span(a, b, by), isOpen: true })),
    step.map((by) => ({ text: `*/${by}`, values: span(low, high, by), isOpen: true })),
  );
  const any = fc.constant({ text: '*', values: new Set(span(low, high)), isOpen: true });
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => ({
    text: items.map(({ text }) => text).join(','),
    values: new Set(items.flatMap(({ values }) => values)),
    isOpen: items.some(({ isOpen }) => isOpen),
  }));
  return fc.oneof(any, list);
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Days {
  readonly text: string;
  readonly isIn: ((date: Date) => boolean) | null;
}

/** By the calendar alone: the day after is in the next month. */
function isLastOfMonth(date: Date, days: number): boolean {
  return new Date(date.getTime() + days * day).getUTCMonth() !== date.getUTCMonth();
}

const anyDay: fc.Arbitrary<Days> = fc.constantFrom('*', '?').map((text) => ({ text, isIn: null }));
const daysOfMonth: fc.Arbitrary<Days> = fc.oneof(
  { weight: 3, arbitrary: anyDay },
  fieldOf(1, 31)
    .filter(({ text }) => text !== '*')
    .map(({ text, values }) => ({ text, isIn: (date: Date) => values.has(date.getUTCDate()) })),
  fc.constant({ text: 'L', isIn: (date: Date) => isLastOfMonth(date, 1) }),
);
const daysOfWeek: fc.Arbitrary<Days> = fc.oneof(
  { weight: 3, arbitrary: anyDay },
  fieldOf(0, 6, weekdays)
    .filter(({ text }) => text !== '*')
    .map(({ text, values }) => ({ text, isIn: (date: Date) => values.has(date.getUTCDay()) })),
  fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 })).map(([weekday, nth]) => ({
    text: `${weekdays[weekday] ?? ''}#${nth}`,
    isIn: (date: Date) => date.getUTCDay() === weekday && Math.floor((date.getUTCDate() - 1) / 7) + 1 === nth,
  })),
  fc.integer({ min: 0, max: 6 }).map((weekday) => ({
    text: `${weekday}#L`,
    isIn: (date: Date) => date.getUTCDay() === weekday && isLastOfMonth(date, 7),
  })),
);

export const expressions: fc.Arbitrary<Meant> = fc
  .tuple(
    fieldOf(0, 59),
    fc.oneof(fieldOf(0, 23), fieldOf(0, 23, [], 3)),
    daysOfMonth,
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fieldOf(1, 12, months)),
    daysOfWeek,
  )
  .map(([minutes, hours, days, month, weekday]) => ({
    text: `${minutes.text} ${hours.text} ${days.text} ${month?.text ?? '*'} ${weekday.text}`,
    minutes: minutes.values,
    hours: hours.values,
    hoursNamed: !hours.isOpen,
    months: month?.values ?? new Set(months.map((_, index) => index + 1)),
    isDay: days.isIn,
    isWeekday: weekday.isIn,
  }));

export const quietHours: fc.Arbitrary<MeantQuiet> = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => ({ from, to }));

export function clockTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
