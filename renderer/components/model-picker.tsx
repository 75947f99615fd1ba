/**
 * The one list of all models, wherever one is chosen: typing filters, arrows, Page keys, Home and End move, Enter chooses,
 * Escape closes. Of a long list only the beginning is drawn; it grows while one moves down.
 */
import { type KeyboardEvent, type ReactNode, type UIEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { ModelListView, ProviderView } from '../../preload/contract/model-views.ts';
import { useCall } from '../bridge/hooks.ts';
import { t, type Words } from '../i18n.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { aboutModel, ModelBadges } from './model-about.tsx';
import { firstModels, type ListedModel, type ModelGroup, groupModels } from './model-groups.ts';
import { ProviderNote } from './provider-note.tsx';
import { Spinner } from './spinner.tsx';
import { useNow } from './use-now.ts';

export interface ModelPickerProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly chosen: string | null;
  /** Offers "the default model" on top, which chooses null. */
  readonly withDefault?: string;
  /** Refs that are not offered. */
  readonly without?: readonly string[];
  readonly onChoose: (ref: string | null) => void;
}

/** The model's own name, without its provider. */
export function modelName(ref: string): string {
  return ref.slice(ref.indexOf('/') + 1);
}

export function ModelPicker({ open, onClose, title, ...rest }: ModelPickerProps): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title={title} shape="tall">
      <Picker {...rest} onClose={onClose} />
    </Dialog>
  );
}

const headings: Readonly<Record<ModelGroup['kind'], Words>> = {
  recent: 'models.groupRecent',
  local: 'models.groupLocal',
  remote: 'models.groupRemote',
};

/** So many are drawn at first, and so many more whenever the end comes near. */
const batch = 100;
const page = 8;

/** Where a key leads from `at` among `count`; null for a key that moves nothing. */
function moved(key: string, at: number, count: number): number | null {
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}

type PickerProps = Omit<ModelPickerProps, 'open' | 'title'>;

function Picker({ chosen, withDefault, without, onChoose, onClose }: PickerProps): ReactNode {
  const { lists, providers, recent } = usePickerData();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [drawn, setDrawn] = useState(batch);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const groups = useMemo(
    () => groupModels({ lists: lists ?? [], providers, recent, query, ...(without ? { without } : {}) }),
    [lists, providers, recent, query, without],
  );
  const offersDefault = withDefault !== undefined && query === '';
  const refs = useMemo(
    (): readonly (string | null)[] => [
      ...(offersDefault ? [null] : []),
      ...groups.flatMap(({ models }) => models.map(({ model }) => model.ref)),
    ],
    [offersDefault, groups],
  );
  const active = Math.min(at, refs.length - 1);
  const limit = Math.max(drawn, active + page);
  const shown = useMemo(() => firstModels(groups, limit), [groups, limit]);
  useEffect(() => {
    box.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const choose = (ref: string | null): void => {
    onChoose(ref);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const to = moved(event.key, active, refs.length);
    const inText = event.key === 'Home' || event.key === 'End';
    if (to !== null && !(inText && query !== '')) {
      event.preventDefault();
      setAt(to);
    } else if (event.key === 'Enter' && refs[active] !== undefined) {
      event.preventDefault();
      choose(refs[active]);
    }
  };
  const onScroll = ({ currentTarget }: UIEvent<HTMLDivElement>): void => {
    const { scrollTop, clientHeight, scrollHeight } = currentTarget;
    if (scrollTop + 2 * clientHeight > scrollHeight && limit < refs.length) setDrawn(limit + batch);
  };
  const numbers = useMemo(() => new Map(refs.map((ref, index) => [ref, index])), [refs]);
  const option = (ref: string | null): OptionProps => {
    const number = numbers.get(ref) ?? -1;
    return {
      id: `${id}-${String(number)}`,
      number: number + 1,
      count: refs.length,
      active: number === active,
      chosen: chosen === ref,
      onChoose: () => choose(ref),
    };
  };
  return (
    <>
      <div className="search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={`${id}-box`}
          aria-activedescendant={active >= 0 ? `${id}-${String(active)}` : undefined}
          aria-label={t('models.search')}
          placeholder={t('models.search')}
          autoComplete="off"
          spellCheck={false}
          data-first
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
            setDrawn(batch);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="options" role="group" aria-label={t('models.all')} tabIndex={0} ref={box} onScroll={onScroll}>
        <div id={`${id}-box`} role="listbox" aria-label={t('models.all')}>
          {offersDefault && (
            <Option {...option(null)} title={t('models.useDefault')} provider={modelName(withDefault)} about={[]} />
          )}
          {shown.map((group) => (
            <GroupOptions key={group.kind} group={group} option={option} />
          ))}
        </div>
        {limit < refs.length && (
          <p className="muted options-none">{t('models.more', { count: refs.length - limit })}</p>
        )}
        {query === '' && <Unlisted lists={lists ?? []} providers={providers} />}
        {lists === undefined && <Spinner label={t('models.reading')} />}
        {lists !== undefined && groups.length === 0 && <p className="muted options-none">{t('models.nothing')}</p>}
      </div>
      <div className="offscreen" role="status">
        {query === '' ? '' : t('models.found', { count: refs.length })}
      </div>
    </>
  );
}

interface PickerData {
  /** Undefined before the servers answered for the first time. */
  readonly lists: readonly ModelListView[] | undefined;
  readonly providers: readonly ProviderView[];
  readonly recent: readonly string[];
}

const none: readonly never[] = [];

function usePickerData(): PickerData {
  const lists = useCall('models.list', {}).value;
  const providers = useCall('providers.list', {}).value ?? none;
  const recent = useCall('models.recent', {}, { fresh: true }).value ?? none;
  return { lists, providers, recent };
}

/** The providers whose models cannot be listed now, and why. */
function Unlisted({ lists, providers }: Pick<PickerData, 'providers'> & { readonly lists: readonly ModelListView[] }) {
  return lists.map(
    ({ provider, reason }) =>
      reason && (
        <div key={provider}>
          <p className="options-group">{providers.find(({ id }) => id === provider)?.name ?? provider}</p>
          <ProviderNote reason={reason} tone="warning" />
        </div>
      ),
  );
}

interface GroupOptionsProps {
  readonly group: ModelGroup;
  readonly option: (ref: string) => OptionProps;
}

function GroupOptions({ group, option }: GroupOptionsProps): ReactNode {
  const now = useNow(10_000);
  const heading = t(headings[group.kind]);
  return (
    <div role="group" aria-label={heading}>
      <p className="options-group" aria-hidden="true">
        {heading}
      </p>
      {group.models.map((listed) => (
        <ModelOption key={listed.model.ref} {...option(listed.model.ref)} listed={listed} now={now} />
      ))}
    </div>
  );
}

function ModelOption({
  listed: { model, provider },
  now,
  ...option
}: OptionProps & { readonly listed: ListedModel; readonly now: number }): ReactNode {
  return (
    <Option
      {...option}
      title={model.name}
      provider={model.provider === 'practice' ? t('models.builtIn') : provider}
      about={aboutModel(model, now)}
      badges={<ModelBadges model={model} />}
    />
  );
}

interface OptionProps {
  readonly id: string;
  readonly number: number;
  readonly count: number;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

interface OptionWords {
  readonly title: string;
  readonly provider: string;
  readonly about: readonly string[];
  readonly badges?: ReactNode;
}

function Option({
  id,
  number,
  count,
  active,
  chosen,
  onChoose,
  title,
  provider,
  about,
  badges,
}: OptionProps & OptionWords): ReactNode {
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-posinset={number}
      aria-setsize={count}
      data-active={active}
      className="option model-option"
      onClick={onChoose}
    >
      <span className="option-title">{title}</span>
      {badges}
      <span className="option-about">{[provider, ...about].join(' · ')}</span>
      <span className="option-mark">{chosen && <Icon name="check" />}</span>
    </div>
  );
}
