/** When a schedule runs, in the ways in which people say it, and below it what most never touch. */
import { type ReactNode, useId } from 'react';
import type { Reason } from '../../../preload/contract/reasons.ts';
import { Field, SelectField, TextField } from '../../components/field.tsx';
import { Icon } from '../../components/icons.tsx';
import { isTimeZone } from '../../format.ts';
import { reasonText, t, type Words } from '../../i18n.ts';
import type { Repeat, ScheduleForm, Unit } from './schedule-form.ts';
import { weekdayText } from './schedule-words.ts';

const repeats: readonly (readonly [Repeat, Words])[] = [
  ['once', 'schedules.once'],
  ['every', 'schedules.every'],
  ['daily', 'schedules.daily'],
  ['weekly', 'schedules.weekly'],
  ['monthly', 'schedules.monthly'],
  ['cron', 'schedules.cron'],
];

const units: readonly (readonly [Unit, Words])[] = [
  ['minutes', 'schedules.minutes'],
  ['hours', 'schedules.hours'],
  ['days', 'schedules.days'],
];

/** From Monday. */
const weekdays = [1, 2, 3, 4, 5, 6, 0];
/** Not every month has them. */
const rareDay = 28;
const days = Array.from({ length: 31 }, (_, index) => String(index + 1));

interface PartProps {
  readonly form: ScheduleForm;
  readonly change: (change: Partial<ScheduleForm>) => void;
}

export interface ScheduleWhenProps extends PartProps {
  /** What is wrong with the expression, in words that name the field. */
  readonly wrong: Reason | null;
}

export function ScheduleWhen({ form, change, wrong }: ScheduleWhenProps): ReactNode {
  return (
    <>
      <div className="when">
        <SelectField
          label={t('schedules.when')}
          value={form.repeat}
          onChange={({ target }) => {
            const chosen = repeats.find(([repeat]) => repeat === target.value);
            if (chosen) change({ repeat: chosen[0] });
          }}
        >
          {repeats.map(([repeat, word]) => (
            <option key={repeat} value={repeat}>
              {t(word)}
            </option>
          ))}
        </SelectField>
        <OfRepeat form={form} change={change} wrong={wrong} />
      </div>
      <details className="more">
        <summary>{t('schedules.more')}</summary>
        <More form={form} change={change} />
      </details>
    </>
  );
}

function OfRepeat({ form, change, wrong }: ScheduleWhenProps): ReactNode {
  switch (form.repeat) {
    case 'once':
      return (
        <TextField
          label={t('schedules.at')}
          type="datetime-local"
          value={form.at}
          onChange={({ target }) => change({ at: target.value })}
        />
      );
    case 'every':
      return <Every form={form} change={change} />;
    case 'daily':
      return <Time form={form} change={change} />;
    case 'weekly':
      return (
        <>
          <Time form={form} change={change} />
          <Weekdays form={form} change={change} />
        </>
      );
    case 'monthly':
      return (
        <>
          <Day form={form} change={change} />
          <Time form={form} change={change} />
        </>
      );
    case 'cron':
      return (
        <div className="when-whole">
          <TextField
            label={t('schedules.expression')}
            help={t('schedules.expressionHelp')}
            dir="ltr"
            maxLength={200}
            value={form.expression}
            {...(wrong === null ? {} : { trouble: <Wrong reason={wrong} /> })}
            onChange={({ target }) => change({ expression: target.value })}
          />
        </div>
      );
  }
}

/** Told once whoever types stops for a moment, not with each letter. */
function Wrong({ reason }: { readonly reason: Reason }): ReactNode {
  return (
    <p className="field-trouble" role="status">
      <Icon name="warning" /> {reasonText(reason)}
    </p>
  );
}

function Time({ form, change }: PartProps): ReactNode {
  return (
    <TextField
      label={t('schedules.time')}
      type="time"
      value={form.time}
      onChange={({ target }) => change({ time: target.value })}
    />
  );
}

function Day({ form, change }: PartProps): ReactNode {
  return (
    <SelectField
      label={t('schedules.day')}
      value={form.day}
      {...(Number(form.day) > rareDay ? { help: t('schedules.rareDay') } : {})}
      onChange={({ target }) => change({ day: target.value })}
    >
      {days.map((day) => (
        <option key={day} value={day}>
          {day}
        </option>
      ))}
      <option value="L">{t('schedules.lastDay')}</option>
    </SelectField>
  );
}

function Every({ form, change }: PartProps): ReactNode {
  return (
    <>
      <div className="every">
        <TextField
          label={t('schedules.count')}
          type="number"
          min={1}
          max={1000}
          step={1}
          value={form.count}
          onChange={({ target }) => change({ count: target.value })}
        />
        <SelectField
          label={t('schedules.unit')}
          value={form.unit}
          onChange={({ target }) => {
            const chosen = units.find(([unit]) => unit === target.value);
            if (chosen) change({ unit: chosen[0] });
          }}
        >
          {units.map(([unit, word]) => (
            <option key={unit} value={unit}>
              {t(word)}
            </option>
          ))}
        </SelectField>
      </div>
      <TextField
        label={t('schedules.from')}
        type="datetime-local"
        value={form.from}
        onChange={({ target }) => change({ from: target.value })}
      />
    </>
  );
}

function Weekdays({ form, change }: PartProps): ReactNode {
  const toggle = (weekday: number): void =>
    change({
      weekdays: form.weekdays.includes(weekday)
        ? form.weekdays.filter((each) => each !== weekday)
        : [...form.weekdays, weekday].toSorted((one, other) => one - other),
    });
  return (
    <div className="segments whole weekdays" role="group" aria-label={t('schedules.weekdays')}>
      {weekdays.map((weekday) => (
        <button
          key={weekday}
          type="button"
          aria-pressed={form.weekdays.includes(weekday)}
          onClick={() => toggle(weekday)}
        >
          <span aria-hidden="true">{weekdayText(weekday, 'short')}</span>
          <span className="offscreen">{weekdayText(weekday, 'long')}</span>
        </button>
      ))}
    </div>
  );
}

function More({ form, change }: PartProps): ReactNode {
  const zones = useId();
  return (
    <div className="form">
      <Field
        label={t('schedules.zone')}
        help={t('schedules.zoneHelp')}
        {...(isTimeZone(form.timeZone)
          ? {}
          : { trouble: <p className="field-trouble">{t('settings.noZone', { zone: form.timeZone })}</p> })}
      >
        {({ id, describedBy }) => (
          <input
            className="input"
            id={id}
            list={zones}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            aria-describedby={describedBy}
            aria-invalid={!isTimeZone(form.timeZone)}
            value={form.timeZone}
            onChange={({ target }) => change({ timeZone: target.value })}
          />
        )}
      </Field>
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <label className="check">
        <input type="checkbox" checked={form.quiet} onChange={({ target }) => change({ quiet: target.checked })} />
        <span>{t('schedules.quiet')}</span>
      </label>
      {form.quiet && (
        <div className="when">
          <TextField
            label={t('schedules.quietFrom')}
            type="time"
            value={form.quietFrom}
            onChange={({ target }) => change({ quietFrom: target.value })}
          />
          <TextField
            label={t('schedules.quietTo')}
            type="time"
            value={form.quietTo}
            onChange={({ target }) => change({ quietTo: target.value })}
          />
        </div>
      )}
      <SelectField
        label={t('schedules.catchUp')}
        value={form.catchUp}
        onChange={({ target }) => change({ catchUp: target.value === 'skip' ? 'skip' : 'run-late' })}
      >
        <option value="run-late">{t('schedules.runLate')}</option>
        <option value="skip">{t('schedules.skip')}</option>
      </SelectField>
    </div>
  );
}
