/** How often each kind of event was met, over many runs: a property says nothing about what its generator never makes. */

/** Each has to be met in at least one run in twenty. */
export const eventKinds = [
  ...['owner', 'guest', 'unknown', 'blocked'].map((role) => `a message of: ${role}`),
  ...['guest', 'unknown', 'blocked'].map((role) => `a command of: ${role}`),
  ...['mention', 'always', 'unknown', 'off'].map((answer) => `in a group (${answer}): for us`),
  ...['mention', 'always', 'unknown', 'off'].map((answer) => `in a group (${answer}): for others`),
  ...['kept', 'running', 'overheard'].map((standing) => `an edit of a message that is: ${standing}`),
  ...['off', 'mention', 'always'].map((answer) => `a group: ${answer}`),
  ...['kept', 'aside'].map((standing) => `answer now, of a message that is: ${standing}`),
  'a private message',
  'a message in a topic',
  'a message that comes late',
  'a message that waits behind another',
  'an edit that adds a mention',
  'approve',
  'allow once',
  'block',
  'revoke',
  'forget',
  'a decision on a card',
  'a decision by a button',
  'everyone may write',
  'not everyone may write any more',
  'a group moves',
  'a press with guessed data',
  'an orderly restart',
  'a crash',
  'the program ends while a turn runs',
  'a link removed and added again',
  'pause',
  'resume',
  'the computer sleeps',
  'retry',
  'a send of which nobody knows',
  'a send that fails',
  'a right lost while a message waits',
  'a block while a turn runs',
  'a block before a resend',
  'steps that do not wait for each other',
] as const;

export class Statistics {
  readonly #met = new Map<string, number>();
  #runs = 0;

  add(met: ReadonlySet<string>): void {
    this.#runs++;
    for (const kind of met) this.#met.set(kind, (this.#met.get(kind) ?? 0) + 1);
  }

  /** Share of the runs in which a kind was met. */
  share(kind: string): number {
    return (this.#met.get(kind) ?? 0) / Math.max(1, this.#runs);
  }

  /** One line for each kind, the rarest first. */
  table(): string {
    const kinds = new Set([...eventKinds, ...this.#met.keys()]);
    const rows = [...kinds]
      .map((kind) => [kind, this.share(kind)] as const)
      .toSorted((one, other) => one[1] - other[1]);
    const lines = rows.map(([kind, share]) => `${(share * 100).toFixed(1).padStart(6)} %  ${kind}`);
    return [`${String(this.#runs)} runs, with at least one of:`, ...lines].join('\n');
  }
}
