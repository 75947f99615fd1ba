/*
 * The machine as an app finds it: what no program decides but a person or the hardware. A spec changes it in the record
 * (`standInRecord.machine`) and then emits the event that real Electron would: `on-battery`, `updated`,
 * `display-removed` and so on. What is to be so from the start is given as JSON in `STAND_IN_MACHINE`.
 */
import type { Display, Point, Rectangle } from 'electron';

export type ThemeSource = 'system' | 'light' | 'dark';

export interface Machine {
  /** Whether the system prefers dark windows, and stronger contrast. */
  dark: boolean;
  highContrast: boolean;
  onBattery: boolean;
  /** A value of --password-store that counts instead of the switch's, which Playwright sets to `basic`. */
  keyring: string | null;
  online: boolean;
  /** The first is the primary one. */
  displays: Display[];
  cursor: Point;
  /** Where the tray's icon is. Empty as on Linux, whose trays do not tell. */
  trayBounds: Rectangle;
  /** What the system's settings say for every address that is not loopback, in the words of a PAC file. */
  proxy: string;
}

/** Whether windows are dark: as the app has chosen, else as the system is. */
export function isDark(source: ThemeSource, machine: Machine): boolean {
  return source === 'system' ? machine.dark : source === 'dark';
}

/** A screen with a panel of `panel` points along its upper edge. */
export function createDisplay(id: number, bounds: Rectangle, panel: number): Display {
  const { x, y, width, height } = bounds;
  return {
    id,
    bounds,
    size: { width, height },
    workArea: { x, y: y + panel, width, height: height - panel },
    workAreaSize: { width, height: height - panel },
    label: `Screen ${String(id)}`,
    accelerometerSupport: 'unknown',
    colorDepth: 24,
    colorSpace: '',
    depthPerComponent: 8,
    detected: true,
    displayFrequency: 60,
    internal: false,
    maximumCursorSize: { width: 0, height: 0 },
    monochrome: false,
    nativeOrigin: { x, y },
    rotation: 0,
    scaleFactor: 1,
    touchSupport: 'unavailable',
  };
}

/** `from` is the environment, from which what is meant for here is taken out. */
export function createMachine(from: NodeJS.ProcessEnv): Machine {
  const { STAND_IN_MACHINE: given = '{}', STAND_IN_UNSEEN: unseen } = from;
  if (given !== '{}' && unseen !== undefined) throw new Error('A machine is described to what must not know of any.');
  Reflect.deleteProperty(from, 'STAND_IN_MACHINE');
  return {
    dark: false,
    highContrast: false,
    onBattery: false,
    keyring: null,
    online: true,
    displays: [createDisplay(1, { x: 0, y: 0, width: 1920, height: 1080 }, 32)],
    cursor: { x: 0, y: 0 },
    trayBounds: { x: 0, y: 0, width: 0, height: 0 },
    proxy: 'DIRECT',
    ...(JSON.parse(given) as Partial<Machine>),
  };
}
