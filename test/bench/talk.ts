/*
 * Conversations over the Telegram emulator, each answer checked: in its chat exactly the echo of what was asked, once.
 * Every text carries a mark of its own, so that an answer can be neither missed nor taken for another.
 */
import type { Sent } from '../emulators/telegram/types.ts';
import { echoOf } from './model.ts';
import { WrongAnswer } from './rows.ts';
import type { Say, Telegram } from './telegram.ts';

/** Longest wait for the next answer, in ms. */
const patience = 15_000;

export interface Answered {
  readonly asked: Say;
  readonly updateId: number;
  readonly sent: Sent;
}

export interface Talk {
  /** Says one thing and waits for its answer. */
  ask(chatId: number): Promise<Answered>;
  /**
   * Says things in `chats` at once, one each, and one more in a chat as soon as it was answered there, until `count`
   * answers came; `chatFor` may name another chat for the next one. Resolves with the ms it took.
   */
  loop(chats: readonly number[], count: number, chatFor?: (chat: number) => number): Promise<number>;
  /** Throws when something was sent that nobody has waited for. */
  settle(): Promise<void>;
}

export function startTalk(telegram: Telegram): Talk {
  let said = 0;
  let seen = 0;
  const newText = (): string => `Question #m-${String(++said)}#, with a few words around it.`;
  const take = (sent: Sent, open: Map<string, Say>): Say => {
    const asked = open.get(sent.text ?? '');
    if (asked === undefined) throw new WrongAnswer(`“${sent.text ?? ''}” was not expected (any more)`);
    if (asked.chatId !== sent.chatId) throw new WrongAnswer(`“${sent.text ?? ''}” came in another chat`);
    open.delete(sent.text ?? '');
    return asked;
  };
  /** The next messages, typing signs left out; none when there was none for so long. */
  const listen = async (longest: number): Promise<readonly Sent[]> => {
    const end = performance.now() + longest;
    for (let left = longest; left > 0; left = end - performance.now()) {
      const sent = await telegram.sent(seen, Math.ceil(left));
      seen = sent.at(-1)?.number ?? seen;
      const messages = sent.filter(({ kind }) => kind !== 'action');
      if (messages.length > 0) return messages;
    }
    return [];
  };
  const next = async (missing: number): Promise<readonly Sent[]> => {
    const sent = await listen(patience);
    if (sent.length === 0) throw new WrongAnswer(`${String(missing)} answers are missing`);
    return sent;
  };
  return {
    async ask(chatId) {
      const asked = { chatId, text: newText() };
      const open = new Map([[echoOf(asked.text), asked]]);
      const [updateId] = await telegram.say([asked]);
      const answers = await next(1);
      for (const sent of answers) take(sent, open);
      const [sent] = answers;
      if (sent === undefined || updateId === undefined) throw new Error('An answer was waited for.');
      return { asked, updateId, sent };
    },
    async loop(chats, count, chatFor = (chat) => chat) {
      const open = new Map<string, Say>();
      const begin = async (of: readonly number[]): Promise<void> => {
        const messages = of.map((chatId) => ({ chatId, text: newText() }));
        for (const message of messages) open.set(echoOf(message.text), message);
        await telegram.say(messages);
      };
      const from = performance.now();
      await begin(chats.slice(0, count));
      let begun = Math.min(chats.length, count);
      while (open.size > 0) {
        const free = (await next(open.size)).map((sent) => chatFor(take(sent, open).chatId));
        const more = free.slice(0, count - begun);
        begun += more.length;
        if (more.length > 0) await begin(more);
      }
      return performance.now() - from;
    },
    async settle() {
      // Longer than the pause before a second attempt, so that a doubled reply has come.
      const [first] = await listen(1_000);
      if (first !== undefined) throw new WrongAnswer(`“${first.text ?? ''}” came although everything was answered`);
    },
  };
}
