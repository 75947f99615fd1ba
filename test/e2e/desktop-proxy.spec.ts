/* Behind a proxy that only the system's settings name, as in many offices. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { test } from './desktop-app.ts';

test(
  "a model's server is asked through the system's proxy, unless NO_PROXY names it",
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const wanted: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      wanted.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const place = `127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
    try {
      const environment = { STAND_IN_MACHINE: JSON.stringify({ proxy: `PROXY ${place}` }), NO_PROXY: 'inside.invalid' };
      const page = await (await desktop.start([], environment)).page();
      const ask = (host: string): Promise<unknown> =>
        page.evaluate(async (baseUrl) => {
          const { bridge } = globalThis as { bridge?: { call(name: string, params: object): Promise<unknown> } };
          const provider = { id: 'lab', kind: 'openai', baseUrl };
          return bridge?.call('providers.test', { provider, model: 'any' });
        }, `http://${host}/v1`);
      expect(await ask('inside.invalid')).toMatchObject({ value: { ok: false } });
      expect(wanted).toEqual([]);
      expect(await ask('models.invalid')).toMatchObject({ value: { ok: false } });
      expect(new Set(wanted)).toEqual(new Set(['models.invalid:80']));
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  },
);
