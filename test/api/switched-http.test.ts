import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHost, type Host } from '../../main/host.ts';
import type { Outcome } from '../../preload/contract/commands.ts';
import type { HostView } from '../../preload/contract/views.ts';

interface Desktop extends AsyncDisposable {
  readonly host: Host;
  readonly dataDir: string;
}

/** A host as the desktop starts it: its port follows the setting. */
async function startDesktop(given: { readonly dataDir?: string; readonly port?: number } = {}): Promise<Desktop> {
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'porchlight-test-')));
  const windowDir = join(dataDir, 'no-window');
  const started = await startHost({
    mode: 'desktop',
    version: '0.0.0-test',
    dataDir,
    environment: { LANG: 'en_US.UTF-8' },
    provision: null,
    notices: [{ code: 'host.key-obscured' }],
    http: { port: given.port ?? 0, host: '127.0.0.1', allowHosts: [], token: null, windowDir, switched: true },
  });
  if (!started.ok) throw new Error(started.failure.sentence);
  const host = started.value;
  return {
    host,
    dataDir,
    async [Symbol.asyncDispose]() {
      await host.stop(2000);
      if (given.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function view({ dispatch }: Host): Promise<HostView> {
  const outcome = (await dispatch.call('host.get', {})) as Outcome<'host.get'>;
  if (!outcome.ok) throw new Error(outcome.reason.code);
  return outcome.value;
}

/** Sets the switch as the window does, and waits until the port has followed. */
async function switchTo({ host }: Desktop, on: boolean): Promise<string | null> {
  expect(await host.dispatch.call('settings.set', { key: 'api.enabled', value: on })).toMatchObject({ ok: true });
  await expect.poll(async () => (await view(host)).apiUrl !== null).toBe(on);
  return (await view(host)).apiUrl;
}

const owner = (dataDir: string): unknown => JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8'));
const events = ({ log }: Host): readonly string[] => log.tail(200).map(({ event }) => event);

async function models(url: string, token: string): Promise<number> {
  return (await fetch(new URL('v1/models', url), { headers: { Authorization: `Bearer ${token}` } })).status;
}

describe('the port of the desktop', () => {
  it('is not there until it is switched on, answers while it is on, and is gone again (an open door nobody asked for)', async () => {
    await using desktop = await startDesktop();
    const { host, dataDir } = desktop;
    expect([host.http, (await view(host)).apiUrl]).toEqual([null, null]);
    expect(owner(dataDir)).toMatchObject({ url: null });

    const url = (await switchTo(desktop, true)) ?? '';
    const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
    expect(await models(url, token)).toBe(200);
    expect(await models(url, 'another-token-of-24-chars')).toBe(401);
    expect((await fetch(new URL('healthz', url))).status).toBe(200);
    await expect.poll(() => owner(dataDir)).toMatchObject({ url, mode: 'desktop' });
    expect(events(host)).toContain('api.listening');

    await switchTo(desktop, false);
    await expect.poll(() => events(host)).toContain('api.closed');
    await expect(models(url, token)).rejects.toThrow('fetch failed');
    expect(owner(dataDir)).toMatchObject({ url: null });
  });

  it('is there from the start once it was switched on, and follows quick changes to the last one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'porchlight-test-'));
    {
      await using first = await startDesktop({ dataDir });
      for (const on of [true, false, true, false, true]) {
        await first.host.dispatch.call('settings.set', { key: 'api.enabled', value: on });
      }
      expect(await switchTo(first, true)).not.toBeNull();
    }
    let url: string;
    {
      await using again = await startDesktop({ dataDir });
      url = again.host.http?.url ?? '';
      expect(await models(url, again.host.token ?? '')).toBe(200);
      expect(owner(dataDir)).toMatchObject({ url });
      expect((await view(again.host)).notices).toEqual([{ code: 'host.key-obscured' }]);
    }
    await expect(models(url, 'x')).rejects.toThrow('fetch failed');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is a free one when another program has the usual one, and the log says so (an API that never comes)', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await using desktop = await startDesktop({ port });
    const url = (await switchTo(desktop, true)) ?? '';
    expect(new URL(url).port).not.toBe(String(port));
    expect(await models(url, desktop.host.token ?? '')).toBe(200);
    expect(events(desktop.host)).toContain('api.port-taken');
    await new Promise((resolve) => other.close(resolve));
  });

  it('says why when there can be none, and the gateway goes on', async () => {
    await using desktop = await startDesktop({ port: 1 << 17 });
    await desktop.host.dispatch.call('settings.set', { key: 'api.enabled', value: true });
    const codes = async () => (await view(desktop.host)).notices.map(({ code }) => code);
    await expect.poll(codes).toContain('host.port-unusable');
    await desktop.host.dispatch.call('settings.set', { key: 'api.enabled', value: false });
    await expect.poll(codes).not.toContain('host.port-unusable');
  });
});
