/*
 * The emulated service in a process of its own, told what to do over HTTP: for tests that count what is left in their own
 * process. No connection to it is kept.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Answer = Readonly<Record<string, unknown>>;

export interface FarServer extends AsyncDisposable {
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly rootKey: string;
  /** See test/emulators/whatsapp/control.ts; with a body it is a POST. Rejects when it was wrongly put. */
  ask(path: string, body?: Answer): Promise<Answer>;
}

/** `keep`: how many records of each kind it keeps. */
export async function startFarServer(keep: number): Promise<FarServer> {
  const script = join(import.meta.dirname, '../../emulators/whatsapp/main.ts');
  const args = [script, '--keep', String(keep), '--delay', '5'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, origin, rootKey } = JSON.parse(line) as {
    readonly url: string;
    readonly origin: string;
    readonly rootKey: string;
  };
  return {
    url,
    rootKey,
    ask: (path, body) => ask(`${origin}/__control/${path}`, body),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

async function ask(address: string, body?: Answer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(address, { method: body === undefined ? 'GET' : 'POST', agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('end', () => {
      if (response.statusCode === 200) resolve(JSON.parse(text) as Answer);
      else reject(new Error(`${address}: ${text}`));
    });
  });
  asked.on('error', reject);
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
