import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommand, parseCommand } from '../../main/gateway/commands.ts';
import { counts } from '../counts.ts';
import { startGateway } from '../lib/gateway.ts';

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
    expect(parseCommand(text, 'telegram')).toEqual(command);
  });

  it.each(['/usr/bin/env', '/', '//', 'stop it', 'please stop', '/help2', 'say /help', '', '/ help', 'stop?'])(
    'leaves %j to the model, or ordinary talk would be swallowed',
    (text) => {
      expect(parseCommand(text, 'telegram')).toBeNull();
    },
  );

  it('knows none from programs, whose words are for the model', () => {
    expect(['/help', 'stop', '/new'].map((text) => isCommand(text, 'api'))).toEqual([false, false, false]);
  });

  it('reads anything a person can type', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const command = parseCommand(text, 'window');
        if (command === null) return;
        expect(command.name).toMatch(/^[a-z_]+$/);
        expect(parseCommand(`  ${text}  `, 'window')).toEqual(command);
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
    expect(await test.replies(1)).toEqual([test.ports.sentences.text('command.help.guest', {}, null)]);
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
    expect(help).toBe(test.ports.sentences.text('command.help.owner', {}, null));
  });
});
