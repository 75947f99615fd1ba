import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestHost } from '../lib/headless.ts';

/** A built window with one script. */
async function build(directory: string, script: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(directory, 'assets', script), `export const built = '${script}';`);
  await writeFile(
    join(directory, 'index.html'),
    `<!doctype html><script type="module" src="/assets/${script}"></script>`,
  );
}

async function builtWindow(script: string): Promise<string> {
  const windowDir = join(await mkdtemp(join(tmpdir(), 'porchlight-window-')), 'renderer');
  await build(windowDir, script);
  return windowDir;
}

describe('the window of a running host', () => {
  it('is the new one after a rebuild, and what is gone is not there (a host that had to be restarted)', async () => {
    const windowDir = await builtWindow('app-old.js');
    await using test = await startTestHost({ windowDir });
    const get = (path: string): Promise<Response> => fetch(new URL(path, test.url));
    expect(await (await get('/')).text()).toContain('app-old.js');
    expect((await get('/assets/app-old.js')).headers.get('cache-control')).toContain('immutable');

    await build(windowDir, 'app-new.js');
    const page = await get('/');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await page.text()).toContain('app-new.js');
    expect((await get('/assets/app-old.js')).status).toBe(404);
    const script = await get('/assets/app-new.js');
    expect(await script.text()).toContain('app-new.js');
    expect(script.headers.get('cache-control')).toContain('immutable');

    await rm(windowDir, { recursive: true });
    expect((await get('/')).status).toBe(503);
    await build(windowDir, 'app-third.js');
    expect(await (await get('/')).text()).toContain('app-third.js');
  });

  it('cuts the answer when a file cannot be read to its end, and goes on (a bad file that ended the process)', async () => {
    const windowDir = await builtWindow('app.js');
    // Can be looked up and opened, and fails when it is read.
    await symlink('/proc/self/mem', join(windowDir, 'assets/bad.js'));
    await using test = await startTestHost({ windowDir });
    const bad = await fetch(new URL('/assets/bad.js', test.url)).then(
      (answer) => answer.status,
      () => 'cut',
    );
    expect(['cut', 200, 404]).toContain(bad);
    expect((await fetch(new URL('/', test.url))).status).toBe(200);
  });

  it('gives nothing from beside its folder, and nothing whose name begins with a dot (a file that was left there)', async () => {
    const windowDir = await builtWindow('app.js');
    await writeFile(join(windowDir, '../secret.txt'), 'secret');
    await writeFile(join(windowDir, '.hidden.txt'), 'secret');
    await using test = await startTestHost({ windowDir });
    for (const path of [
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/.hidden.txt',
      '/assets',
      '/assets/%2e%2e%2findex.html',
    ]) {
      expect([path, (await fetch(new URL(path, test.url))).status]).toEqual([path, 404]);
    }
  });
});
