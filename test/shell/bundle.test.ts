import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failed, ok } from '../../main/lib/result.ts';
import { createBundle, isOwnAddress, type PutFile, type ServedFile } from '../../main/shell/protocol.ts';

describe('app://bundle/', () => {
  let root: string;
  let opened: Readable[];
  let serve: ReturnType<typeof createBundle>;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bundle-'));
    mkdirSync(join(root, 'window/assets'), { recursive: true });
    mkdirSync(join(root, 'window-secrets'));
    writeFileSync(join(root, 'window/index.html'), '<!doctype html>');
    writeFileSync(join(root, 'window/assets/a.js'), 'export {};');
    writeFileSync(join(root, 'window/notes.txt'), 'no type of the window');
    writeFileSync(join(root, 'secret.json'), '{}');
    writeFileSync(join(root, 'window-secrets/secret.json'), '{}');
    opened = [];
    const openFile = async (id: string): Promise<ServedFile | null> => {
      if (id !== 'known') return null;
      const stream = Readable.from([Buffer.from('<script>alert(1)</script>')]);
      opened.push(stream);
      return { row: { name: "it's (ünsafe).html", type: 'text/html', size: 25 }, stream };
    };
    const putFile: PutFile = async (bytes, { name, type }) => {
      let size = 0;
      for await (const chunk of bytes) size += chunk.length;
      return size > 10 ? failed({ code: 'input.too-large' }) : ok({ id: 'new', name, type, size });
    };
    serve = createBundle({ folder: join(root, 'window'), openFile, putFile });
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const get = (path: string, method = 'GET'): Promise<Response> =>
    serve(new Request(`app://bundle${path}`, { method }));

  it('keeps what is put to /files and nothing put elsewhere, and says when it is too large', async () => {
    const put = (path: string, body: string, name = 'caf%C3%A9.txt'): Promise<Response> =>
      serve(
        new Request(`app://bundle${path}`, {
          method: 'PUT',
          body,
          headers: { 'x-file-name': name, 'content-type': 'text/plain' },
        }),
      );
    const kept = await put('/files', 'tea');
    expect([kept.status, await kept.json()]).toEqual([
      201,
      { id: 'new', name: 'café.txt', type: 'text/plain', size: 3 },
    ]);
    expect((await put('/files', 'much too large')).status).toBe(413);
    expect((await put('/files', 'tea', '%')).status).toBe(400);
    expect((await put('/index.html', 'tea')).status).toBe(405);
  });

  it('gives the files of the window, each with its type', async () => {
    expect((await get('/')).headers.get('content-type')).toBe('text/html; charset=utf-8');
    const script = await get('/assets/a.js?v=1#x');
    expect([script.status, script.headers.get('content-type'), await script.text()]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'export {};',
    ]);
    expect(await (await get('/index.html', 'HEAD')).text()).toBe('');
  });

  it.each([
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e%2fsecret.json',
    '/assets/..%2f..%2fsecret.json',
    '/..%2fwindow-secrets%2fsecret.json',
    '/%00.json',
    '/%E0%A4%A.json',
    '/notes.txt',
    '/assets',
    '/assets.js/a.js',
    '//secret.json',
    '/C:%5Csecret.json',
  ])('answers %s with 404: whatever climbs out of the folder or has no type is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('answers for its own host alone, and to reading alone', async () => {
    expect((await serve(new Request('app://other/index.html'))).status).toBe(404);
    expect((await serve(new Request('app://bundle/', { method: 'POST', body: 'x' }))).status).toBe(405);
  });

  it('gives a stored file as a sandboxed download, or an attachment could act as the window', async () => {
    const response = await get('/files/known');
    expect(await response.text()).toBe('<script>alert(1)</script>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-disposition': "attachment; filename*=UTF-8''it%27s%20%28%C3%BCnsafe%29.html",
      'content-security-policy': "default-src 'none'; sandbox",
      'content-length': '25',
      'x-content-type-options': 'nosniff',
    });
    expect((await get('/files/unknown')).status).toBe(404);
    expect((await get('/files/known%2f..%2fother')).status).toBe(404);
  });

  it('closes a stored file whose bytes nobody wants, or each HEAD would leak a descriptor', async () => {
    await get('/files/known', 'HEAD');
    expect(opened.map((stream) => stream.destroyed)).toEqual([true]);
  });

  it.each([
    ['app://bundle/', true],
    ['app://bundle/index.html#/settings', true],
    ['app://bundle.evil/', false],
    ['app://evil/bundle', false],
    ['https://bundle/', false],
    ['file:///bundle', false],
    ['nonsense', false],
  ])('says of %s whether it is ours: %s', (url, own) => {
    expect(isOwnAddress(url)).toBe(own);
  });
});
