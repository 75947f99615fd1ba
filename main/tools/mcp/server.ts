/**
 * One server, watched over: started, listed, restarted when it ends (1 s, doubling to 5 min, from the beginning after a
 * minute that went well), left alone when only its owner can help. All of it is one loop, so there is never a second
 * process of the same server.
 */
import { pause, type Clock } from '../../gateway/clock.ts';
import type { Tool, ToolContext, ToolResult } from '../../gateway/tool.ts';
import type { Millis } from '../../gateway/types.ts';
import { subject, type Observable } from '../../lib/observable.ts';
import { describeError } from '../../gateway/log.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { isRecord } from './clean.ts';
import type { Endpoint, Session } from './client.ts';
import { createRedaction, createServerLog, type Redact, type ServerLog } from './log.ts';
import { Lister, longestList } from './lister.ts';
import { isLasting, sentenceOf } from './reasons.ts';
import { textOfResult } from './result.ts';
import { hung, timeLimit, type TimeLimit } from './time-limit.ts';
import { offerOf, type Offer, type OfferedTool } from './tools.ts';
import type { McpReason, McpServerRow, McpState, Offers } from './types.ts';

const firstWait: Millis = 1_000;
const longestWait: Millis = 300_000;
/** A connection that lasted this long was a good one. */
const steadyAfter: Millis = 60_000;
/** Until greeting and list are answered. The first start of `npx` or `uvx` downloads the server. */
const longestStart = { stdio: 120_000, http: longestList } as const;
/** Of one call; less when the turn has less left. */
const longestCall: Millis = 60_000;

/** What is needed to reach the server, with the secrets in it. */
export interface Opened {
  readonly endpoint: Endpoint;
  /** To be blacked out in logs and results. */
  readonly secrets: readonly string[];
}

export interface ServerDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly offers: Offers;
  /** Starts the process or makes the address ready. `said` gets its standard error. */
  open(row: McpServerRow, said: (line: string) => void, signal: AbortSignal): Promise<Result<Opened, McpReason>>;
}

export interface SupervisedServer {
  readonly state: Observable<McpState>;
  readonly tools: Observable<readonly Tool[]>;
  readonly log: ServerLog;
  /** Ends what runs, and runs by `row` from then on. */
  set(row: McpServerRow): void;
  restart(): void;
  /** Settles when nothing runs any more; nothing can be started after it. */
  close(): Promise<void>;
}

export function superviseServer(deps: ServerDeps, row: McpServerRow): SupervisedServer {
  const server = new Supervised(deps);
  server.set(row);
  return server;
}

interface Run {
  readonly reason: McpReason;
  /** Milliseconds for which it was ready. */
  readonly lasted: Millis;
}

class Supervised implements SupervisedServer {
  readonly state = subject<McpState>({ kind: 'off' });
  readonly tools = subject<readonly Tool[]>([]);
  readonly log: ServerLog;
  readonly #deps: ServerDeps;
  #session: Session | null = null;
  /** Called by the session that runs. */
  #toolsChanged: () => void = () => undefined;
  /** Before the first list had come. */
  #changedMeanwhile = false;
  #redact: Redact = (text) => text;
  #stop = new AbortController();
  /** The loop that runs, or the end of the last one. */
  #running: Promise<void> = Promise.resolve();
  #row: McpServerRow | null = null;
  #closed = false;

  constructor(deps: ServerDeps) {
    this.#deps = deps;
    this.log = createServerLog(deps.clock);
  }

  set(row: McpServerRow): void {
    this.#row = row;
    const known = row.enabled ? this.#deps.offers.recall(row.id) : null;
    this.tools.set(known === null ? [] : this.#toolsOf(row, offerOf(row, known)));
    this.#begin(row);
  }

  restart(): void {
    if (this.#row?.enabled === true) this.#begin(this.#row);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop.abort();
    await this.#running;
  }

  #begin(row: McpServerRow): void {
    if (this.#closed) return;
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const before = this.#running;
    this.state.set(row.enabled ? { kind: 'starting' } : { kind: 'off' });
    this.#running = before
      .then(() => (row.enabled ? this.#keepRunning(row, stop.signal) : undefined))
      .catch((error: unknown) => this.#bug(error));
  }

  /** Ours, with one server: the others and the gateway go on. */
  #bug(error: unknown): void {
    this.log.write('gateway', describeError(error));
    this.tools.set([]);
    this.state.set({ kind: 'failed', reason: { code: 'mcp.bug' } });
  }

  async #keepRunning(row: McpServerRow, stop: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let attempt = 0;
    while (!stop.aborted) {
      this.state.set({ kind: 'starting' });
      const run = await this.#runOnce(row, stop);
      if (stop.aborted || run === null) return;
      const reason = this.#redacted(run.reason);
      this.log.write('gateway', sentenceOf(reason));
      if (isLasting(reason)) {
        this.tools.set([]);
        this.state.set({ kind: 'failed', reason });
        return;
      }
      attempt = run.lasted >= steadyAfter ? 1 : attempt + 1;
      const wait = Math.min(longestWait, firstWait * 2 ** (attempt - 1));
      this.state.set({ kind: 'retrying', at: clock.now() + wait, attempt, reason });
      await pause(clock, wait, stop);
    }
  }

  /** From the start of the server to its end. Null when `stop` ended it. */
  async #runOnce(row: McpServerRow, stop: AbortSignal): Promise<Run | null> {
    const { clock } = this.#deps;
    const started = await this.#start(row, stop);
    if (!started.ok) return { reason: started.failure, lasted: 0 };
    const { session, lister } = started.value;
    const since = clock.monotonic();
    const stopped = new Promise<null>((resolve) => {
      if (stop.aborted) resolve(null);
      stop.addEventListener('abort', () => resolve(null), { once: true });
    });
    const reason = await Promise.race([session.ended, stopped]);
    const lasted = clock.monotonic() - since;
    this.#session = null;
    lister.stop();
    await session.close();
    return reason === null ? null : { reason, lasted };
  }

  /** The server's own words may repeat what it was given. */
  #redacted({ code, params = {} }: McpReason): McpReason {
    const words = Object.entries(params).map(([name, value]): [string, string | number] => {
      return [name, typeof value === 'string' ? this.#redact(value) : value];
    });
    return { code, params: Object.fromEntries(words) };
  }

  async #start(
    row: McpServerRow,
    stop: AbortSignal,
  ): Promise<Result<{ readonly session: Session; readonly lister: Lister }, McpReason>> {
    const limit = longestStart[row.endpoint.kind];
    using time = timeLimit(this.#deps.clock, limit, stop);
    const opened = await this.#open(row, time.signal);
    if (!opened.ok) return time.over ? failed(hung(limit)) : opened;
    const session = opened.value;
    // Also when something here throws: a server that is told as failed must not run on.
    await using undo = new AsyncDisposableStack();
    undo.defer(() => {
      this.#session = null;
      return session.close();
    });
    const listed = await session.list(time.signal);
    if (!listed.ok || stop.aborted) return failed(listed.ok || time.over ? hung(limit) : listed.failure);
    this.#session = session;
    this.#offer(row, listed);
    this.log.write('gateway', `Ready with ${String(this.tools.value.length)} tools.`);
    const lister = new Lister(this.#deps.clock, session, (again) => this.#offer(row, again));
    this.#toolsChanged = () => lister.changed();
    if (this.#changedMeanwhile) lister.changed();
    undo.move();
    return ok({ session, lister });
  }

  async #open(row: McpServerRow, signal: AbortSignal): Promise<Result<Session, McpReason>> {
    const said = (line: string): void => this.log.write('server', line);
    const opened = await this.#deps.open(row, said, signal);
    if (!opened.ok) return opened;
    this.#redact = createRedaction(opened.value.secrets);
    this.log.redactWith(this.#redact);
    this.#changedMeanwhile = false;
    this.#toolsChanged = () => (this.#changedMeanwhile = true);
    const { openSession } = await import('./client.ts');
    const deps = {
      clock: this.#deps.clock,
      version: this.#deps.version,
      noticed: (text: string) => this.log.write('gateway', text),
      toolsChanged: () => this.#toolsChanged(),
    };
    return openSession(deps, opened.value.endpoint, signal);
  }

  #offer(row: McpServerRow, listed: Result<readonly unknown[], McpReason>): void {
    if (!listed.ok) {
      this.log.write('gateway', `The new list of tools did not come: ${sentenceOf(listed.failure)}`);
      return;
    }
    this.#deps.offers.keep(row.id, listed.value);
    const offer = offerOf(row, listed.value);
    for (const { name, why } of offer.leftOut) this.log.write('gateway', `The tool ${name} is left out: ${why}.`);
    this.#setTools(this.#toolsOf(row, offer));
    const since = this.state.value.kind === 'ready' ? this.state.value.since : this.#deps.clock.now();
    const tools = offer.tools.map(({ summary }) => summary);
    this.state.set({ kind: 'ready', tools, leftOut: offer.leftOut, since });
  }

  /** The same tools as before are the same value: what a provider cached of them stays good. */
  #setTools(tools: readonly Tool[]): void {
    const before = JSON.stringify(this.tools.value.map(({ description }) => description));
    if (before === JSON.stringify(tools.map(({ description }) => description))) return;
    this.tools.set(tools);
  }

  #toolsOf(row: McpServerRow, { tools }: Offer): readonly Tool[] {
    return tools.map((tool) => this.#toolFor(row.name, tool));
  }

  #toolFor(server: string, { description, theirs }: OfferedTool): Tool {
    return {
      description,
      // Whatever the server claims: a wrong claim would be carried out twice after a crash.
      sideEffects: true,
      outside: true,
      server,
      permission: 'ask',
      run: (input, context, signal) => this.#call(server, theirs, input, context, signal),
    };
  }

  async #call(
    server: string,
    tool: string,
    input: unknown,
    context: ToolContext,
    signal: AbortSignal,
  ): Promise<ToolResult> {
    if (!isRecord(input)) return no('The parameters of this tool have to be one JSON object.');
    const limit = Math.max(0, Math.min(longestCall, context.left ?? longestCall));
    using time = timeLimit(this.#deps.clock, limit, signal);
    const session = this.#session ?? (await this.#whenUp(time.signal));
    if (session === null) return no(`The server ${server} is not running now. ${this.#whyDown()}`.trim());
    const answer = await session.call(tool, input, time.signal);
    if (answer.ok) {
      const result = textOfResult(answer.value, this.#redact);
      return result ?? no(sentenceOf({ code: 'mcp.malformed' }));
    }
    return no(this.#redact(sentenceOfFailure(server, answer.failure, time, limit)));
  }

  /** One that is being started is waited for. */
  async #whenUp(signal: AbortSignal): Promise<Session | null> {
    if (this.state.value.kind !== 'starting' || signal.aborted) return this.#session;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _watching = this.state.subscribe(({ kind }) => kind !== 'starting' && resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    return this.#session;
  }

  #whyDown(): string {
    const state = this.state.value;
    switch (state.kind) {
      case 'failed':
      case 'retrying':
        return this.#redact(sentenceOf(state.reason));
      case 'starting':
        return 'It is being started.';
      case 'off':
      case 'ready':
        return '';
    }
  }
}

function no(text: string): ToolResult {
  return { ok: false, text };
}

/** Nobody knows how far a call got that was not answered; the model is told, so that it does not simply try again. */
function sentenceOfFailure(server: string, reason: McpReason, time: TimeLimit, limit: Millis): string {
  const unknown = 'Whether it was done is not known.';
  if (time.over) {
    return `The server ${server} did not answer within ${String(Math.round(limit / 1_000))} s; the call was cancelled. ${unknown}`;
  }
  if (time.signal.aborted) return `The call was stopped. ${unknown}`;
  return reason.code === 'mcp.refused' ? sentenceOf(reason) : `${sentenceOf(reason)} ${unknown}`;
}
