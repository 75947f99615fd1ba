/**
 * The protocol over a process's input and output: one JSON message a line (specification: basic/transports, "stdio").
 * The SDK's own transport is not used: it hands on more of the environment and ends the process alone, not what that
 * started.
 */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { JSONRPCMessageSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { createLineReader } from './lines.ts';
import type { ServerProcess } from './process.ts';
import type { McpReason } from './types.ts';

/** Bytes of one message. */
const largestMessage = 10 * 1024 * 1024;
/** Bytes of a line of the log that are looked at. */
const longestLogLine = 8 * 1024;

export interface StdioHooks {
  /** A line of standard error. */
  readonly said: (line: string) => void;
  /** Something of ours for the log. */
  readonly noticed: (text: string) => void;
}

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #process: ServerProcess;
  readonly #hooks: StdioHooks;
  #why: McpReason | null = null;
  #closed = false;

  constructor(process: ServerProcess, hooks: StdioHooks) {
    this.#process = process;
    this.#hooks = hooks;
  }

  /** Why it closed; null while it is open or when it was closed by us. */
  get why(): McpReason | null {
    return this.#why;
  }

  async start(): Promise<void> {
    const messages = createLineReader(largestMessage, (line, whole) => this.#line(line, whole));
    this.#process.stdout.on('data', (chunk: Buffer) => messages.feed(chunk));
    const said = createLineReader(longestLogLine, (line) => this.#hooks.said(line));
    this.#process.stderr.on('data', (chunk: Buffer) => said.feed(chunk));
    this.#process.stderr.on('end', () => said.end());
    void this.#process.ended.then((how) => {
      this.#why ??= this.#closed ? null : { code: 'mcp.ended', params: { how } };
      this.#close();
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#process;
    if (!stdin.writable) throw new Error('The server does not listen any more.');
    await new Promise<void>((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Settles when nothing of the process is left. */
  async close(): Promise<void> {
    this.#close();
    await this.#process.stop();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.();
  }

  #line(line: string, whole: boolean): void {
    if (this.#closed) return;
    if (!whole) {
      this.#why = { code: 'mcp.too-much', params: { megabytes: largestMessage / 1024 / 1024 } };
      this.#close();
      void this.#process.stop();
      return;
    }
    if (line.trim() === '') return;
    const message = messageIn(line);
    // Programs print greetings where only messages belong; they are of use to whoever looks for a fault.
    if (message === null) this.#hooks.noticed(`Not a message: ${line.slice(0, 500)}`);
    else this.onmessage?.(message);
  }
}

function messageIn(line: string): JSONRPCMessage | null {
  try {
    const parsed = JSONRPCMessageSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // no JSON: told by the caller
  }
}
