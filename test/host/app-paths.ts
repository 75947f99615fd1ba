/* The folders of app.getPath, as on Linux. */
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

const desktopFolders = {
  desktop: 'Desktop',
  documents: 'Documents',
  downloads: 'Downloads',
  music: 'Music',
  pictures: 'Pictures',
  videos: 'Videos',
} as const;

export type PathName =
  | 'home'
  | 'appData'
  | 'userData'
  | 'sessionData'
  | 'temp'
  | 'exe'
  | 'module'
  | 'assets'
  | 'recent' // Windows alone has it
  | 'logs'
  | 'crashDumps'
  | keyof typeof desktopFolders;

export class AppPaths {
  readonly #set = new Map<PathName, string>();
  readonly #appName: () => string;

  constructor(appName: () => string) {
    this.#appName = appName;
  }

  get(name: PathName): string {
    return this.#set.get(name) ?? this.#standard(name);
  }

  /** Throws for a name that getPath does not know. */
  set(name: string, path: string): void {
    this.#standard(name as PathName);
    if (!isAbsolute(path)) throw new Error('Path must be absolute');
    this.#set.set(name as PathName, path);
  }

  #standard(name: PathName): string {
    if (name in desktopFolders) return join(this.get('home'), desktopFolders[name as keyof typeof desktopFolders]);
    switch (name as Exclude<PathName, keyof typeof desktopFolders>) {
      case 'home':
        return homedir();
      case 'appData':
        return process.env['XDG_CONFIG_HOME'] ?? join(this.get('home'), '.config');
      case 'userData':
        return join(this.get('appData'), this.#appName());
      case 'sessionData':
        return this.get('userData');
      case 'temp':
        return tmpdir();
      case 'exe':
      case 'module':
        return process.execPath;
      case 'assets':
        return dirname(process.execPath);
      case 'logs':
        return join(this.get('userData'), 'logs');
      case 'crashDumps':
        return join(this.get('userData'), 'Crashpad');
      case 'recent':
      default:
        throw new Error(`Failed to get '${String(name)}' path`);
    }
  }
}
