/** Who may talk: the cards that wait for the owner, people and groups. */
import type { Handlers } from '../dispatch.ts';
import { cardViews, groupView, personView } from '../people-views.ts';
import type { ApiPorts } from '../ports.ts';
import { done, settled } from './outcome.ts';

type Family =
  'cards.list' | 'cards.answer' | 'people.list' | 'people.setRole' | 'people.forget' | 'groups.list' | 'groups.set';

export function peopleCommands({ gateway, storage }: ApiPorts): Pick<Handlers, Family> {
  const { cards, people } = gateway;
  return {
    'cards.list': async () => done(cardViews(storage.read, cards.open())),
    'cards.answer': async ({ card, answer }) => settled(await cards.answer(card, answer)),
    'people.list': async () => done(people.everyone().map((row) => personView(storage.read, row))),
    'people.setRole': async ({ link, address, role }) => settled(await people.setRole(link, address, role, 'owner')),
    'people.forget': async ({ link, address }) => settled(await people.forget(link, address)),
    'groups.list': async () => done(people.groups().map(groupView)),
    'groups.set': async ({ link, chat, answer }) => settled(await people.setGroup(link, chat, answer, 'owner')),
  };
}
