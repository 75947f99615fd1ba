/** The window's own drawings: 20 × 20, one stroke weight, coloured by the text around them. Always decorative. */
import type { ReactNode } from 'react';

const paths = {
  plus: <path d="M10 4v12M4 10h12" />,
  search: <path d="M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l3.8 3.8" />,
  chat: (
    <path d="M3.5 5.8c0-1 .8-1.8 1.8-1.8h9.4c1 0 1.8.8 1.8 1.8v6.4c0 1-.8 1.8-1.8 1.8H9l-3.6 2.8V14h-.1c-1 0-1.8-.8-1.8-1.8Z" />
  ),
  plug: <path d="M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0ZM10 14.5V17" />,
  spark: (
    <path d="M10 2.8c.6 4 2.6 6 6.6 6.7-4 .6-6 2.7-6.6 6.7-.6-4-2.6-6-6.6-6.7 4-.6 6-2.7 6.6-6.7ZM16 14.2v3M14.5 15.7h3" />
  ),
  gear: (
    <>
      <circle cx="10" cy="10" r="2.6" />
      <path d="M10 2.8v2M10 15.2v2M2.8 10h2M15.2 10h2M4.9 4.9l1.4 1.4M13.7 13.7l1.4 1.4M4.9 15.1l1.4-1.4M13.7 6.3l1.4-1.4" />
    </>
  ),
  back: <path d="M12 4.5 6.5 10l5.5 5.5" />,
  forward: <path d="M8 4.5 13.5 10 8 15.5" />,
  send: <path d="M10 16V4.5M5 9.2 10 4.2l5 5" />,
  stop: <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />,
  retry: <path d="M15.8 8.2A6.2 6.2 0 1 0 16 12M16.2 3.8v4.4h-4.4" />,
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="1.8" />
      <path d="M4.5 13H4a1 1 0 0 1-1-1V4.5A1.5 1.5 0 0 1 4.5 3H12a1 1 0 0 1 1 1v.5" />
    </>
  ),
  check: <path d="m4 10.6 4 4L16 6" />,
  warning: <path d="M10 3.2 17.6 16.5H2.4ZM10 8v4M10 14.2v.2" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  up: <path d="M10 16V4.5M5 9.2 10 4.2l5 5" />,
  down: <path d="M10 4v11.5M5 10.8l5 5 5-5" />,
  unfold: <path d="m5.5 8 4.5 4.5L14.5 8" />,
  trash: <path d="M4 5.5h12M8 5.5V3.8h4v1.7M5.5 5.5l.7 11h7.6l.7-11M8.4 8.5v5M11.6 8.5v5" />,
  key: (
    <>
      <circle cx="6.8" cy="13.2" r="3.3" />
      <path d="M9.2 10.8 16 4M13.4 6.6l2.2 2.2M11 9l1.6 1.6" />
    </>
  ),
  lock: (
    <>
      <rect x="4.5" y="9" width="11" height="7.5" rx="1.6" />
      <path d="M7 9V6.6a3 3 0 0 1 6 0V9" />
    </>
  ),
  clock: (
    <>
      <circle cx="10" cy="10" r="6.8" />
      <path d="M10 6v4.2l2.8 1.6" />
    </>
  ),
  info: (
    <>
      <circle cx="10" cy="10" r="6.8" />
      <path d="M10 9.2v4M10 6.6v.2" />
    </>
  ),
  open: (
    <path d="M8 4.5H4.8c-.7 0-1.3.6-1.3 1.3v9.4c0 .7.6 1.3 1.3 1.3h9.4c.7 0 1.3-.6 1.3-1.3V12M11.5 3.5h5v5M16 4l-7 7" />
  ),
  telegram: <path d="M17 3.6 2.8 9.3l4.4 1.6 1.7 5.5 2.6-3.2 3.8 2.8ZM7.2 10.9 14 6.2 8.9 12.6" />,
  // A phone and what it says: not the service's own sign, which is a trademark.
  whatsapp: (
    <>
      <path d="M8.4 16.8H5.2c-.9 0-1.6-.7-1.6-1.6V4.8c0-.9.7-1.6 1.6-1.6h5c.9 0 1.6.7 1.6 1.6v.4M6.9 14.4h1.6" />
      <path d="M9.2 9.4c0-.9.7-1.6 1.6-1.6h4.4c.9 0 1.6.7 1.6 1.6v2.8c0 .9-.7 1.6-1.6 1.6h-2.1L10.8 16v-2.2c-.9 0-1.6-.7-1.6-1.6Z" />
    </>
  ),
  window: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="1.8" />
      <path d="M3 7.4h14" />
    </>
  ),
  api: <path d="m7 6-4 4 4 4M13 6l4 4-4 4" />,
  pulse: <path d="M2.8 10.5h3L8 5l4 10 2.2-4.5h3" />,
  people: (
    <>
      <circle cx="7.6" cy="6.8" r="2.9" />
      <path d="M2.4 16.4c.3-3.2 2.2-5 5.2-5s4.9 1.8 5.2 5M12.6 4.2a2.8 2.8 0 0 1 0 5.3M14.4 11.9c1.8.6 2.9 2.1 3.2 4.5" />
    </>
  ),
  chart: <path d="M3 16.8h14M5.5 14V9.5M10 14V4M14.5 14V7" />,
  pause: <path d="M7.2 4.8v10.4M12.8 4.8v10.4" />,
  resume: <path d="M6.5 4.2v11.6l9-5.8Z" />,
  undelivered: (
    <path d="M3 12.2 5.4 4h9.2L17 12.2v3.6H3ZM3.2 12.2h3.6l1 1.8h4.4l1-1.8h3.6M8.4 6.6l3.2 3.2M11.6 6.6 8.4 9.8" />
  ),
  file: <path d="M5 3h6.4L15 6.6V17H5ZM11.4 3v3.6H15" />,
  download: <path d="M10 3.5v9M5.8 8.6l4.2 4.2 4.2-4.2M3.8 16.5h12.4" />,
  eye: (
    <>
      <path d="M2.6 10S5.4 5 10 5s7.4 5 7.4 5-2.8 5-7.4 5-7.4-5-7.4-5Z" />
      <circle cx="10" cy="10" r="2.2" />
    </>
  ),
  wrench: (
    <path d="M12.2 7.8a3.4 3.4 0 0 1 4.4-4.4l-2.3 2.3 2.1 2.1 2.3-2.3a3.4 3.4 0 0 1-4.5 4.4l-6.8 6.8a1.5 1.5 0 0 1-2.1-2.1Z" />
  ),
  grip: <path d="M7.5 5v.1M7.5 10v.1M7.5 15v.1M12.5 5v.1M12.5 10v.1M12.5 15v.1" />,
  more: (
    <>
      <circle cx="4.5" cy="10" r="1.1" fill="currentColor" />
      <circle cx="10" cy="10" r="1.1" fill="currentColor" />
      <circle cx="15.5" cy="10" r="1.1" fill="currentColor" />
    </>
  ),
  edit: <path d="m4 16 .8-3.4L13 4.4l2.6 2.6-8.2 8.2ZM11.4 6l2.6 2.6" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

export const iconNames: readonly IconName[] = Object.keys(paths).filter((name): name is IconName =>
  Object.hasOwn(paths, name),
);

/** Those that point along the line: they point the other way where lines run from right to left. */
const along: ReadonlySet<IconName> = new Set<IconName>(['back', 'forward', 'open']);

export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg
      className={along.has(name) ? 'icon along' : 'icon'}
      viewBox="0 0 20 20"
      width="20"
      height="20"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}

/** The porch lamp: the sign of the application. `lit` gives it its light. */
export function Lamp({ lit = true, size = 28 }: { readonly lit?: boolean; readonly size?: number }): ReactNode {
  return (
    <svg className="lamp" viewBox="0 0 28 28" width={size} height={size} aria-hidden="true" focusable="false">
      {lit && <circle className="lamp-halo" cx="14" cy="16" r="11" />}
      <path className="lamp-line" d="M14 2.5v3M10.5 5.5h7M7.5 10.5 10.5 5.5h7l3 5Z" />
      <path className={lit ? 'lamp-glass' : 'lamp-line'} d="M8.6 10.5h10.8l-1.3 10.8H9.9Z" />
      <path className="lamp-line" d="M8.6 10.5h10.8l-1.3 10.8H9.9ZM9.4 21.3h9.2M14 24.4v-3" />
      {lit && (
        <path className="lamp-flame" d="M14 13.2c1.9 2 2.4 3.1 2.4 4.2a2.4 2.4 0 0 1-4.8 0c0-1.1.5-2.2 2.4-4.2Z" />
      )}
    </svg>
  );
}
