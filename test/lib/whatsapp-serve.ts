/** The built host as a process of its own, an emulated WhatsApp that it is linked with, and a model that answers with an echo. */
import { join } from 'node:path';
import type { LinkModeView } from '../../preload/contract/views.ts';
import { passes } from '../crash/lib/random.ts';
import { linkPhone } from '../crash/lib/whatsapp-link.ts';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import type { Arrival, Person } from '../emulators/whatsapp/person.ts';
import { startWhatsApp, type WhatsAppEmulator } from '../emulators/whatsapp/server.ts';
import { RpcClient } from './headless.ts';
import { ServeProcess, TemporaryFolder } from './serve-process.ts';

export const phoneLink = 'phone';
export const soon = { timeoutMs: 30_000 };

export interface Life extends AsyncDisposable {
  readonly host: ServeProcess;
  readonly window: RpcClient;
}

export class WhatsAppStage implements AsyncDisposable {
  readonly lab: OpenAiEmulator;
  readonly server: WhatsAppEmulator;
  readonly folder = new TemporaryFolder();
  /** Everything that all its hosts have printed. */
  readonly printed: string[] = [];

  private constructor(lab: OpenAiEmulator, server: WhatsAppEmulator) {
    this.lab = lab;
    this.server = server;
  }

  static async open(): Promise<WhatsAppStage> {
    const [lab, server] = await Promise.all([startOpenAi(), startWhatsApp({ delayMs: 10 })]);
    lab.script(({ lastUserText }) => ({ kind: 'reply', text: `Echo: ${lastUserText}` }));
    server.phone({ name: 'Ada', number: '4915100000001' });
    return new WhatsAppStage(lab, server);
  }

  get dataDir(): string {
    return join(this.folder.path, 'data');
  }

  /** Starts a host on the data directory of the stage, with `settings` beside those that keep it quick. */
  async start(
    settings: Readonly<Record<string, unknown>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Life> {
    const provision = this.folder.at('provision.json');
    this.folder.write('provision.json', {
      providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: this.lab.url, apiKey: 'sk-test' }],
      models: { default: 'lab/gpt-test' },
      settings: { 'setup.done': true, language: 'en', timeZone: 'UTC', 'delivery.pacing': 0, ...settings },
    });
    const args = ['--json', '--data-dir', this.dataDir, '--port', '0', '--provision', provision];
    const host = new ServeProcess(args, environment, 'built');
    const { url, token } = await host.ready();
    const window = await new RpcClient(url, token).opened();
    return {
      host,
      window,
      [Symbol.asyncDispose]: async () => {
        window[Symbol.dispose]();
        await host[Symbol.asyncDispose]();
        this.printed.push(host.stdout, host.stderr);
      },
    };
  }

  /** Adds the link and links it with the phone, in that mode. */
  async link({ window }: Life, mode: LinkModeView = 'people', server = this.server, id = phoneLink): Promise<void> {
    const serverKey = server.rootKey.toString('hex');
    await window.value('links.addWhatsApp', { id, webSocketUrl: server.url, serverKey });
    await linkPhone(window, server, id);
    if (mode !== 'only-me') await window.value('links.setMode', { link: id, mode });
    await nextSecond();
  }

  /** The owner writes to himself and is answered: everything that came in before has been handled. */
  async answersOwner(note: string, server = this.server): Promise<void> {
    server.phone().say(note);
    await hears(server.phone(), `Echo: ${note}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.lab.close();
    this.folder[Symbol.dispose]();
  }
}

/** The service's time stamps have seconds only, and nothing older than the link is answered. */
export function nextSecond(): Promise<void> {
  return passes(1_100);
}

/** Waits for a message to somebody with `words` in it. */
export function hears(person: Person, words: string): Promise<Arrival> {
  return person.arrivals.waitFor(({ text }) => text.includes(words), soon);
}

/** Ends the host in order; it has printed nothing but its ready line. */
export async function ends({ host, window }: Life): Promise<void> {
  window[Symbol.dispose]();
  host.child.kill('SIGTERM');
  const { code, stdout, stderr } = await host.ended;
  if (code !== 0) throw new Error(`The host ended with ${String(code)}: ${stderr}`);
  // Whoever started it reads lines of JSON there.
  if (stdout.trim().includes('\n')) throw new Error(`More than the ready line was printed: ${stdout}`);
}
