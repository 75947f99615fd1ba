/** What the shell is given by `main/index.ts`: the gateway as a tray and a window see it, and why there is none. */
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import type { CardView, DesktopView } from '../../preload/contract/views.ts';
import type { Clock } from '../gateway/clock.ts';
import type { Log } from '../gateway/log.ts';
import type { Reason } from '../gateway/types.ts';
import type { Result } from '../lib/result.ts';
import type { LoginParts } from './login-item.ts';
import type { PutFile, ServedFile } from './protocol.ts';
import type { TrayFacts } from './tray.ts';

/** Who sent something over IPC. */
export type IpcSender = Pick<IpcMainEvent | IpcMainInvokeEvent, 'sender' | 'senderFrame'>;

/** A screen of the window, as its address behind `#` names it. */
export type Place =
  '/people' | '/channels' | '/tools' | '/usage' | '/models' | '/diagnostics' | '/settings' | `/conversations/${string}`;

/** How long every reply waits: an hour, until the next day begins in the owner's time zone, or until resumed. */
export type PauseChoice = 'hour' | 'tomorrow' | 'open';

/** Something that only the owner can decide or has to know; `id` stays the same as long as its cause does. */
export interface ShellCard {
  readonly id: string;
  readonly kind: CardView['kind'];
  /** What the link is called; empty for what concerns none. */
  readonly link: string;
  /** The person, group or conversation; empty where there is none. Others chose it. */
  readonly name: string;
  /** How many messages wait for the decision. */
  readonly messages: number;
  /** Nobody is the owner there yet, and this may be them. */
  readonly asksForOwner: boolean;
  /** What is wrong, in the owner's language; null where nothing is. */
  readonly sentence: string | null;
}

export interface Preferences {
  readonly keepAwake: boolean;
  /** Where to look for new versions; empty: nowhere. */
  readonly updateUrl: string;
}

/** A running gateway. */
export interface DesktopGateway {
  readonly log: Log;
  /** As things are now; cheap. */
  facts(): TrayFacts;
  /** Calls `changed` whenever {@link facts} may say something new; may be often. */
  watch(changed: () => void): Disposable;
  /** Answers the window's calls from those senders that `trusted` knows. */
  bindWindow(trusted: (event: IpcSender) => boolean): Disposable;
  /** A file of a conversation; null when there is none. */
  openFile(id: string): Promise<ServedFile | null>;
  /** Keeps what the window was given; see {@link PutFile}. */
  readonly putFile: PutFile;
  /** Lets every reply wait; null resumes. Rejects when that cannot be stored. */
  pause(choice: PauseChoice | null): Promise<void>;
  /** Makes `model` the default. False when that is refused; why is in the log. */
  chooseModel(model: string): boolean;
  /** What is spoken to the owner (BCP 47). */
  language(): string;
  /** What the owner set for this computer. */
  preferences(): Preferences;
  /** What only the shell knows has changed: the window asks again. */
  shellChanged(): void;
  /** The computer is about to sleep: what is only in memory goes to the disk. Never rejects. */
  suspend(): Promise<void>;
  /** The computer has slept: every link proves itself again. */
  wake(): void;
  /** Drains for at most some seconds; nothing of it runs when it resolves. */
  stop(): Promise<void>;
}

/** What the window may ask the shell for, by way of the gateway's contract. */
export interface DesktopSide {
  view(): DesktopView;
  setLogin(on: boolean): Result<void, Reason>;
  /** Ends as Quit does and starts again. */
  restart(): void;
}

/** Who holds the data directory, as far as it said so. */
export interface DataOwner {
  readonly pid: number;
  readonly mode: 'desktop' | 'headless';
  readonly url: string | null;
}

export type StartProblem =
  /** The keychain that holds the data key is locked. It opens by itself when a person unlocks it. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'owned'; readonly owner: DataOwner | null; readonly dataDir: string }
  | {
      readonly kind: 'data';
      readonly sentence: string;
      readonly dataDir: string;
      /** Name of a good backup that may take the place of the database. */
      readonly backup: string | null;
      /** Whether it may go better without anything being changed here: the disk, a drive that was not mounted. */
      readonly passing: boolean;
    }
  | { readonly kind: 'other'; readonly sentence: string };

/** What the shell is made of, by `main/index.ts`. */
export interface DesktopParts {
  readonly clock: Clock;
  /** The system's language (BCP 47), spoken while there is no gateway. */
  readonly language: () => string;
  readonly version: string;
  /** Start in the tray alone. */
  readonly hidden: boolean;
  /** Where the window is to open; null for where it begins. */
  readonly place: Place | null;
  /** Electron's own folder of this installation, which exists. */
  readonly userData: string;
  readonly install: Pick<LoginParts, 'dataDir' | 'entry' | 'executable'>;
  readonly paths: {
    /** Folder of the built window. */
    readonly window: string;
    /** The built bridge. */
    readonly preload: string;
    /** Folder of the tray's pictures. */
    readonly tray: string;
    /** The app's picture. */
    readonly icon: string;
  };
  /** Makes a gateway, with a backup in the place of the database when one is named. Rejects for bugs only. */
  start(restore: string | null, own: DesktopSide): Promise<Result<DesktopGateway, StartProblem>>;
}
