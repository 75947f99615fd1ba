/* The stops of a new user's way, and what docs/first-steps.md says of each. */

export const stops = {
  welcome:
    'Open the window: the tray app does it by itself, a server prints the address. It says what it will and will not do.',
  model:
    'Choose who answers. Ollama on the same machine is found by itself; a service needs its key. A real question is asked, ' +
    'and “Next” opens only when it was answered.',
  bot: 'Choose Telegram and paste the token that [@BotFather](https://t.me/BotFather) gave you. It is proven before it is taken.',
  asked: 'Write to your bot. Until you say who you are it answers nobody; here it asks whether this was you.',
  owner: 'Say yes: what you wrote is answered, in Telegram.',
  first: 'Talk in the window, too.',
  friend: 'A friend writes to the bot, hears nothing, and stands under People with what he said.',
  answered: 'Allow him as a guest: what he wrote is answered, and you can read along.',
} as const;

export type Stop = keyof typeof stops;

/** What was done since the stop before, in seconds of a machine that reads and types at once. */
export interface WalkedStop {
  readonly stop: Stop;
  readonly clicks: number;
  readonly fields: number;
  readonly seconds: number;
}
