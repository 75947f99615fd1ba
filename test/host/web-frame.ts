/* The main frame of a page as an IPC handler sees it. One object for the life of the page, so it can be compared. */

export class WebFrameMain {
  readonly frameTreeNodeId: number;
  readonly #url: () => string;
  readonly #destroyed: () => boolean;

  constructor(id: number, url: () => string, destroyed: () => boolean) {
    this.frameTreeNodeId = id;
    this.#url = url;
    this.#destroyed = destroyed;
  }

  get url(): string {
    return this.#url();
  }

  /** Scheme and host, also for a custom standard scheme: `app://bundle`. */
  get origin(): string {
    const { protocol, host } = new URL(this.#url());
    return host === '' ? 'null' : `${protocol}//${host}`;
  }

  get parent(): null {
    return null;
  }

  get top(): this {
    return this;
  }

  get frames(): readonly WebFrameMain[] {
    return [];
  }

  isDestroyed(): boolean {
    return this.#destroyed();
  }
}
