/* A memory of which a test can change the notes, and see how often they were asked for. */
import type { OwnerMemory } from '../../../main/gateway/memory.ts';
import type { Reason } from '../../../main/gateway/types.ts';
import { failed, ok, type Result } from '../../../main/lib/result.ts';

export const secret = 'The boat is called Halcyon.';

export class Pages {
  text = secret;
  whole = true;
  asked = 0;
  /** Why it can be neither read nor written. */
  refusal: Reason | null = null;
  readonly memory: OwnerMemory = {
    forPrompt: () => {
      this.asked++;
      return Promise.resolve({ text: this.text, whole: this.whole });
    },
    keep: () => Promise.resolve(),
    remember: (text) => {
      const isNew = !this.text.includes(text);
      if (isNew) this.text = `${this.text}\n- ${text}`.trim();
      return this.#given(isNew);
    },
    known: () => this.#given(this.text),
  };

  #given<Value>(value: Value): Promise<Result<Value, Reason>> {
    return Promise.resolve(this.refusal === null ? ok(value) : failed(this.refusal));
  }
}
