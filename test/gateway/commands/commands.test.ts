import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOfDay } from '../../../main/gateway/calendar.ts';
import { isCommand, parseCommand } from '../../../main/gateway/commands/commands.ts';
import { parsePause } from '../../../main/gateway/commands/pausing.ts';
import { counts } from '../../counts.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const stranger = 5151;
const hour = 3_600_000;

/** The owner sends a command; what the gateway answers to it, whatever else it tells him meanwhile. */
async function answerTo(test: TestGateway, command: string): Promise<string> {
  test.say(command);
  await test.becomes(command, 'answered');
  const { id } = test.turn(command);
  return test.read.messages.ofTurn(id).find(({ kind }) => kind === 'notice')?.text ?? '';
}

describe('reading a command', () => {
  it.each([
    ['/help', { name: 'help', argument: '' }],
    ['  /Model  lab/gpt-4  ', { name: 'model', argument: 'lab/gpt-4' }],
    ['/stop@my_bot', { name: 'stop', argument: '' }],
    ['/model@my_bot lab/x', { name: 'model', argument: 'lab/x' }],
    ['/model\nlab/x', { name: 'model', argument: 'lab/x' }],
    ['stop', { name: 'stop', argument: '' }],
    ['Stop!', { name: 'stop', argument: '' }],
    ['STOP.', { name: 'stop', argument: '' }],
  ])('takes %j for one', (text, command) => {
    expect(parseCommand({ text }, 'telegram')).toEqual(command);
  });

  it.each(['/usr/bin/env', '/', '//', 'stop it', 'please stop', '/help2', 'say /help', '', '/ help', 'stop?'])(
    'leaves %j to the model, or ordinary talk would be swallowed',
    (text) => {
      expect(parseCommand({ text }, 'telegram')).toBeNull();
    },
  );

  it('knows none from programs, whose words are for the model', () => {
    expect(['/help', 'stop', '/new'].map((text) => isCommand({ text }, 'api'))).toEqual([false, false, false]);
  });

  it('knows none in what was passed on, or whoever wrote it could pause the bot or allow himself', () => {
    const passedOn = ['/pause', '/allow 5', '/help', 'stop', '/new'].map((text) => ({ text, forwarded: true }));
    expect(passedOn.filter((said) => isCommand(said, 'telegram') || isCommand(said, 'window'))).toEqual([]);
  });

  it('reads anything a person can type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const command = parseCommand({ text }, 'window');
        if (command === null) return;
        expect(command.name).toMatch(/^[a-z_]+$/);
        expect(parseCommand({ text: `  ${text}  ` }, 'window')).toEqual(command);
      }),
      { numRuns: counts.propertyRuns },
    );
  });
});

describe('commands in a chat', () => {
  it('answer without a model, also in a paused conversation, or nobody could resume it there', async () => {
    await using test = await startGateway();
    test.say('/pause');
    await test.replies(1);
    test.say('hello');
    await test.becomes('hello', 'paused');
    test.say('/resume');
    await test.replies(2);
    test.say('and now?');
    expect(await test.replies(3)).toContain('echo: and now?');
    expect(test.openai.chats).toHaveLength(1);
    expect(test.message('hello').state).toBe('paused');
  });

  it('greet whoever presses Start, the button of every chat with a bot, instead of not knowing it', async () => {
    await using test = await startGateway({ role: 'guest' });
    test.say('/start');
    const [help = ''] = await test.replies(1);
    expect(help.match(/^\/\w+/gm)).toEqual(['/new', '/stop', '/retry', '/help']);
  });

  it('are the owner’s: a guest is told so, and nothing is changed', async () => {
    await using test = await startGateway({ role: 'guest' });
    test.say('/model lab/gpt-other');
    test.say('/nonsense');
    expect(await test.replies(2)).toEqual([
      test.ports.sentences.text('command.not-yours', { command: 'model' }, null),
      test.ports.sentences.text('command.unknown', { command: 'nonsense' }, null),
    ]);
    expect(test.conversation().model).toBeNull();
  });

  it('choose the model of this conversation alone, refuse an unknown one, and go back to the default', async () => {
    await using test = await startGateway();
    test.say('/model lab/gpt-other');
    await test.replies(1);
    test.say('hello');
    await test.replies(2);
    await test.submit('hello', 'elsewhere');
    await test.asked(2);
    const models = test.openai.chats.map(({ body }) => (body as { readonly model: string }).model);
    expect(models).toEqual(['gpt-other', 'gpt-test']);
    test.say('/model nowhere/x');
    const refused = test.ports.sentences.reason({ code: 'input.model-unknown', params: { model: 'nowhere/x' } }, null);
    expect((await test.replies(3)).at(-1)).toBe(refused);
    test.say('/model default');
    await test.replies(4);
    await test.idle();
    expect(test.conversation().model).toBeNull();
  });

  it('count what was used today in the owner’s time zone', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'reply', text: 'well', usage: { promptTokens: 1234, completionTokens: 56 } });
    test.say('hello');
    await test.replies(1);
    test.say('/usage');
    const said = (await test.replies(2)).at(-1);
    expect(said).toContain('1,234');
    expect(said).toContain('56');
  });

  it('tell who one is, what is connected and which models there are', async () => {
    await using test = await startGateway();
    for (const command of ['/whoami', '/status', '/models', '/model', '/help']) test.say(command);
    const [who, status, models, model, help] = await test.replies(5);
    expect(who).toContain('4242');
    expect(status).toContain('up');
    expect(models).toContain('lab/gpt-test');
    expect(model).toContain('lab/gpt-test');
    expect(help).toContain('/allow');
    expect(help).toContain(test.ports.sentences.text('command.about.people', {}, null));
  });

  it('show each link with its evidence, the pauses and who waits, not the last event that was seen', async () => {
    await using test = await startGateway();
    test.say('hello', stranger);
    await test.becomes('hello', 'kept', stranger);
    await answerTo(test, '/pause all');
    const status = await answerTo(test, '/status');
    const words = test.ports.sentences;
    const link = test.gateway.links.get('bot')?.row.name ?? '';
    expect(status).toContain(words.text('command.link-up', { link, seconds: 0 }, null));
    expect(status).toContain(words.text('command.status-paused-all', {}, null));
    expect(status).toContain(words.text('command.status-waiting', { count: 1 }, null));
  });

  it('say what is used of a limit, with what running calls have set aside', async () => {
    await using test = await startGateway({ settings: { 'budget.perDayTokens': 5000, 'budget.perDayUsd': 2.5 } });
    test.say('/usage');
    const [usage = ''] = await test.replies(1);
    const words = test.ports.sentences;
    expect(usage).toContain(words.text('command.usage-cost-cap', { used: 0, cap: 2.5 }, null));
    expect(usage).toContain(words.text('command.usage-token-cap', { used: 0, cap: 5000 }, null));
  });
});

describe('what stands behind /pause', () => {
  it.each([
    ['', { kind: 'pause', all: false }],
    ['all', { kind: 'pause', all: true }],
    ['off', { kind: 'resume', all: false }],
    ['all off', { kind: 'resume', all: true }],
    ['1h', { kind: 'pause', all: false }],
    ['2 H all', { kind: 'pause', all: true }],
    ['tomorrow', { kind: 'pause', all: false }],
  ])('understands %j', (argument, request) => {
    expect(parsePause(argument)).toMatchObject(request);
  });

  it.each(['0h', '1x', 'h', 'yesterday', '1h 2h', '1000h', '-1h', 'all all off on'])(
    'does not guess what %j means, or a slip of the finger would silence everything',
    (argument) => {
      expect(parsePause(argument)).toBeNull();
    },
  );

  it('ends by itself after an hour, and "until tomorrow" at midnight of the owner', async () => {
    await using test = await startGateway({ settings: { timeZone: 'Asia/Kathmandu' } });
    test.say('/pause 1h');
    await test.replies(1);
    expect(test.conversation().pausedUntil).toBe(test.clock.now() + hour);
    test.say('/pause tomorrow');
    await test.replies(2);
    const midnight = startOfDay(test.clock.now(), 'Asia/Kathmandu') + 24 * hour;
    expect(test.conversation().pausedUntil).toBe(midnight);
    test.sleep(midnight - test.clock.now());
    test.say('good morning');
    expect(await test.replies(3)).toContain('echo: good morning');
  });

  it('holds everywhere with "all"; resuming one conversation says that all is still paused, instead of lying', async () => {
    await using test = await startGateway();
    test.say('/pause all');
    await test.replies(1);
    expect(test.gateway.pausedUntil()).toBe(Number.MAX_SAFE_INTEGER);
    await test.submit('in the window', 'thread');
    await test.becomes('in the window', 'paused', 'thread');
    test.say('/resume');
    expect((await test.replies(2)).at(-1)).toBe(test.ports.sentences.text('command.still-paused-all', {}, null));
    test.say('/resume all');
    await test.replies(3);
    expect(test.gateway.pausedUntil()).toBeNull();
  });
});

describe('people by command', () => {
  const name = 'Ada';

  async function waiting(
    test: TestGateway,
    ...people: readonly { readonly id: number; readonly name: string }[]
  ): Promise<void> {
    for (const { id, name: first_name } of people) {
      test.bot.say({ chatId: id, text: 'hello', from: { id, first_name } });
      await test.becomes('hello', 'kept', id);
    }
  }

  it('are listed with numbers, and a number lets in the one it stood for', async () => {
    await using test = await startGateway();
    await waiting(test, { id: 1, name: 'Ada' }, { id: 2, name: 'Bob' });
    const list = await answerTo(test, '/people');
    expect(list).toMatch(/1\. Ada.*\n2\. Bob/);
    expect(await answerTo(test, '/allow 2')).toContain('Bob');
    expect(await test.replies(1, 2)).toEqual(['echo: hello']);
    expect(test.gateway.people.role('bot', '2')).toBe('guest');
    expect(test.gateway.people.role('bot', '1')).toBe('unknown');
  });

  it('keep their numbers when somebody before them was decided elsewhere, or the wrong one would be let in', async () => {
    await using test = await startGateway();
    await waiting(test, { id: 1, name: 'Mallory' }, { id: 2, name: 'Bob' });
    await answerTo(test, '/people');
    await test.gateway.people.setRole('bot', '1', 'blocked', 'owner');
    expect(await answerTo(test, '/allow 1')).toBe(test.ports.sentences.text('card.already', {}, null));
    expect(test.gateway.people.role('bot', '1')).toBe('blocked');
    expect(test.gateway.people.role('bot', '2')).toBe('unknown');
  });

  it('are not let in by a number that was never shown', async () => {
    await using test = await startGateway();
    await waiting(test, { id: 1000, name });
    expect(await answerTo(test, '/allow 1')).toBe(
      test.ports.sentences.text('command.people-nobody', { name: '1' }, null),
    );
    expect(test.gateway.people.role('bot', '1000')).toBe('unknown');
  });

  it('are not decided about by a name that two have, or a stranger could call himself like a friend', async () => {
    await using test = await startGateway();
    await waiting(test, { id: 1, name }, { id: 2, name });
    expect(await answerTo(test, '/allow ada')).toBe(
      test.ports.sentences.text('command.people-several', { name: 'ada', count: 2 }, null),
    );
    await answerTo(test, '/ignore ada');
    expect(test.gateway.people.everyone().map(({ role }) => role)).not.toContain('guest');
    await answerTo(test, '/people');
    await answerTo(test, '/ignore 2');
    expect(test.gateway.people.role('bot', '2')).toBe('blocked');
    test.say('hello?', 2);
    await test.becomes('hello?', 'ignored', 2);
  });

  it('can be ignored later, but no owner is: nobody should lock himself out by a slip', async () => {
    await using test = await startGateway();
    await test.gateway.people.setRole('bot', String(stranger), 'guest', 'owner');
    test.say('hello', stranger);
    await test.replies(1, stranger);
    await answerTo(test, `/ignore ${String(stranger)}`);
    expect(test.gateway.people.role('bot', String(stranger))).toBe('blocked');
    await answerTo(test, `/ignore ${String(ownerChat)}`);
    expect(test.gateway.people.role('bot', String(ownerChat))).toBe('owner');
  });

  it('have the numbers they were shown last, in a list or with several cards at once', async () => {
    await using test = await startGateway();
    await waiting(test, { id: 1, name: 'Ada' }, { id: 2, name: 'Bob' });
    await answerTo(test, '/people');
    await waiting(test, { id: 3, name: 'Cem' }, { id: 4, name: 'Dan' });
    test.sleep(10 * 60_000);
    await answerTo(test, '/ignore 1');
    const told = await test.bot.waitForSend(({ text }) => text?.includes('2. Dan') === true);
    expect(told.text).toContain('1. Cem');
    await answerTo(test, '/allow 1');
    expect(await test.replies(1, 3)).toEqual(['echo: hello']);
  });

  it('are nobody else’s to decide: a guest who sends /allow is refused', async () => {
    await using test = await startGateway({ role: 'guest' });
    await waiting(test, { id: 1, name });
    test.say('/people');
    await answerTo(test, '/allow 1');
    expect(test.gateway.people.role('bot', '1')).toBe('unknown');
    expect(test.sent().join()).not.toContain(name);
  });
});
