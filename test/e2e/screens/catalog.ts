/* What there is to be seen: every screen, in every state it can be in. Each pair is tried by a spec and is on a sheet. */

export const states = ['empty', 'loading', 'one', 'many', 'failing', 'offline', 'back'] as const;
export type State = (typeof states)[number];

/** Each screen, and what is open while it is looked at. */
export const screens = {
  setup: '/setup',
  conversations: '/conversations/new',
  channels: '/channels',
  models: '/models',
  people: '/people',
  usage: '/usage',
  tools: '/tools',
  servers: '/tools/servers',
  memory: '/tools/memory',
  schedules: '/tools/schedules',
  diagnostics: '/diagnostics',
  settings: '/settings',
  undelivered: '/undelivered',
} as const;
export type Screen = keyof typeof screens;

export const screenNames = Object.keys(screens) as readonly Screen[];

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The tray's window, a common screen, and a phone. */
export const sizes = {
  wide: { width: 1280, height: 800 },
  tray: { width: 420, height: 640 },
  phone: { width: 360, height: 740 },
} as const;
export type Size = keyof typeof sizes;

export const sizeNames = Object.keys(sizes) as readonly Size[];

/** In docs/screens/: one sheet of all states. */
export function sheetName(screen: Screen, theme: Theme): string {
  return `${screen}-${theme}.webp`;
}

/** In a row of single pictures. */
export function shotName(screen: Screen, state: State, theme: Theme, size: Size): string {
  return `${screen}/${state}-${theme}-${size}.png`;
}
