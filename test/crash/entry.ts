/**
 * A host from the sources as a process of its own, for the crash tests: `node entry.ts '<EntryConfig as JSON>'`. It is
 * `main/host.ts` with its real ports; with a `death` it kills itself with -9 at that point (lib/death.ts). It prints the
 * ready line of the headless host, ends with the same codes, and in mode `desktop` has no port, as there.
 */
import ElectronStore from 'electron-store';
import { readProvision, type Provision } from '../../main/api/provision.ts';
import { startHost } from '../../main/host.ts';
import type { HostFailure } from '../../main/host/types.ts';
import { subject } from '../../main/lib/observable.ts';
import { countingTools } from './lib/counting-tool.ts';
import { DeadlyPorts } from './lib/death.ts';
import type { EntryConfig } from './lib/entry-config.ts';

function end(code: number, sentence: string): never {
  console.error(sentence);
  process.exit(code);
}

function provisionFrom(text: string | null): Provision | null {
  if (text === null) return null;
  const read = readProvision(text, process.env);
  return read.ok ? read.value : end(2, read.failure.join('\n'));
}

function codeOf(failure: HostFailure): number {
  if (failure.kind === 'owned') return 3;
  return failure.kind === 'data' ? 4 : 2;
}

const config = JSON.parse(process.argv[2] ?? '') as EntryConfig;
const ports = config.death === null ? null : new DeadlyPorts(config.death);
const http = { port: 0, host: '127.0.0.1', allowHosts: [], token: null, windowDir: config.dataDir };
const started = await startHost({
  mode: config.mode,
  version: '0.0.0-crash',
  dataDir: config.dataDir,
  environment: process.env,
  provision: provisionFrom(config.provision),
  http: config.mode === 'desktop' ? null : http,
  loadSettingsStore: () => Promise.resolve(ElectronStore),
  wrap: (given) => {
    const { counted } = config;
    const whole = counted === null ? given : { ...given, tools: subject(countingTools(counted)) };
    return ports === null ? whole : ports.wrap(whole);
  },
  ...(ports === null ? {} : { store: { beforeCommit: () => ports.beforeCommit() } }),
});
if (!started.ok) end(codeOf(started.failure), started.failure.sentence);
const host = started.value;
process.once('SIGTERM', () => void host.stop(config.stopWithin).then(() => process.exit(0)));
// Whoever started it holds its input; without that it must not be left behind.
process.stdin.once('end', () => process.exit(0)).resume();
const ready = { event: 'ready', url: host.http?.url ?? '', token: host.token ?? '', pid: process.pid };
process.stdout.write(`${JSON.stringify(ready)}\n`);
