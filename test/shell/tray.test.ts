import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Menu as ElectronMenu, Tray } from 'electron';
import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../main/gateway/channel.ts';
import { followGateway } from '../../main/shell/tray-follow.ts';
import type { ShellCard } from '../../main/shell/ports.ts';
import { createTrayView, trayPicture, trayTemplate } from '../../main/shell/tray-view.ts';
import {
  type TrayClick,
  type TrayEntry,
  type TrayFacts,
  type TrayLink,
  type TrayModel,
  type TrayOwn,
  type TrayStatus,
  trayModel as modelOf,
} from '../../main/shell/tray.ts';
import { applicationMenu } from '../../main/shell/menu.ts';
import { createMenuClasses } from '../host/menu.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { inEnglish } from '../lib/words.ts';

const quiet: TrayFacts = {
  links: [],
  runningTurns: 0,
  problem: null,
  cards: [],
  paused: null,
  today: { replies: 0, cost: 0, unpriced: 0 },
  models: { chosen: 'practice/practice', recent: ['practice/practice'] },
  outage: null,
};
const own: TrayOwn = { atLogin: null, update: null, replaced: false };
const trayModel = (status: TrayStatus, more: Partial<TrayOwn> = {}): TrayModel =>
  modelOf(status, { ...own, ...more }, inEnglish);
const link = (name: string, state: LinkState, more: Partial<TrayLink> = {}): TrayLink => ({
  name,
  handle: null,
  state,
  time: null,
  ...more,
});
const card = (kind: ShellCard['kind'], more: Partial<ShellCard> = {}): ShellCard => ({
  id: `${kind} ${more.name ?? ''}`,
  kind,
  link: 'Home bot',
  name: '',
  messages: 1,
  asksForOwner: false,
  sentence: null,
  ...more,
});
const people = (count: number): readonly ShellCard[] =>
  Array.from({ length: count }, (_, index) => card('person', { name: String(index) }));
const openEnded = { ends: null };
const up: LinkState = { kind: 'up', provenAt: 1 };
const retrying: LinkState = { kind: 'retrying', at: 2, attempt: 1, reason: { code: 'link.network' } };
const signedOut: LinkState = { kind: 'signed-out', reason: { code: 'link.token-refused' } };
const running = (facts: Partial<TrayFacts>, working = false): TrayStatus => ({
  kind: 'running',
  facts: { ...quiet, ...facts },
  working,
});
const lines = ({ menu }: TrayModel): readonly string[] =>
  menu.flatMap((entry) => (entry.kind === 'line' && !entry.label.startsWith('Today') ? [entry.label] : []));
const actions = ({ menu }: TrayModel): readonly string[] => menu.flatMap(idsOf);

function idsOf(entry: TrayEntry): readonly string[] {
  if (entry.kind === 'submenu') return entry.entries.flatMap(idsOf);
  return entry.kind === 'action' ? [entry.id] : [];
}

describe('the tray', () => {
  it('offers Open and Quit in every state, or a person could not get in or out', () => {
    const states: TrayStatus[] = [{ kind: 'starting' }, { kind: 'stopping' }, running({}), running({ problem: 'x' })];
    for (const state of states) {
      const ids = actions(trayModel(state));
      expect([ids.at(0), ids.at(-1)]).toEqual(['open', 'quit']);
    }
  });

  it('leads to the diagnostics beside the settings, and says neither while there is no gateway to look at', () => {
    const entries = trayModel(running({})).menu;
    const ids = entries.map((entry) => (entry.kind === 'action' ? entry.id : entry.kind));
    expect(ids.slice(ids.indexOf('settings'), ids.indexOf('settings') + 2)).toEqual(['settings', 'diagnostics']);
    const entry = entries.find((each) => each.kind === 'action' && each.id === 'diagnostics');
    expect(entry).toMatchObject({ label: 'Diagnostics…', click: { kind: 'open', place: '/diagnostics' } });
    expect(actions(trayModel({ kind: 'starting' }))).not.toContain('diagnostics');
  });

  it('counts the links that are up among those that are on; one that is off is missed by nobody', () => {
    const links = [link('a', up), link('b', retrying), link('c', { kind: 'off' })];
    expect(lines(trayModel(running({ links })))[0]).toBe('Running · 1 of 2 links up');
    expect(lines(trayModel(running({ links: links.slice(0, 1) })))[0]).toBe('Running · 1 of 1 link up');
    expect(trayModel(running({})).tooltip).toBe('Porchlight: Running · no chats linked yet');
  });

  it('asks for attention only where a person is needed: a link that tries again by itself is left to it', () => {
    expect(trayModel(running({ links: [link('a', retrying)] })).icon).toBe('ok');
    expect(trayModel(running({ links: [link('a', signedOut)] })).icon).toBe('attention');
    for (const kind of ['person', 'group', 'late', 'loop', 'tool', 'budget'] as const) {
      expect(trayModel(running({ cards: [card(kind)] })).icon).toBe('attention');
    }
    expect(trayModel(running({ problem: 'No space left.' })).icon).toBe('attention');
  });

  it('does not cry for help over a link that was never linked (a phone to be linked later)', () => {
    const unlinked: LinkState = { kind: 'signed-out', reason: { code: 'link.not-linked' } };
    const model = trayModel(running({ links: [link('WhatsApp', unlinked)] }));
    expect(model.icon).toBe('ok');
    expect(lines(model).join('\n')).toContain('no phone linked yet');
  });

  it('shows attention before working, and says all of it', () => {
    const model = trayModel(running({ links: [link('Ada', signedOut)], cards: people(2), runningTurns: 3 }, true));
    expect(model.icon).toBe('attention');
    expect(model.tooltip).toBe('Porchlight: Ada is signed out · 2 people are waiting…');
    expect(lines(model)).toEqual([
      'Running · 0 of 1 link up',
      'Ada: signed out',
      '2 people are waiting…',
      'Answering 3 conversations',
    ]);
    expect(trayModel(running({ runningTurns: 1 }, true)).icon).toBe('working');
  });

  it('says each thing that waits once, and a click on it leads there (a number nobody can act on)', () => {
    const cards = [
      card('person', { name: 'Ada' }),
      card('group', { name: 'Chess club' }),
      card('late', { messages: 14 }),
      card('loop', { name: 'Bot at work' }),
      card('tool', { name: 'write_file' }),
      card('tool', { name: 'write_file' }),
      card('budget', { sentence: '83 % of a limit is used up: $4.15 of $5.' }),
      card('signed-out'),
    ];
    const links = [link('Home bot', signedOut)];
    const { menu } = trayModel(running({ cards, links }));
    const led = menu.flatMap((entry) => (entry.kind === 'line' ? [[entry.label, entry.place]] : []));
    expect(led).toEqual([
      ['Running · 0 of 1 link up', null],
      ['Home bot: signed out', '/channels'],
      ['2 tools wait for your word', '/people'],
      ['83 % of a limit is used up: $4.15 of $5.', '/usage'],
      ['2 people are waiting…', '/people'],
      ['14 late messages wait for your word', '/people'],
      ['Bot at work was paused: it looks like two machines talking', '/people'],
      ['Today: 0 replies, $0.00', '/usage'],
    ]);
    expect(lines(trayModel(running({ cards: people(9) })))[1]).toBe('9 people are waiting…');
    const many = trayModel(running({ cards: people(10) }));
    expect([lines(many)[1], many.tooltip]).toEqual(['9+ people are waiting…', 'Porchlight: 9+ people are waiting…']);
  });

  it('shows a pause before work, and attention before both (a pause that is forgotten looks like a fault)', () => {
    const ends = { time: '14:05', left: 60_000 };
    const paused = trayModel(running({ paused: { ends }, runningTurns: 1 }, true));
    expect(paused.icon).toBe('paused');
    expect(paused.tooltip).toBe('Porchlight: Paused until 14:05');
    expect(trayModel(running({ paused: openEnded })).tooltip).toBe('Porchlight: Paused until you resume');
    expect(trayModel(running({ paused: openEnded, cards: people(1) })).icon).toBe('attention');
  });

  it('offers a pause while there is none and its end while there is one (two pauses, or no way out)', () => {
    const pauses = ['pause-hour', 'pause-tomorrow', 'pause-open'];
    const rest = ['model-practice/practice', 'models', 'settings', 'diagnostics', 'quit'];
    expect(actions(trayModel(running({})))).toEqual(['open', ...pauses, ...rest]);
    expect(actions(trayModel(running({ paused: openEnded })))).toEqual(['open', 'resume', ...rest]);
    expect(actions(trayModel({ kind: 'starting' }))).toEqual(['open', 'quit']);
  });

  it('says what was used today and leaves unknown prices in sight (a cost that is only half of it)', () => {
    const today = (replies: number, cost: number, unpriced: number): string | undefined =>
      trayModel(running({ today: { replies, cost, unpriced } })).menu.flatMap((entry) =>
        entry.kind === 'line' && entry.label.startsWith('Today') ? [entry.label] : [],
      )[0];
    expect(today(41, 120_000, 3)).toBe('Today: 41 replies, $0.12 (cost unknown for 3)');
    expect(today(1, 4, 0)).toBe('Today: 1 reply, < $0.01');
  });

  it('says of each link how it is and where that is seen to, in words that change seldom (a menu that blinks)', () => {
    const links = [
      link('Home', up, { handle: '@ada_home_bot' }),
      link('@b', up, { handle: '@b', time: '14:05' }),
      link('c', retrying, { time: '14:07' }),
      link('d', retrying),
      link('e', { kind: 'connecting' }),
      link('f', { kind: 'off' }),
      link('g', { kind: 'conflict', reason: { code: 'link.conflict' } }),
      link(`h${'h'.repeat(200)}\nh`, signedOut),
    ];
    const { menu } = trayModel(running({ links }));
    const shown = menu.flatMap((entry) => (entry.kind === 'line' && entry.place === '/channels' ? [entry.label] : []));
    expect(shown.slice(0, -1)).toEqual([
      'Home @ada_home_bot: up',
      '@b: up, last heard at 14:05',
      'c: no connection, next try at 14:07',
      'd: connecting…',
      'e: connecting…',
      'f: switched off',
      'g: used by another program',
    ]);
    expect(shown.at(-1)).toMatch(/^h{39}…: signed out$/);
  });

  it('offers the models of late with a mark at the one that answers (a model nobody chose)', () => {
    const models = { chosen: 'ollama/qwen3:8b', recent: ['ollama/qwen3:8b', 'lab/org/gpt'] };
    const { menu } = trayModel(running({ models }));
    const found = menu.find((entry) => entry.kind === 'submenu' && entry.label.startsWith('Model'));
    expect(found).toMatchObject({
      label: 'Model: qwen3:8b',
      entries: [
        { label: 'ollama/qwen3:8b', checked: true, click: { kind: 'model', model: 'ollama/qwen3:8b' } },
        { label: 'lab/org/gpt', checked: false, click: { kind: 'model', model: 'lab/org/gpt' } },
        { label: 'More models…', click: { kind: 'open', place: '/models' } },
      ],
    });
  });

  it('has a line for what is so on this computer, and none for what is not (an update there is none of)', () => {
    expect(actions(trayModel(running({})))).not.toContain('login');
    expect(trayModel(running({}), { atLogin: false }).menu).toContainEqual(
      expect.objectContaining({ id: 'login', checked: false, click: { kind: 'login', on: true } }),
    );
    expect(trayModel(running({}), { atLogin: true }).menu).toContainEqual(
      expect.objectContaining({ id: 'login', checked: true, click: { kind: 'login', on: false } }),
    );
    expect(actions(trayModel(running({}), { update: '1.4.0' }))).not.toContain('restart');
    expect(lines(trayModel(running({}), { update: '1.4.0' }))).toContain('Version 1.4.0 is there');
    expect(actions(trayModel(running({}), { replaced: true }))).toContain('restart');
  });

  it('says that the keychain is locked, which only a person can change', () => {
    const model = trayModel({ kind: 'locked' });
    expect([model.icon, actions(model)]).toEqual(['attention', ['open', 'quit']]);
    expect(model.tooltip).toContain('keychain');
  });

  it('cuts long sentences: Windows would cut a tooltip in silence, and a menu would cover the screen', () => {
    const model = trayModel(running({ problem: 'word '.repeat(100) }));
    expect(model.tooltip.length).toBeLessThanOrEqual(127);
    expect(model.tooltip.endsWith('…')).toBe(true);
    expect(lines(model)[0]?.length).toBeLessThanOrEqual(90);
  });

  it('names a picture that is there for each state, system and panel', () => {
    const folder = join(import.meta.dirname, '../../resources/tray');
    const states = ['ok', 'working', 'attention', 'paused', 'stopped'] as const;
    const wanted = states.flatMap((state) =>
      (['linux', 'darwin', 'win32'] as const).flatMap((platform) =>
        [true, false].map((dark) => trayPicture(folder, platform, dark, state)),
      ),
    );
    expect(wanted.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe("the tray's menu", () => {
  const built = (status: TrayStatus) => {
    const clicks: TrayClick[] = [];
    const { Menu } = createMenuClasses({ quit: () => undefined, focusedWindow: () => null, opened: () => undefined });
    const menu = Menu.buildFromTemplate(trayTemplate(trayModel(status), (click) => clicks.push(click)));
    return { menu, clicks };
  };

  it('does what its entries say, also those one level below (a pause that cannot be chosen)', () => {
    const { menu, clicks } = built(running({ cards: people(1) }));
    menu.items[1]?.click();
    for (const id of ['open', 'pause-tomorrow', 'quit']) menu.getMenuItemById(id)?.click();
    expect(clicks).toEqual([
      { kind: 'open', place: '/people' },
      { kind: 'open', place: null },
      { kind: 'pause', choice: 'tomorrow' },
      { kind: 'quit' },
    ]);
  });

  it('has lines that lead nowhere greyed out, and shows an & in a name as one', () => {
    const { menu } = built(running({ links: [link('Tea & Cake', signedOut)] }));
    expect(menu.items.slice(0, 2).map(({ label, enabled }) => [label, enabled])).toEqual([
      ['Running · 0 of 1 link up', false],
      ['Tea && Cake: signed out', true],
    ]);
  });

  /** On a tray that counts what is done to it. */
  const drawn = (status: TrayStatus) => {
    const { Menu } = createMenuClasses({ quit: () => undefined, focusedWindow: () => null, opened: () => undefined });
    const done: string[] = [];
    const clicks: TrayClick[] = [];
    const repeated: TrayModel[] = [];
    const folder = join(import.meta.dirname, '../../resources/tray');
    let menu = Menu.buildFromTemplate([]);
    const view = createTrayView(
      {
        createTray: () =>
          Object.assign(new EventEmitter() as Tray, {
            setImage: () => done.push('picture'),
            setContextMenu: () => done.push('menu'),
            setToolTip: () => done.push('tooltip'),
          }),
        buildMenu(template) {
          menu = Menu.buildFromTemplate(template);
          return new EventEmitter() as ElectronMenu;
        },
        pictureOf: (icon) => trayPicture(folder, 'linux', true, icon),
        act: (click) => void clicks.push(click),
        menuChanged: (model) => void repeated.push(model),
      },
      trayModel(status),
    );
    done.length = 0;
    return { view, done, clicks, repeated, item: (id: string) => menu.getMenuItemById(id) };
  };

  it('is touched only where something differs: an open menu closes when it is replaced, a picture blinks', () => {
    const { view, done, repeated } = drawn(running({}));
    view.render(trayModel(running({})));
    expect(done).toEqual([]);
    view.render(trayModel(running({ today: { replies: 1, cost: 0, unpriced: 0 } })));
    expect(done).toEqual(['menu']);
    expect(repeated).toHaveLength(2);
    view.render(trayModel(running({ cards: people(1) })));
    expect(done.slice(1).sort()).toEqual(['menu', 'picture', 'tooltip']);
  });

  it('shows what is so after a click on a mark, which systems set by themselves (a model that was refused)', () => {
    const { view, done, clicks, item } = drawn(running({}));
    item('model-practice/practice')?.click();
    expect(item('model-practice/practice')?.checked).toBe(false);
    view.render(trayModel(running({})));
    expect(item('model-practice/practice')?.checked).toBe(true);
    item('settings')?.click();
    done.length = 0;
    view.render(trayModel(running({})));
    expect(done).toEqual([]);
    expect(clicks.map(({ kind }) => kind)).toEqual(['model', 'open']);
  });
});

describe("the application's menu", () => {
  it.each(['linux', 'darwin', 'win32'] as const)(
    'has everything that the tray has, on %s (a desktop without one)',
    (platform) => {
      const { Menu } = createMenuClasses({ quit: () => undefined, focusedWindow: () => null, opened: () => undefined });
      const model = trayModel(running({ cards: people(1) }), { atLogin: false, update: '1.4.0', replaced: true });
      const tray = trayTemplate({ menu: model.menu.slice(0, -1) }, () => undefined);
      const menu = Menu.buildFromTemplate(applicationMenu({ say: inEnglish, platform, tray, about: () => undefined }));
      const first = menu.items[0]?.submenu?.items.map(({ label }) => label) ?? [];
      for (const { label } of Menu.buildFromTemplate(trayTemplate(model, () => undefined)).items) {
        if (label !== '') expect(first).toContain(label);
      }
      expect(first.at(-1)).toBe('Quit Porchlight');
      expect(first).toContain('About Porchlight');
    },
  );
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
    const quietly = (next: Partial<TrayFacts>): void => {
      facts = { ...quiet, ...next };
    };
    const change = (next: Partial<TrayFacts>): void => {
      quietly(next);
      for (const listener of listeners) listener();
    };
    const icon = (): string | undefined => {
      const last = shown.at(-1);
      return last && trayModel(last).icon;
    };
    return { clock, shown, listeners, following, change, quietly, icon };
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
      change({ cards: people(count % 7) });
      clock.advance(1);
    }
    expect(shown.length).toBeLessThanOrEqual(11);
    clock.advance(100);
    expect(shown.at(-1)).toMatchObject({ facts: { cards: people(999 % 7) } });
  });

  it('sees by itself that a pause is over: nothing happens then that could tell it', () => {
    const { clock, change, quietly, icon } = begin();
    change({ paused: { ends: { time: '14:05', left: 90_000 } } });
    clock.advance(100);
    expect(icon()).toBe('paused');
    quietly({ paused: { ends: { time: '14:05', left: 30_000 } } });
    clock.advance(60_000);
    expect(icon()).toBe('paused');
    quietly({});
    clock.advance(30_000);
    expect(icon()).toBe('ok');
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer and no listener behind', () => {
    const { clock, listeners, following, change } = begin();
    change({ runningTurns: 1, paused: { ends: { time: '14:05', left: 90_000 } } });
    clock.advance(100);
    change({ runningTurns: 1 });
    following[Symbol.dispose]();
    expect(clock.pending).toBe(0);
    expect(listeners.size).toBe(0);
  });
});
