import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../main/gateway/channel.ts';
import { followGateway } from '../../main/shell/tray-follow.ts';
import { trayPicture } from '../../main/shell/tray-view.ts';
import { type TrayFacts, type TrayModel, type TrayStatus, trayModel } from '../../main/shell/tray.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const quiet: TrayFacts = { links: [], runningTurns: 0, problem: null, waitingPeople: 0 };
const up: LinkState = { kind: 'up', provenAt: 1 };
const retrying: LinkState = { kind: 'retrying', at: 2, attempt: 1, reason: { code: 'link.network' } };
const signedOut: LinkState = { kind: 'signed-out', reason: { code: 'link.token-refused' } };
const running = (facts: Partial<TrayFacts>, working = false): TrayStatus => ({
  kind: 'running',
  facts: { ...quiet, ...facts },
  working,
});
const lines = ({ menu }: TrayModel): readonly string[] =>
  menu.flatMap((entry) => (entry.kind === 'line' ? [entry.label] : []));

describe('the tray', () => {
  it('offers Open and Quit in every state, or a person could not get in or out', () => {
    const states: TrayStatus[] = [{ kind: 'starting' }, { kind: 'stopping' }, running({}), running({ problem: 'x' })];
    for (const state of states) {
      const actions = trayModel(state).menu.flatMap((entry) => (entry.kind === 'action' ? [entry.action] : []));
      expect(actions).toEqual(['open', 'quit']);
    }
  });

  it('counts the links that are up among those that are on; one that is off is missed by nobody', () => {
    const links = [
      { name: 'a', state: up },
      { name: 'b', state: retrying },
      { name: 'c', state: { kind: 'off' } as const },
    ];
    expect(lines(trayModel(running({ links })))).toEqual(['Running · 1 of 2 links up']);
    expect(lines(trayModel(running({ links: links.slice(0, 1) })))).toEqual(['Running · 1 of 1 link up']);
    expect(trayModel(running({})).tooltip).toBe('Porchlight: Running · no chats linked yet');
  });

  it('asks for attention only where a person is needed: a link that tries again by itself is left to it', () => {
    expect(trayModel(running({ links: [{ name: 'a', state: retrying }] })).icon).toBe('ok');
    expect(trayModel(running({ links: [{ name: 'a', state: signedOut }] })).icon).toBe('attention');
    expect(trayModel(running({ waitingPeople: 1 })).icon).toBe('attention');
    expect(trayModel(running({ problem: 'No space left.' })).icon).toBe('attention');
  });

  it('shows attention before working, and says all of it', () => {
    const model = trayModel(
      running({ links: [{ name: 'Ada', state: signedOut }], waitingPeople: 2, runningTurns: 3 }, true),
    );
    expect(model.icon).toBe('attention');
    expect(model.tooltip).toBe('Porchlight: Ada is signed out');
    expect(lines(model)).toEqual([
      'Ada is signed out',
      '2 people are waiting…',
      'Answering 3 conversations',
      'Running · 0 of 1 link up',
    ]);
    expect(trayModel(running({ runningTurns: 1 }, true)).icon).toBe('working');
  });

  it('cuts long sentences: Windows would cut a tooltip in silence, and a menu would cover the screen', () => {
    const model = trayModel(running({ problem: 'word '.repeat(100) }));
    expect(model.tooltip.length).toBeLessThanOrEqual(127);
    expect(model.tooltip.endsWith('…')).toBe(true);
    expect(lines(model)[0]?.length).toBeLessThanOrEqual(90);
  });

  it('names a picture that is there for each state, system and panel', () => {
    const folder = join(import.meta.dirname, '../../resources/tray');
    const states = ['ok', 'working', 'attention', 'stopped'] as const;
    const wanted = states.flatMap((state) =>
      (['linux', 'darwin', 'win32'] as const).flatMap((platform) =>
        [true, false].map((dark) => trayPicture(folder, platform, dark, state)),
      ),
    );
    expect(wanted.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('the tray follows the gateway', () => {
  const begin = () => {
    const clock = new ManualClock();
    const shown: TrayStatus[] = [];
    const listeners = new Set<() => void>();
    let facts = quiet;
    const following = followGateway(
      {
        facts: () => facts,
        watch(changed) {
          listeners.add(changed);
          return { [Symbol.dispose]: () => void listeners.delete(changed) };
        },
      },
      clock,
      (status) => shown.push(status),
    );
    const change = (next: Partial<TrayFacts>): void => {
      facts = { ...quiet, ...next };
      for (const listener of listeners) listener();
    };
    const icon = (): string | undefined => {
      const last = shown.at(-1);
      return last && trayModel(last).icon;
    };
    return { clock, shown, listeners, following, change, icon };
  };

  it('works visibly only after 400 ms, or each quick reply would make it flicker', () => {
    const { clock, change, icon } = begin();
    change({ runningTurns: 1 });
    clock.advance(100);
    expect(icon()).toBe('ok');
    clock.advance(399);
    expect(icon()).toBe('ok');
    clock.advance(1);
    expect(icon()).toBe('working');
    change({});
    clock.advance(100);
    expect(icon()).toBe('ok');
  });

  it('begins the 400 ms anew with each stretch of work', () => {
    const { clock, change, icon } = begin();
    for (const _round of [1, 2, 3, 4, 5]) {
      change({ runningTurns: 1 });
      clock.advance(300);
      expect(icon()).toBe('ok');
      change({});
      clock.advance(300);
      expect(icon()).toBe('ok');
    }
  });

  it('looks at most ten times a second, however much happens', () => {
    const { clock, shown, change } = begin();
    for (let count = 0; count < 1000; count++) {
      change({ waitingPeople: count });
      clock.advance(1);
    }
    expect(shown.length).toBeLessThanOrEqual(11);
    clock.advance(100);
    expect(shown.at(-1)).toMatchObject({ facts: { waitingPeople: 999 } });
  });

  it('leaves no timer and no listener behind', () => {
    const { clock, listeners, following, change } = begin();
    change({ runningTurns: 1 });
    following[Symbol.dispose]();
    expect(clock.pending).toBe(0);
    expect(listeners.size).toBe(0);
  });
});
