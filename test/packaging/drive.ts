/*
 * A packaged app driven from its own window, over the debugging port, which a package does not forbid (its fuses forbid
 * the inspector), so the same lines run against real Electron and against the stand-in.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';

/** For anything of the app that is waited for, in ms. */
const patience = 30_000;

interface Target {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

/** What the browser tells by itself. */
interface Notice {
  readonly method: string;
  readonly params: { readonly targetInfo?: Target };
}

interface Answer {
  readonly id: number;
  readonly error?: { readonly message: string };
  readonly result?: {
    readonly result: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
}

/** What `wait` gives; rejects with what it was waiting for after `limit` milliseconds, when `signal` is aborted, too. */
export function within<Value>(
  what: string,
  wait: (signal: AbortSignal) => Promise<Value>,
  limit = patience,
): Promise<Value> {
  const over = AbortSignal.timeout(limit);
  const never = new Promise<never>((_resolve, reject) => {
    over.addEventListener('abort', () => reject(new Error(`It never came: ${what}.`)));
  });
  return Promise.race([wait(over), never]);
}

/** One page over the DevTools protocol. */
export class Page {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<(notice: Notice) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const heard = JSON.parse(String(data)) as Answer | Notice;
      if ('id' in heard) this.#waiting.get(heard.id)?.(heard);
      else for (const listener of [...this.#listeners]) listener(heard);
    });
  }

  static async open(url: string): Promise<Page> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(`${url} cannot be reached.`)));
    });
    return new Page(socket);
  }

  send(method: string, params: object): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Id of the first target that fits, now or later; asked of the browser itself. */
  target(fits: (target: Target) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const listener = ({ params: { targetInfo } }: Notice): void => {
        if (targetInfo === undefined || !fits(targetInfo)) return;
        this.#listeners.delete(listener);
        resolve(targetInfo.targetId);
      };
      this.#listeners.add(listener);
      void this.send('Target.setDiscoverTargets', { discover: true });
    });
  }

  /** Resolves once the first element that fits `selector` has this text. */
  async shows(selector: string, text: string): Promise<string> {
    await within(`«${text}» in the window`, () =>
      this.evaluate(`new Promise((resolve) => {
        const look = () => {
          if (document.querySelector(${JSON.stringify(selector)})?.textContent !== ${JSON.stringify(text)}) return;
          changes.disconnect();
          resolve(null);
        };
        const changes = new MutationObserver(look);
        changes.observe(document, { childList: true, subtree: true, characterData: true });
        look();
      })`),
    );
    return text;
  }

  async evaluate(expression: string): Promise<unknown> {
    const { error, result } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    const thrown = error?.message ?? result?.exceptionDetails?.exception?.description;
    if (thrown !== undefined) throw new Error(thrown);
    return result?.result.value;
  }

  /** A command of the window's own contract. */
  async call<Name extends CommandName>(name: Name, params: ParamsOf<Name>) {
    const code = `globalThis.bridge.call(${JSON.stringify(name)}, ${JSON.stringify(params)})`;
    const outcome = (await this.evaluate(code)) as Outcome<Name>;
    if (!outcome.ok) throw new Error(`${name} was refused: ${JSON.stringify(outcome.reason)}`);
    return outcome.value;
  }

  close(): void {
    this.#socket.close();
  }
}

/** The address of the debugging port, which Chromium prints when it listens. */
async function listening(child: ChildProcess): Promise<URL> {
  if (!child.stderr) throw new Error('The output of the app is not read.');
  const printed: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    printed.push(line);
    const address = /^DevTools listening on (\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      child.stderr.resume();
      return new URL(address);
    }
  }
  throw new Error(`The app ended before it listened.\n${printed.join('\n')}`);
}

/** The stand-in's Chromium knows the app's scheme by another name. */
function isWindow({ type, url }: Target): boolean {
  return type === 'page' && /^(app:\/\/bundle|https:\/\/bundle\.app\.)/.test(url);
}

async function findPage(browser: URL): Promise<Page> {
  const control = await Page.open(browser.href);
  try {
    const id = await within('the window', () => control.target(isWindow));
    return await Page.open(`ws://${browser.host}/devtools/page/${id}`);
  } finally {
    control.close();
  }
}

export interface Driven extends AsyncDisposable {
  readonly page: Page;
  /** Ends it as a person does; resolves with its exit code. */
  quit(): Promise<number | null>;
}

/** Starts `executable` with `home` as the person's own folder; its window is drawn when this resolves. */
export async function startPackaged(
  executable: string,
  args: readonly string[],
  home: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Driven> {
  const child = spawn(executable, ['--remote-debugging-port=0', ...args], {
    env: { ...process.env, HOME: home, ...environment },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const browser = await listening(child);
  const page = await findPage(browser);
  const owned = undo.move();
  return {
    page,
    async quit() {
      page.close();
      const control = await Page.open(browser.href);
      void control.send('Browser.close', {});
      await ended;
      return child.exitCode;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
