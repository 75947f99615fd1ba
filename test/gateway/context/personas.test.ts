import { describe, expect, it } from 'vitest';
import type { PersonaRow } from '../../../main/gateway/context/rows.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

async function persona(test: TestGateway, name: string, text: string): Promise<PersonaRow> {
  const saved = await test.gateway.personas.save({ id: null, name, text });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value;
}

/** The system message of the last call. */
function system(test: TestGateway): string {
  const body = test.openai.chats.at(-1)?.body as { readonly messages: readonly { readonly content: string }[] };
  return body.messages[0]?.content ?? '';
}

async function says(test: TestGateway, text: string): Promise<string> {
  const before = test.openai.chats.length;
  test.say(text);
  await test.asked(before + 1);
  await test.idle();
  return system(test);
}

describe('a persona', () => {
  it('is that of the conversation, else of its link, else of the settings; from the next turn on, after a restart too', async () => {
    await using test = await startGateway();
    const pirate = await persona(test, 'Pirate', 'You are a pirate.');
    const butler = await persona(test, 'Butler', 'You are a butler.');
    expect(await says(test, 'one')).toMatch(/^You are a helpful assistant/);
    test.ports.settings.set('persona', 'You are the house.');
    expect(await says(test, 'two')).toMatch(/^You are the house/);
    expect((await test.gateway.personas.chooseForLink('bot', butler.id)).ok).toBe(true);
    expect(await says(test, 'three')).toMatch(/^You are a butler/);
    const { id } = test.conversation(ownerChat);
    expect((await test.gateway.personas.choose(id, pirate.id)).ok).toBe(true);
    expect(await says(test, 'four')).toMatch(/^You are a pirate/);

    await test.stop();
    await test.open();
    await test.linkIs('up');
    expect(await says(test, 'five')).toMatch(/^You are a pirate/);
    await test.gateway.personas.save({ id: pirate.id, name: 'Pirate', text: 'You are a kind pirate.' });
    expect(await says(test, 'six')).toMatch(/^You are a kind pirate/);
    await test.gateway.personas.remove(pirate.id);
    expect(await says(test, 'seven')).toMatch(/^You are a butler/);
    await test.gateway.personas.remove(butler.id);
    expect(await says(test, 'eight')).toMatch(/^You are the house/);
    expect(test.gateway.links.get('bot')?.row.persona).toBeNull();
    expect(test.conversation(ownerChat).persona).toBeNull();
  });

  it('that is none is not chosen, and what does not exist is named', async () => {
    await using test = await startGateway({ telegram: false });
    const { personas } = test.gateway;
    const { id } = await test.gateway.createThread();
    const missing = (name: string) => ({ ok: false, failure: { code: 'input.not-found', params: { name } } });
    expect(await personas.choose(id, 'nobody')).toEqual(missing('persona'));
    expect(await personas.choose('nowhere', null)).toEqual(missing('conversation'));
    expect(await personas.chooseForLink('bot', 'nobody')).toEqual(missing('persona'));
    expect(await personas.chooseForLink('bot', null)).toEqual(missing('bot'));
    expect(await personas.save({ id: 'nobody', name: 'x', text: '' })).toEqual(missing('persona'));
    expect(await personas.think('nowhere', 'low')).toEqual(missing('conversation'));
  });
});

describe('thinking', () => {
  const effort = (test: TestGateway): unknown =>
    (test.openai.chats.at(-1)?.body as { readonly reasoning_effort?: string }).reasoning_effort;

  it('is asked for as the settings say, and otherwise in a conversation that says otherwise; by itself nothing is', async () => {
    await using test = await startGateway({ telegram: false });
    const asked = async (text: string): Promise<unknown> => {
      await test.submit(text);
      await test.idle();
      return effort(test);
    };
    expect(await asked('one')).toBeUndefined();
    test.ports.settings.set('models.thinking', 'high');
    expect(await asked('two')).toBe('high');
    const { id } = test.conversation('thread');
    await test.gateway.personas.think(id, 'off');
    expect(await asked('three')).toBe('none');
    await test.gateway.personas.think(id, null);
    expect(await asked('four')).toBe('high');
    test.ports.settings.set('models.thinking', 'auto');
    expect(await asked('five')).toBeUndefined();
  });
});
