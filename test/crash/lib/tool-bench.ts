/**
 * The built host with tools that do something: its own, and a server of tools that is a program of its own and writes
 * lines into a file. A model by plan calls them, a host is killed, and the next one brings the turn to its answer.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { StepView, ToolCallView } from '../../../preload/contract/agent-views.ts';
import type { ScriptedToolCall } from '../../emulators/lib/script.ts';
import type { OpenAiEmulator } from '../../emulators/openai/server.ts';
import { startOpenAi } from '../../emulators/openai/server.ts';
import type { ChatCall, CheckedMessage, OpenAiBehaviour } from '../../emulators/openai/types.ts';
import { RpcClient } from '../../lib/headless.ts';
import { found, lineIn, linesOf } from './found.ts';
import { Workplace, type HostProcess } from './host-process.ts';
import { preloaded, type Preloaded } from './preload.ts';
import { openCalls } from './ledger.ts';

/** The tool of the server that writes lines, as models call it. */
export const write = 'desk__write';
const allowed = [write, 'remember', 'schedule', 'read_web_page'];

export const answer = 'All is done.';

/** What the model asks for in its first answer, in its second and so on; after that it answers {@link answer}. */
export type Plan = readonly (readonly ScriptedToolCall[])[];

/** For a provision file: the server that writes to `journal`. */
export function deskAt(journal: string): Readonly<Record<string, unknown>> {
  const program = join(import.meta.dirname, '../../emulators/mcp/main.ts');
  return { name: 'Desk', command: process.execPath, args: [program, JSON.stringify({ journal })] };
}

/** Waits for the tools of the server, and allows all that the owner would be asked about. */
export async function allowTools(window: RpcClient): Promise<void> {
  await found(
    window,
    () => 'the tools of the server do not come',
    async () => (await window.value('tools.list', {})).find(({ name }) => name === write),
  );
  for (const name of allowed) await window.value('tools.setPermission', { name, permission: 'always' });
}

/** Answers of the model since the question that called tools, and what it was told of them. */
export function sinceQuestion({ messages }: ChatCall): readonly CheckedMessage[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
}

/** The next step of a plan, its calls streamed in fragments. */
export function byPlan(plan: Plan, call: ChatCall): OpenAiBehaviour {
  const step = sinceQuestion(call).filter(({ toolCalls }) => toolCalls.length > 0).length;
  const wanted = plan[step];
  if (wanted === undefined) return { kind: 'reply', text: answer };
  const toolCalls = wanted.map((one, index) => ({
    id: `call-${String(step)}-${String(index)}`,
    fragments: one.arguments.match(/[^]{1,7}/g) ?? [],
    ...one,
  }));
  return { kind: 'reply', text: 'I see to it.', toolCalls };
}

/** A directory in which the tools are known and allowed: every scene begins with a copy. */
export class ToolBench implements Disposable {
  readonly workplace = new Workplace();
  readonly journal: string;
  #prepared: { readonly dataDir: string; readonly conversation: string } | null = null;

  constructor() {
    const folder = join(this.workplace.path, 'journal');
    mkdirSync(folder);
    this.journal = join(folder, 'lines');
  }

  async prepare(): Promise<void> {
    const dataDir = this.workplace.newDataDir();
    await using host = this.workplace.startBuilt(dataDir, { provision: { mcp: [deskAt(this.journal)] } });
    const { url, token } = await host.ready();
    using window = await new RpcClient(url, token).opened();
    await allowTools(window);
    const { id: conversation } = await window.value('conversations.create', {});
    expect(await host.stop()).toMatchObject({ code: 0 });
    this.#prepared = { dataDir, conversation };
  }

  /** `more` stands in the provision file too. */
  async scene(
    plan: Plan,
    play: (scene: Scene) => Promise<void>,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    if (this.#prepared === null) throw new Error('it is not prepared');
    const dataDir = this.workplace.newDataDir();
    cpSync(this.#prepared.dataDir, dataDir, { recursive: true });
    await using model = await startOpenAi();
    model.script((call) => byPlan(plan, call));
    await play(new Scene(this, dataDir, this.#prepared.conversation, model, more));
  }

  [Symbol.dispose](): void {
    this.workplace[Symbol.dispose]();
  }
}

/** One host that lives, and its window. */
export class ToolLife implements AsyncDisposable {
  readonly host: HostProcess;
  readonly window: RpcClient;

  constructor(host: HostProcess, window: RpcClient) {
    this.host = host;
    this.window = window;
  }

  /** Its end, which must have been one by -9. */
  async died(): Promise<void> {
    expect(await this.host.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.window[Symbol.dispose]();
    await this.host[Symbol.asyncDispose]();
  }
}

/** How a turn ended. */
export interface End {
  readonly calls: readonly ToolCallView[];
  /** The states of its calls, in their order. */
  readonly states: readonly string[];
  /** What the model was told of each call when it was asked last, in the order of the calls. */
  readonly told: readonly string[];
}

export class Scene {
  readonly dataDir: string;
  readonly model: OpenAiEmulator;
  readonly #bench: ToolBench;
  readonly #conversation: string;
  readonly #more: Readonly<Record<string, unknown>>;

  constructor(
    bench: ToolBench,
    dataDir: string,
    conversation: string,
    model: OpenAiEmulator,
    more: Readonly<Record<string, unknown>>,
  ) {
    this.#bench = bench;
    this.#more = more;
    this.dataDir = dataDir;
    this.#conversation = conversation;
    this.model = model;
  }

  /** A host that has nobody to talk to. */
  start(given: Preloaded = {}): HostProcess {
    const provider = { id: 'lab', kind: 'openai', baseUrl: this.model.url, apiKey: 'sk-test' };
    const models = { default: 'lab/gpt-test' };
    const provision = { providers: [provider], models, mcp: [deskAt(this.#bench.journal)], ...this.#more };
    return this.#bench.workplace.startBuilt(this.dataDir, { provision, environment: preloaded(given) });
  }

  async begin(given: Preloaded = {}): Promise<ToolLife> {
    const host = this.start(given);
    const { url, token } = await host.ready();
    return new ToolLife(host, await new RpcClient(url, token).opened());
  }

  /** Resolves when the server of tools is up; else a call waits for it. */
  async ready({ window }: ToolLife): Promise<void> {
    await found(
      window,
      () => 'the server does not come up',
      async () => (await window.value('mcp.list', {})).find(({ state }) => state.kind === 'ready'),
    );
  }

  /** Asks the question; the host may die before it has said that it has it. */
  async ask({ host, window }: ToolLife): Promise<void> {
    const asked = window.value('messages.send', { conversation: this.#conversation, text: 'Do it, please', key: 'k' });
    await Promise.race([asked, host.ended]);
  }

  /** How often the server wrote `key`. */
  lines(key: string): number {
    return linesOf(this.#bench.journal).filter((line) => line === key).length;
  }

  /** Resolves when the server has written `key`. */
  written(key: string): Promise<void> {
    return lineIn(this.#bench.journal, key);
  }

  /** The steps of the turn that runs, or of the last one. */
  async steps({ window }: ToolLife): Promise<readonly StepView[]> {
    const thread = await window.value('conversations.thread', { conversation: this.#conversation, limit: 10 });
    const turn = thread.turn?.id ?? thread.messages.at(-1)?.turn;
    return turn === undefined || turn === null ? [] : window.value('turns.steps', { turn });
  }

  /** Resolves when the calls of the turn, all steps together, have these states. */
  async states(life: ToolLife, states: readonly string[]): Promise<void> {
    let seen: readonly string[] = [];
    await found(
      life.window,
      () => `the calls are ${seen.join()}`,
      async () => {
        seen = statesOf(await this.steps(life));
        return seen.join() === states.join() ? seen : undefined;
      },
    );
  }

  /** The one card about a tool, once it is there. */
  card({ window }: ToolLife): Promise<string> {
    return found(
      window,
      () => 'nobody is asked',
      async () => {
        const cards = await window.value('cards.list', {});
        expect(cards.length).toBeLessThanOrEqual(1);
        return cards[0]?.id;
      },
    );
  }

  /** The last life: the turn ends with its answer, and nothing of it is left open. */
  async end(
    given: Preloaded = {},
    meanwhile: (life: ToolLife) => Promise<void> = () => Promise.resolve(),
  ): Promise<End> {
    await using life = await this.begin(given);
    await meanwhile(life);
    const { host, window } = life;
    await found(
      window,
      () => 'there is no answer',
      async () => {
        const thread = await window.value('conversations.thread', { conversation: this.#conversation, limit: 10 });
        return thread.messages.find(({ kind }) => kind !== 'person');
      },
    );
    const calls = (await this.steps(life)).flatMap((step) => step.calls);
    const thread = await window.value('conversations.thread', { conversation: this.#conversation, limit: 10 });
    expect(thread.messages.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'person: Do it, please',
      `assistant: ${answer}`,
    ]);
    expect(await window.value('cards.list', {})).toEqual([]);
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(openCalls(this.dataDir), 'calls and turns that nobody will ever end').toEqual([]);
    checkPrompts(this.model);
    return { calls, states: calls.map(({ state }) => state), told: this.#told(calls.length) };
  }

  #told(calls: number): readonly string[] {
    const last = this.model.chats.at(-1)?.body as { readonly messages: readonly Told[] };
    const told = last.messages.filter(({ role }) => role === 'tool');
    expect(told, 'each call has one result').toHaveLength(calls);
    return told.map(({ content }) => content);
  }
}

interface Told {
  readonly role: string;
  readonly content: string;
}

export function statesOf(steps: readonly StepView[]): readonly string[] {
  return steps.flatMap(({ calls }) => calls.map(({ state }) => state));
}

/** The server refuses a prompt in which a call has no result, or more than one: none was refused. */
export function checkPrompts(model: OpenAiEmulator): void {
  const refused = model.chats.filter(({ status, aborted }) => status !== 200 && !aborted);
  expect(refused.map(({ number, status }) => `request ${String(number)}: ${String(status)}`)).toEqual([]);
}
