import { request as startRequest } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayPorts } from '../../main/gateway/gateway.ts';
import { startTestHost, testToken, type TestHost } from '../lib/headless.ts';

const shared: { test: TestHost | null; ports: GatewayPorts | null } = { test: null, ports: null };
const url = (path: string): string => {
  if (shared.test === null) throw new Error('the host has not been started');
  return new URL(path, shared.test.url).href;
};
const bearer = { Authorization: `Bearer ${testToken}` };

beforeAll(async () => {
  const wrap = (ports: GatewayPorts): GatewayPorts => (shared.ports = ports);
  shared.test = await startTestHost({ wrap });
});
afterAll(async () => {
  await shared.test?.[Symbol.asyncDispose]();
});

function put(body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url('/files'), { method: 'PUT', body, headers: { ...bearer, ...headers } });
}

describe('files', () => {
  it('come back byte for byte as a download that may do nothing (an HTML file that runs as our page)', async () => {
    const page = '<script>alert(1)</script> ü \u0000';
    const stored = await put(page, {
      'X-File-Name': encodeURIComponent("../Ada's Bild ü.html"),
      'Content-Type': 'text/html; charset=utf-8',
    });
    expect(stored.status).toBe(201);
    const view = (await stored.json()) as { readonly id: string; readonly name: string };
    expect(Object.keys(view).toSorted()).toEqual(['id', 'name', 'size', 'type']);
    expect(view).toMatchObject({ name: "Ada's Bild ü.html", type: 'text/html', size: Buffer.byteLength(page) });

    const back = await fetch(url(`/files/${view.id}`), { headers: bearer });
    expect(await back.text()).toBe(page);
    expect(back.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''Ada%27s%20Bild%20%C3%BC.html");
    expect(back.headers.get('x-content-type-options')).toBe('nosniff');
    expect(back.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it('above 20 MB are refused while they come in, and nothing is kept (a disk filled from outside)', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = startRequest(
        url('/files'),
        { method: 'PUT', headers: { ...bearer, 'X-File-Name': 'big' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
          sent.destroy();
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
      );
      const chunk = Buffer.alloc(1024 * 1024);
      const more = (left: number): void => {
        if (left > 0 && !sent.destroyed) sent.write(chunk, () => more(left - 1));
      };
      more(40);
    });
    expect(status).toBe(413);
  });

  it.each([{}, { 'X-File-Name': '' }, { 'X-File-Name': '%E0%A4%A' }, { 'X-File-Name': 'x'.repeat(300) }])(
    'need a name that can be read: %j',
    async (headers) => {
      expect((await put('x', { ...headers })).status).toBe(400);
    },
  );

  it.each(['тип/файл', 'text/plain\r\nx: y', 'text'])(
    'of a type that no header takes come back all the same (a sender who makes his file unreadable): %j',
    async (type) => {
      const { ports } = shared;
      if (ports === null) throw new Error('the host has not been started');
      const stored = await ports.files.put(
        Readable.from([Buffer.from('hello')]),
        { name: 'a.txt', type },
        new AbortController().signal,
      );
      if (!stored.ok) throw new Error(stored.failure.code);
      const back = await fetch(url(`/files/${stored.value.id}`), { headers: bearer });
      expect([back.status, await back.text()]).toEqual([200, 'hello']);
      expect(back.headers.get('content-type')).toBe('application/octet-stream');
    },
  );

  it.each(['nothing', '..%2Ftoken', '%00', 'x'.repeat(100)])('that are not there are a 404: %s', async (id) => {
    expect((await fetch(url(`/files/${id}`), { headers: bearer })).status).toBe(404);
  });
});
