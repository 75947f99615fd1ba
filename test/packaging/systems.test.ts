/* Packages for every system as a release does, and reads back what an installer would be made of. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, getRawHeader } from '@electron/asar';
import { FuseV1Options } from '@electron/fuses';
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, describeContents, mostBytes, presentContents, readContents } from './contents.ts';
import type { System } from './dummy-electron.ts';
import { whyNoDeb, whyNoNsis } from './enclosed.ts';
import { filesOf, fusesOf, packageFor, releases, type Packaged } from './package.ts';

/** Tests that cannot be on this machine are not there, and the log says why. */
function whereItCan(name: string, hindrance: string | null, tests: () => void): void {
  if (hindrance === null) describe(name, tests);
  else process.stdout.write(`Not tested here, because ${hindrance}: ${name}\n`);
}

const project = join(import.meta.dirname, '../..');
const systems: readonly System[] = ['linux', 'win', 'mac'];
const works = systems.map((system) => mkdtempSync(join(tmpdir(), `packaging-${system}-`)));
const packages = new Map<System, Packaged>();

function packaged(system: System): Packaged {
  const found = packages.get(system);
  if (!found) throw new Error(`It was not packaged for ${system}.`);
  return found;
}

beforeAll(async () => {
  if (!existsSync(join(project, 'dist/main/index.js'))) {
    throw new Error('There is nothing to package: run `npm run build` first.');
  }
  for (const one of await Promise.all(
    systems.map((system, index) => packageFor(system, project, works[index] ?? '')),
  )) {
    packages.set(one.system, one);
  }
});

afterAll(() => {
  for (const work of works) rmSync(work, { recursive: true, force: true });
});

/** What Electron compares an archive's header with before it reads anything of it. */
function headerHash({ resources }: Packaged): string {
  const { headerString } = getRawHeader(join(resources, 'app.asar'));
  return createHash('sha256').update(headerString).digest('hex');
}

describe.each(systems)('the package for %s', (system) => {
  test('has what the app starts from: a glob that misses it would ship an app that does not start', () => {
    const paths = filesOf(packaged(system)).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/dist/main/index.js',
        '/dist/preload/index.cjs',
        '/dist/renderer/index.html',
        '/resources/tray/okTemplate.png',
        '/resources/tray/okTemplate@2x.png',
        '/resources/tray/ok-on-dark.png',
        '/resources/tray/ok-on-light.ico',
        '/resources/icons/256x256.png',
      ]),
    );
  });

  test('has nothing else: no dependencies, source maps, sources or tests', () => {
    expect(contentsOf(packaged(system)).strangers).toEqual([]);
  });

  test('has its workers beside the archive and nothing but them, or a search in the packaged app fails', () => {
    const { resources } = packaged(system);
    const beside = filesOf(packaged(system)).filter(({ unpacked }) => unpacked);
    expect(beside.length).toBeGreaterThan(0);
    expect(beside.filter(({ path }) => !path.startsWith('/dist/main/workers/'))).toEqual([]);
    for (const { path } of beside) expect(existsSync(join(resources, 'app.asar.unpacked', path))).toBe(true);
  });

  test('starts the built main and names the desktop file', () => {
    const text = extractFile(join(packaged(system).resources, 'app.asar'), 'package.json').toString('utf8');
    const manifest = JSON.parse(text) as object;
    expect(manifest).toMatchObject({ main: 'dist/main/index.js', desktopName: 'porchlight.desktop' });
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
  });

  test('has its fuses set: one that runs as Node or takes --inspect would hand its secrets to any local program', async () => {
    expect(await fusesOf(packaged(system))).toMatchObject({
      [FuseV1Options.RunAsNode]: '0',
      [FuseV1Options.EnableCookieEncryption]: '1',
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: '0',
      [FuseV1Options.EnableNodeCliInspectArguments]: '0',
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: '1',
      [FuseV1Options.OnlyLoadAppFromAsar]: '1',
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: '0',
    });
  });

  test('comes with the licences it owes', () => {
    const { folder, resources } = packaged(system);
    expect(readFileSync(join(resources, 'LICENSE.porchlight.txt'), 'utf8')).toContain('GNU GENERAL PUBLIC LICENSE');
    // On a Mac they are moved into the bundle from beside it, which happens only to an Electron that was downloaded.
    if (system === 'mac') return;
    expect(existsSync(join(folder, 'LICENSE.electron.txt'))).toBe(true);
    expect(existsSync(join(folder, 'LICENSES.chromium.html'))).toBe(true);
  });
});

describe('the app’s own part', () => {
  test('is small enough, and docs/package-contents.md says what is in it', async () => {
    const contents = contentsOf(packaged('linux'));
    const wanted = await describeContents(contents);
    process.stdout.write(`${wanted.slice(wanted.indexOf('|'))}\n`);
    expect(contents.bytes).toBeLessThanOrEqual(mostBytes);
    const [there, should] = [readContents(presentContents()), readContents(wanted)];
    expect(there.rest, 'run `node test/packaging/contents.ts`').toBe(should.rest);
    // Every change of the code moves the sizes a little.
    for (const [index, size] of should.sizes.entries()) {
      const said = there.sizes[index] ?? 0;
      expect(Math.abs(said - size), 'run `node test/packaging/contents.ts`').toBeLessThanOrEqual(0.2 + size * 0.15);
    }
  });
});

describe('the Windows executable', () => {
  function resources() {
    return NtExecutableResource.from(NtExecutable.from(readFileSync(packaged('win').binary)));
  }

  test('has our name and version, which Windows shows before it runs something unsigned', () => {
    const [info, ...others] = Resource.VersionInfo.fromEntries(resources().entries);
    expect(others).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { readonly version: string };
    expect(info?.getStringValues({ lang: 0x0409, codepage: 1200 })).toMatchObject({
      ProductName: 'Porchlight',
      FileDescription: 'Porchlight',
      FileVersion: manifest.version,
    });
  });

  test('has our icon in every size, not Electron’s', () => {
    const { entries } = resources();
    const [group] = Resource.IconGroupEntry.fromEntries(entries);
    const file = Data.IconFile.from(readFileSync(join(project, 'resources/icons/icon.ico')));
    const pictures = group
      ?.getIconItemsFromEntries(entries)
      .map((item) => Buffer.from(item.isIcon() ? item.generate() : item.bin));
    expect(pictures).toEqual(file.icons.map(({ data }) => Buffer.from(data.isIcon() ? data.generate() : data.bin)));
  });

  test('knows the archive it belongs to: with another one it does not start', () => {
    const entry = resources().entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR');
    const known = JSON.parse(Buffer.from(entry?.bin ?? new ArrayBuffer()).toString('utf8')) as unknown;
    expect(known).toContainEqual({ file: 'resources\\app.asar', alg: 'SHA256', value: headerHash(packaged('win')) });
  });
});

describe('the uninstaller for Windows', () => {
  const included = join(project, 'resources/installer.nsh');
  const run = String.raw`Software\Microsoft\Windows\CurrentVersion\Run`;
  const approved = String.raw`Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`;

  test('takes the start at login away, which Windows would try for ever, but not when a new version follows', () => {
    const builder = readFileSync(join(project, 'electron-builder.yml'), 'utf8');
    expect(builder).toMatch(/^ {2}include: resources\/installer\.nsh$/m);
    // Electron names the value after this id, and the scripts of electron-builder know it as APP_ID.
    const id = /^appId: (\S+)$/m.exec(builder)?.[1] ?? '';
    const main = readFileSync(join(project, 'main/index.ts'), 'utf8');
    expect(main).toContain(`const appId = '${id}';`);
    expect(main).toContain('app.setAppUserModelId(appId);');
    const [, macro = ''] = /^!macro customUnInstall\n([\s\S]*?)^!macroend$/m.exec(readFileSync(included, 'utf8')) ?? [];
    const lines = macro.split('\n').map((line) => line.trim());
    expect(lines).toEqual([
      '${ifNot} ${isUpdated}',
      `DeleteRegValue HKCU "${run}" "\${APP_ID}"`,
      `DeleteRegValue HKCU "${approved}" "\${APP_ID}"`,
      '${endIf}',
      '',
    ]);
  });

  whereItCan('as NSIS reads it', whyNoNsis(), () => {
    test('compiles, a warning being an error', () => {
      const folder = works[1] ?? '';
      const script = join(folder, 'uninstaller.nsi');
      const lines = [
        '!include LogicLib.nsh',
        '!define APP_ID org.porchlight.app',
        // As electron-builder defines it, but for how it is found out.
        '!macro _isUpdated _a _b _t _f',
        '!insertmacro _= $0 "updated" `${_t}` `${_f}`',
        '!macroend',
        '!define isUpdated `"" isUpdated ""`',
        `!include ${included}`,
        `OutFile ${join(folder, 'uninstaller.exe')}`,
        'Section\nWriteUninstaller un.exe\nSectionEnd',
        'Section un.all\nStrCpy $0 ""\n!insertmacro customUnInstall\nSectionEnd',
      ];
      writeFileSync(script, `${lines.join('\n')}\n`);
      const printed = execFileSync('makensis', ['-WX', '-V4', script], { encoding: 'utf8' });
      expect(printed).toContain(`DeleteRegValue: HKCU\\${run}\\org.porchlight.app`);
    });
  });
});

describe('the Mac bundle', () => {
  const contents = (): string => join(packaged('mac').folder, 'Porchlight.app/Contents');
  const information = (): string => readFileSync(join(contents(), 'Info.plist'), 'utf8');
  const valueOf = (key: string): string | undefined =>
    new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`).exec(information())?.[1];

  test('says what it is, and that it opens porchlight: addresses', () => {
    expect(valueOf('CFBundleIdentifier')).toBe('org.porchlight.app');
    expect(valueOf('CFBundleName')).toBe('Porchlight');
    expect(valueOf('LSApplicationCategoryType')).toBe('public.app-category.productivity');
    expect(information()).toMatch(/<key>CFBundleURLSchemes<\/key>\s*<array>\s*<string>porchlight<\/string>/);
    expect(existsSync(join(contents(), 'MacOS', valueOf('CFBundleExecutable') ?? ''))).toBe(true);
  });

  test('has a menu bar: a bundle marked as an agent would have none while its window is open', () => {
    expect(information()).not.toContain('LSUIElement');
  });

  test('has our icon', () => {
    const icon = readFileSync(join(contents(), 'Resources', valueOf('CFBundleIconFile') ?? ''));
    expect(icon.equals(readFileSync(join(project, 'resources/icons/icon.icns')))).toBe(true);
  });

  test('knows the archive it belongs to: with another one it does not start', () => {
    expect(information()).toContain(`<key>Resources/app.asar</key>`);
    expect(valueOf('hash')).toBe(headerHash(packaged('mac')));
  });

  test('has helpers with its own name, without which no page could be drawn', () => {
    for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
      const helper = `Porchlight Helper${kind}`;
      expect(existsSync(join(contents(), `Frameworks/${helper}.app/Contents/MacOS/${helper}`))).toBe(true);
    }
  });
});

whereItCan('the .deb', whyNoDeb(), () => {
  const file = (): string => {
    const name = execFileSync('ls', [packaged('linux').output], { encoding: 'utf8' }).split('\n');
    return join(packaged('linux').output, name.find((each) => each.endsWith('.deb')) ?? '');
  };
  const read = (path: string): string =>
    execFileSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2"', 'sh', file(), path], { encoding: 'utf8' });

  test('says what it is and what it needs', () => {
    const control = execFileSync('dpkg-deb', ['--field', file()], { encoding: 'utf8' });
    expect(control).toMatch(/^Package: porchlight$/m);
    expect(control).toMatch(/^Architecture: amd64$/m);
    expect(control).toMatch(/^Maintainer: The Porchlight developers$/m);
    expect(control).toMatch(/^Depends: .*\blibgtk-3-0\b.*\blibnss3\b/m);
    expect(control).toMatch(/^Suggests: gnome-shell-extension-appindicator$/m);
    expect(control).toMatch(/^Description: A self-hosted AI gateway in the tray$/m);
  });

  test('has a desktop entry under the name of its windows, which opens porchlight: addresses and two views', () => {
    const [entry = '', ...actions] = read('./usr/share/applications/porchlight.desktop').split(
      /\n(?=\[Desktop Action)/,
    );
    const lines = entry.trim().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '[Desktop Entry]',
        'Name=Porchlight',
        'Exec=/opt/Porchlight/porchlight %U',
        'Icon=porchlight',
        'Terminal=false',
        'StartupWMClass=porchlight',
        'MimeType=x-scheme-handler/porchlight;',
        'Categories=Network;',
        'Actions=channels;people;',
      ]),
    );
    expect(actions.map((action) => action.trim().split('\n'))).toEqual([
      ['[Desktop Action channels]', 'Name=Channels', 'Exec=/opt/Porchlight/porchlight porchlight://channels'],
      ['[Desktop Action people]', 'Name=People', 'Exec=/opt/Porchlight/porchlight porchlight://people'],
    ]);
  });

  test('has the icon in the sizes of the icon theme', () => {
    const list = execFileSync('dpkg-deb', ['--contents', file()], { encoding: 'utf8' });
    for (const size of ['16x16', '24x24', '32x32', '48x48', '64x64', '128x128', '256x256', '512x512']) {
      expect(list).toContain(`./usr/share/icons/hicolor/${size}/apps/porchlight.png`);
    }
  });

  test('is described by the file that tells of new versions, and knows where that is', () => {
    const latest = readFileSync(join(packaged('linux').output, 'latest-linux.yml'), 'utf8');
    const digest = createHash('sha512').update(readFileSync(file())).digest('base64');
    expect(latest).toContain(`sha512: ${digest}`);
    expect(readFileSync(join(packaged('linux').resources, 'app-update.yml'), 'utf8')).toContain(`url: ${releases}`);
  });
});
