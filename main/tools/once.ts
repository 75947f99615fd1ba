/** Something that is made with its first use. A failed making is not remembered: the next use tries again. */
export class Once<Value> {
  readonly #make: () => Promise<Value>;
  #made: Promise<Value> | null = null;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  /** Null while nobody has used it. */
  get begun(): Promise<Value> | null {
    return this.#made;
  }

  get(): Promise<Value> {
    return (this.#made ??= this.#attempt());
  }

  async #attempt(): Promise<Value> {
    try {
      return await this.#make();
    } catch (error) {
      this.#made = null;
      throw error;
    }
  }
}
