import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesktopGateway } from '../../main/desktop-gateway.ts';
import type { DesktopGateway } from '../../main/shell/ports.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { RpcClient, startTestHost, testToken, type TestHost } from '../lib/headless.ts';

const hour = 3_600_000;
/** Saturday, 24 October 2099, 14:30 in Berlin, where the next day has 25 hours; a pause that lies behind us is none. */
const now = Date.UTC(2099, 9, 24, 12, 30);
let test: TestHost;
let clock: { time: number };
let desktop: DesktopGateway;

beforeEach(async () => {
  test = await startTestHost({ provision: { settings: { timeZone: 'Europe/Berlin' } } });
  clock = { time: now };
  const unbound = { [Symbol.dispose]: () => undefined };
  const bound = { bindWindow: () => unbound, stop: () => Promise.resolve() };
  desktop = createDesktopGateway(test.host, { now: () => clock.time }, bound);
});
afterEach(async () => {
  await test[Symbol.asyncDispose]();
});

describe('the desktop on a gateway', () => {
  it("pauses until the owner's next day begins, not for 24 hours (replies at two in the night)", async () => {
    const changes: number[] = [];
    using _watch = desktop.watch(() => changes.push(1));
    await desktop.pause('tomorrow');
    expect(test.host.gateway.pausedUntil() ?? 0).toBe(now + 9.5 * hour);
    expect(desktop.facts().paused).toEqual({ ends: { time: 'tomorrow', left: 9.5 * hour } });
    expect(changes.length).toBeGreaterThan(0);
    clock.time = now + 12 * hour;
    await desktop.pause('tomorrow');
    expect(test.host.gateway.pausedUntil() ?? 0).toBe(now + 9.5 * hour + 25 * hour);
  });

  it("says when a pause ends in the owner's time, and ends it when asked (a pause that nobody can read)", async () => {
    await desktop.pause('hour');
    expect(desktop.facts().paused?.ends?.time).toBe('15:30');
    await desktop.pause('open');
    expect(desktop.facts().paused).toEqual({ ends: null });
    await desktop.pause(null);
    expect(desktop.facts().paused).toBeNull();
    expect(test.host.gateway.pausedUntil()).toBeNull();
  });

  it('tells what waits and what was used, and nothing of the links that are always there', async () => {
    expect(desktop.facts()).toEqual({
      links: [],
      runningTurns: 0,
      problem: null,
      cards: [],
      paused: null,
      today: { replies: 0, cost: 0, unpriced: 0 },
      models: { chosen: 'practice/practice', recent: ['practice/practice'] },
      outage: null,
    });
  });

  it('hears of a stranger at once, with the names that people know (a card that waits for a restart)', async () => {
    const token = '777000:AAtest-token_for-the-emulator-0001';
    await using telegram = await startTelegram({ token });
    const { links, people } = test.host.gateway;
    await links.add({ id: 'bot', kind: 'telegram', secret: token, apiRoot: telegram.url, fixedByFile: false });
    await people.setRole('bot', '4242', 'owner', 'owner');
    const heard = Promise.withResolvers<void>();
    using _watch = desktop.watch(() => desktop.facts().cards.length > 0 && heard.resolve());
    telegram.bot.say({ chatId: 99, from: { id: 99, first_name: 'Eve' }, text: 'Hello?' });
    await heard.promise;
    const { cards, links: shown } = desktop.facts();
    const name = links.get('bot')?.row.name;
    expect(cards).toMatchObject([{ kind: 'person', name: 'Eve', link: name, messages: 1, asksForOwner: false }]);
    expect(shown).toMatchObject([{ name, state: { kind: 'up' } }]);
  });

  it('hears that a tool asks, by the name that people know it by (May Porchlight use ?)', async () => {
    await using lab = await startOpenAi();
    const given = { action: 'create', name: 'Tea', prompt: 'Tea is ready', when: { kind: 'once', minutes: 5 } };
    lab.next({ kind: 'reply', text: '', toolCalls: [{ name: 'schedule', arguments: JSON.stringify(given) }] });
    const { gateway } = test.host;
    const provider = { kind: 'openai', name: null, key: 'sk-test', fixedByFile: false } as const;
    await gateway.models.saveProvider({ ...provider, id: 'lab', baseUrl: lab.url });
    gateway.models.choose({ default: 'lab/gpt-test' });
    const { id: conversation } = await gateway.createThread();
    const heard = Promise.withResolvers<void>();
    using _watch = desktop.watch(() => desktop.facts().cards.length > 0 && heard.resolve());
    using window = await new RpcClient(test.url, testToken).opened();
    await window.value('messages.send', { conversation, text: 'tea in five minutes', key: 'k' });
    await heard.promise;
    expect(desktop.facts().cards).toMatchObject([{ kind: 'tool', name: 'Schedules' }]);
  });

  it('offers models whose providers are there, the default first, and makes another one the default', async () => {
    const { models } = test.host.gateway;
    const provider = { kind: 'openai', name: null, key: undefined, fixedByFile: false } as const;
    await models.saveProvider({ ...provider, id: 'lab', baseUrl: 'http://127.0.0.1:1/v1' });
    expect(desktop.chooseModel('lab/gpt')).toBe(true);
    models.choose({ fallbacks: ['lab/small', 'practice/practice'] });
    expect(desktop.facts().models).toEqual({
      chosen: 'lab/gpt',
      recent: ['lab/gpt', 'lab/small', 'practice/practice'],
    });
    expect(desktop.chooseModel('nobody/gpt')).toBe(false);
    await models.removeProvider('lab');
    expect(desktop.facts().models.recent).toEqual(['lab/gpt', 'practice/practice']);
  });

  it('hears of a setting for this computer at once, and says when the shell itself has changed', () => {
    const { settings, gateway } = test.host;
    let changes = 0;
    using _watch = desktop.watch(() => changes++);
    settings.set('desktop.keepAwake', true);
    settings.set('desktop.updateUrl', ' https://example.org/v.json ');
    expect(desktop.preferences()).toEqual({ keepAwake: true, updateUrl: 'https://example.org/v.json' });
    expect(changes).toBe(2);
    const told: string[] = [];
    using _events = gateway.events.subscribe(({ kind }) => void told.push(kind));
    desktop.shellChanged();
    expect(told).toEqual(['host']);
  });

  it('puts everything on the disk before a sleep, from which some batteries do not come back', async () => {
    const before = test.host.store.counters.commits;
    await desktop.suspend();
    expect(test.host.store.counters.commits).toBeGreaterThan(before);
    expect(test.host.store.read.facts.get('host.suspended')).toBe(now);
  });
});
