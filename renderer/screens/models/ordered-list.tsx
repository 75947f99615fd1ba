/**
 * A list whose order matters. A row is taken by its handle with a pointer and let go where it belongs (Escape puts it
 * back), or moved with Alt and the arrows or with its buttons, wherever in it the focus is. Each move is said.
 */
import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Icon } from '../../components/icons.tsx';
import { IconButton } from '../../components/button.tsx';
import { t } from '../../i18n.ts';
import { type Box, movedTo, placeAfter, yielding } from './moving.ts';

export interface OrderedListProps {
  readonly label: string;
  /** Each once. */
  readonly items: readonly string[];
  readonly nameOf: (item: string) => string;
  /** What stands in a row between its handle and its buttons. */
  readonly children: (item: string) => ReactNode;
  /** The items in their new order. */
  readonly onReorder: (items: readonly string[]) => void;
  readonly onTakeOut: (item: string) => void;
}

interface Drag {
  readonly from: number;
  readonly to: number;
  readonly begin: number;
  readonly by: number;
  readonly rows: readonly Box[];
}

export function OrderedList({ label, items, nameOf, children, onReorder, onTakeOut }: OrderedListProps): ReactNode {
  const list = useRef<HTMLOListElement>(null);
  const [said, setSaid] = useState('');
  const focus = useKeptFocus(items);
  // Two keys may come before what the first one did is drawn: the second goes on from there.
  const latest = useRef(items);
  useLayoutEffect(() => {
    latest.current = items;
  }, [items]);
  const move = (item: string, toward: (from: number) => number): void => {
    const before = latest.current;
    const from = before.indexOf(item);
    const to = toward(from);
    if (from < 0 || to < 0 || to >= before.length || from === to) return;
    latest.current = movedTo(before, from, to);
    onReorder(latest.current);
    setSaid(t('models.moved', { model: nameOf(item), place: to + 1, count: before.length }));
  };
  const { drag, handle } = useDrag(
    list,
    (from, to) => move(items[from] ?? '', () => to),
    (from) => setSaid(t('models.putBack', { model: nameOf(items[from] ?? '') })),
  );
  const step = (item: string, by: number): void => move(item, (from) => from + by);
  const onKeyDown = (event: KeyboardEvent, item: string): void => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (!event.altKey || by === 0) return;
    event.preventDefault();
    step(item, by);
  };
  return (
    <>
      <ol className="card rows ordered" aria-label={label} ref={list} data-moving={drag !== null} {...focus}>
        {items.map((item, index) => (
          <li
            key={item}
            className="row"
            data-dragged={drag?.from === index}
            style={drag ? placeOf(drag, index) : undefined}
            onKeyDown={(event) => onKeyDown(event, item)}
          >
            <span className="grip" title={t('models.drag')} {...handle(index)}>
              <Icon name="grip" />
            </span>
            <span className="number" aria-hidden="true">
              {index + 1}
            </span>
            {children(item)}
            <span className="row-steps">
              <IconButton
                icon="up"
                label={t('models.up', { model: nameOf(item) })}
                aria-keyshortcuts="Alt+ArrowUp"
                aria-disabled={index === 0}
                onClick={() => step(item, -1)}
              />
              <IconButton
                icon="down"
                label={t('models.down', { model: nameOf(item) })}
                aria-keyshortcuts="Alt+ArrowDown"
                aria-disabled={index === items.length - 1}
                onClick={() => step(item, 1)}
              />
              <IconButton
                icon="close"
                label={t('models.takeOut', { model: nameOf(item) })}
                onClick={() => onTakeOut(item)}
              />
            </span>
          </li>
        ))}
      </ol>
      <div className="offscreen" aria-live="polite" data-testid="order-said">
        {said}
      </div>
    </>
  );
}

/**
 * An element that is moved in the page loses the focus. The order may change more than once for one move (as it was put,
 * as the gateway has it), so what has the focus is remembered until it goes somewhere else, not until the next drawing.
 */
function useKeptFocus(items: readonly string[]): {
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
} {
  const kept = useRef<EventTarget | null>(null);
  useLayoutEffect(() => {
    if (kept.current instanceof HTMLElement && document.activeElement === document.body) kept.current.focus();
  }, [items]);
  return {
    onFocus: ({ target }) => {
      kept.current = target;
    },
    onBlur: ({ relatedTarget }) => {
      if (relatedTarget !== null) kept.current = null;
    },
  };
}

function placeOf(drag: Drag, index: number): CSSProperties {
  const by = index === drag.from ? drag.by : yielding(drag.rows, index, drag.from, drag.to);
  return { translate: `0 ${String(by)}px` };
}

interface HandleProps {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: () => void;
}

/** The row that is being dragged, and what the handles listen to. */
function useDrag(
  list: { readonly current: HTMLOListElement | null },
  drop: (from: number, to: number) => void,
  givenUp: (from: number) => void,
): { readonly drag: Drag | null; readonly handle: (index: number) => HandleProps } {
  const [drag, setDrag] = useState<Drag | null>(null);
  const undo = useRef<() => void>(() => undefined);
  const end = (): void => {
    undo.current();
    setDrag(null);
  };
  const begin = (index: number, event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    setDrag({ from: index, to: index, begin: event.clientY, by: 0, rows });
    const onEscape = (key: globalThis.KeyboardEvent): void => {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      end();
      givenUp(index);
    };
    window.addEventListener('keydown', onEscape);
    undo.current = () => window.removeEventListener('keydown', onEscape);
  };
  return {
    drag,
    handle: (index) => ({
      onPointerDown: (event) => begin(index, event),
      onPointerMove: (event) => {
        const by = drag === null ? 0 : event.clientY - drag.begin;
        if (drag) setDrag({ ...drag, by, to: placeAfter(drag.rows, drag.from, by) });
      },
      onPointerUp: () => {
        if (!drag) return;
        end();
        drop(drag.from, drag.to);
      },
      onPointerCancel: end,
    }),
  };
}
