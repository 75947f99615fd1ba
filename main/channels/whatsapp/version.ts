/**
 * Which version of WhatsApp's web client we say we are (docs/whatsapp-protocol.md, Introducing ourselves). The
 * library's own ages out within weeks: the server then refuses (405) or does not let phones link. So WhatsApp's page is
 * asked, and what a login went well with is kept.
 *
 *   accepted within a day   taken without asking
 *   else                    asked, 3 s; what is answered holds for a day
 *   no answer               what was accepted last, else what the library came with, whichever is newer
 *   refused                 asked again, however fresh
 */
import type { WAVersion } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Versions } from './ground.ts';
import type { Identity, Library, Server } from './parts.ts';

export interface VersionDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The script that WhatsApp's page starts with; it names the revision of the client. */
const page = 'https://web.whatsapp.com/sw.js';
const factName = 'version';
const askLimit: Millis = 3000;
const freshFor: Millis = 24 * 60 * 60_000;
/** Far more than the script has. */
const mostBytes = 1024 * 1024;
/** Only to a browser that opens the page the script is given. */
const headers = {
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

interface Known {
  readonly revision: number;
  readonly at: Millis;
}

/**
 * The versions to connect to `server` with. A server that is not public is never asked about. `facts` is null while the
 * link has no identity: nothing is kept then.
 */
export function createVersions(
  deps: VersionDeps,
  library: Pick<Library, 'DEFAULT_CONNECTION_CONFIG'>,
  server: Pick<Server, 'isPublic'>,
  facts: () => Identity['facts'] | null,
): Versions {
  const bundled = library.DEFAULT_CONNECTION_CONFIG.version;
  const isFresh = (known: Known | null): known is Known => {
    const age = known === null ? freshFor : deps.clock.now() - known.at;
    return age >= 0 && age < freshFor;
  };
  /** What the page answered last in this run. */
  let told: Known | null = null;
  const learn = async (): Promise<void> => {
    const revision = await ask(deps);
    if (revision !== null) told = { revision, at: deps.clock.now() };
  };
  const accepted = (): Known | null => knownIn(facts()?.get(factName) ?? '');
  return {
    async current() {
      if (!server.isPublic) return bundled;
      const good = accepted();
      if (!isFresh(told) && (told !== null || !isFresh(good))) await learn();
      const revision = told?.revision ?? Math.max(good?.revision ?? 0, bundled[2]);
      return versionOf(revision, bundled);
    },
    async renew() {
      if (server.isPublic) await learn();
    },
    accepted([, , revision]) {
      if (server.isPublic) keep(deps, facts(), { revision, at: deps.clock.now() });
    },
  };
}

function versionOf(revision: number, [major, minor]: WAVersion): WAVersion {
  return [major, minor, revision];
}

/** Null when there is no answer, or none that makes sense. */
async function ask({ fetch, clock, log }: VersionDeps): Promise<number | null> {
  const late = new AbortController();
  using _timer = clock.after(askLimit, () => late.abort(new Error('no answer in 3 s')));
  try {
    const response = await fetch(page, { headers, redirect: 'error', signal: late.signal });
    const revision = response.ok ? revisionIn(await textOf(response.body)) : null;
    if (revision === null) log.write('info', 'whatsapp.version-not-told', { status: response.status });
    return revision;
  } catch (error) {
    log.write('info', 'whatsapp.version-not-asked', { error: describeError(error) });
    return null;
  }
}

async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('the page is longer than it can be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Between quotes that may be escaped, since the script has it within a text. */
function revisionIn(text: string): number | null {
  const revision = Number(/\\?"client_revision\\?":\s*(\d{6,12})/.exec(text)?.[1]);
  return Number.isSafeInteger(revision) && revision > 0 ? revision : null;
}

function knownIn(text: string): Known | null {
  const match = /^(\d{6,12}) (\d{1,15})$/.exec(text);
  return match === null ? null : { revision: Number(match[1]), at: Number(match[2]) };
}

/** A disk that refuses is noticed by the connection; the version is as good. */
function keep({ log }: VersionDeps, facts: Identity['facts'] | null, { revision, at }: Known): void {
  try {
    facts?.put(factName, `${String(revision)} ${String(at)}`);
  } catch (error) {
    log.write('warn', 'whatsapp.version-not-kept', { error: describeError(error) });
  }
}
