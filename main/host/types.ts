/** What a host is asked for, and why there may be none. */
import type { DesktopPort } from '../api/ports.ts';
import type { Provision } from '../api/provision.ts';
import type { HttpWish } from '../api/switched-http.ts';
import type { GatewayPorts } from '../gateway/gateway.ts';
import type { Reason } from '../gateway/types.ts';
import type { KeyWrapping } from '../store/data-key.ts';
import type { Owner } from '../store/owner-lock.ts';
import type { SettingsOptions } from '../store/settings-file.ts';
import type { StoreOptions } from '../store/store.ts';

export interface HostOptions {
  readonly mode: Owner['mode'];
  readonly version: string;
  /** As given on the command line; null for `PORCHLIGHT_DATA_DIR` or the system's place. */
  readonly dataDir: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null when no provision file was given. */
  readonly provision: Provision | null;
  /** Null for no port at all. */
  readonly http: HttpWish | null;
  /** What the owner should know of this machine; shown in the window. */
  readonly notices?: readonly Reason[];
  /** The system's language (BCP 47) where the environment names none; what the runtime knows of it when left out. */
  readonly language?: () => string;
  /** The system's keychain on the desktop. */
  readonly keyWrapping?: KeyWrapping;
  /** The tray app around it; left out on a headless host. */
  readonly desktop?: DesktopPort;
  /** Reaches other machines; the global one when left out. */
  readonly fetch?: typeof fetch;
  /** Name of a backup to be put in the place of the database first. */
  readonly restoreBackup?: string | null;
  /** Gets warnings and errors of the log as lines for people. */
  readonly mirrorLog?: (line: string) => void;
  /** Lets a crash test stand between the gateway and single ports. */
  readonly wrap?: (ports: GatewayPorts) => GatewayPorts;
  /** Passed on to the store and to the settings file. */
  readonly store?: Pick<StoreOptions, 'beforeCommit' | 'onConnection'>;
  readonly loadSettingsStore?: SettingsOptions['loadStore'];
}

/** Why there is no host. `sentence` says what to do. */
export type HostFailure =
  | { readonly kind: 'owned'; readonly reason: Reason; readonly owner: Owner | null; readonly sentence: string }
  /** The data cannot be used as it is. */
  | { readonly kind: 'data'; readonly reason: Reason; readonly sentence: string }
  /** What the caller asked for cannot be. */
  | { readonly kind: 'asked'; readonly sentence: string }
  | { readonly kind: 'port'; readonly taken: boolean; readonly sentence: string };
