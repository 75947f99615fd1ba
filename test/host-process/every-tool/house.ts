/** A whole host whose model asks for tools: the owner writes in the window, is asked, answers, and reads what came of it. */
import { expect } from 'vitest';
import type { McpServerDraft, ToolCallView } from '../../../preload/contract/agent-views.ts';
import type { CardAnswerView } from '../../../preload/contract/views.ts';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { subject } from '../../../main/lib/observable.ts';
import { startNet, type Net } from '../../gateway/injection/obedient.ts';
import { RpcClient, startTestHost } from '../../lib/headless.ts';
import { resultsIn, type Asked, type ModelLab } from './model-lab.ts';

const soon = { timeout: 20_000 };

export interface Turn {
  readonly answer: string;
  /** What the model was told of its calls, in their order. */
  readonly results: readonly string[];
  readonly calls: readonly ToolCallView[];
}

export class House implements AsyncDisposable {
  readonly net: Net;
  readonly lab: ModelLab;
  readonly client: RpcClient;
  /** Everything that was called and done, with what it was given. */
  readonly driven: Asked[] = [];
  readonly #close: () => Promise<void>;
  #messages = 0;

  private constructor(lab: ModelLab, net: Net, client: RpcClient, close: () => Promise<void>) {
    this.lab = lab;
    this.net = net;
    this.client = client;
    this.#close = close;
  }

  static async open(lab: ModelLab): Promise<House> {
    const net = await startNet();
    const host = await startTestHost({
      provision: { providers: [lab.provider], models: { default: 'lab/gpt-test' } },
      wrap: (ports) => throughNet(ports, net),
    });
    const client = await new RpcClient(host.url).opened();
    client.subscribe((await client.value('host.get', {})).seq);
    return new House(lab, net, client, async () => {
      client[Symbol.dispose]();
      await host[Symbol.asyncDispose]();
      await net[Symbol.asyncDispose]();
    });
  }

  async conversation(): Promise<string> {
    return (await this.client.value('conversations.create', {})).id;
  }

  /** The next answer of the model asks for `calls`; each card about one of them is answered in this way. */
  async ask(
    conversation: string,
    text: string,
    calls: readonly Asked[] = [],
    decision: CardAnswerView = 'once',
  ): Promise<Turn> {
    if (calls.length > 0) this.lab.asksFor(...calls);
    const { client, lab } = this;
    const before = client.events.length;
    const { message } = await client.value('messages.send', {
      conversation,
      text,
      key: `m${String(++this.#messages)}`,
    });
    const answer = await this.#answer(conversation, before, decision);
    const { turn } = answer;
    const steps = turn === null ? [] : await client.value('turns.steps', { turn });
    const made = steps.flatMap((step) => step.calls);
    expect(
      made.map(({ name }) => name),
      message,
    ).toEqual(calls.map(([name]) => name));
    made.forEach(({ state }, index) => {
      const call = calls[index];
      if (state === 'done' && call !== undefined) this.driven.push(call);
    });
    return { answer: answer.text, results: resultsIn(lab.bodies().at(-1)), calls: made };
  }

  /** The only result of the only call, which was made. */
  async use(conversation: string, ...call: Asked): Promise<string> {
    const { results, calls } = await this.ask(conversation, `please ${call[0]}`, [call]);
    expect(calls[0], `${JSON.stringify(call)}: ${String(results[0])}`).toMatchObject({ state: 'done' });
    expect(results).toHaveLength(1);
    return results[0] ?? '';
  }

  /** Adds a server of tools and waits for one of its tools. */
  async connect(name: string, endpoint: McpServerDraft['endpoint'], tool: string): Promise<void> {
    await this.client.value('mcp.save', { server: { name, endpoint } });
    await expect.poll(() => this.toolNames(), soon).toContain(tool);
  }

  async toolNames(): Promise<readonly string[]> {
    return (await this.client.value('tools.list', {})).map((tool) => tool.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #answer(conversation: string, before: number, decision: CardAnswerView) {
    const found = () =>
      this.client.events.slice(before).flatMap(({ event }) => {
        if (event.kind !== 'message.added' || event.message.conversation !== conversation) return [];
        return event.message.kind === 'assistant' ? [event.message] : [];
      })[0];
    const decide = async (): Promise<boolean> => {
      for (const card of await this.client.value('cards.list', {})) {
        if (card.kind === 'tool') await this.client.call('cards.answer', { card: card.id, answer: decision });
      }
      return found() !== undefined;
    };
    await expect.poll(decide, soon).toBe(true);
    const message = found();
    if (message === undefined) throw new Error('there is no answer');
    return message;
  }
}

/** The product's tools as they are; pages come from the test's own net. */
function throughNet(ports: GatewayPorts, net: Net): GatewayPorts {
  const led = (tools: GatewayPorts['tools']['value']) =>
    tools.map((tool) =>
      tool.description.name === net.tool.description.name ? { ...net.tool, permission: tool.permission } : tool,
    );
  const tools = subject(led(ports.tools.value));
  ports.tools.subscribe((changed) => tools.set(led(changed)));
  return { ...ports, tools };
}
