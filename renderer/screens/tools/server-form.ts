/** The form of a server: from what is stored, to what is sent, and what is wrong with a line meanwhile. Pure. */
import type {
  McpServerDraft,
  McpServerView,
  McpValueDraft,
  McpValueView,
} from '../../../preload/contract/agent-views.ts';
import type { Words } from '../../i18n.ts';

/** A line of the environment, or a header. */
export interface ValueLine {
  readonly key: number;
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
  /** What is stored of it: a secret that is left as it is goes on under its name. */
  readonly stored: McpValueView | null;
}

export interface ServerForm {
  readonly name: string;
  readonly kind: 'stdio' | 'http';
  readonly command: string;
  /** One on each line. */
  readonly args: string;
  readonly env: readonly ValueLine[];
  readonly url: string;
  readonly headers: readonly ValueLine[];
}

const empty: ServerForm = { name: '', kind: 'stdio', command: '', args: '', env: [], url: '', headers: [] };

export function serverFormOf(stored: McpServerView | null): ServerForm {
  if (stored === null) return empty;
  const { name, endpoint } = stored;
  return endpoint.kind === 'stdio'
    ? {
        ...empty,
        name,
        kind: 'stdio',
        command: endpoint.command,
        args: endpoint.args.join('\n'),
        env: endpoint.env.map(lineOf),
      }
    : { ...empty, name, kind: 'http', url: endpoint.url, headers: endpoint.headers.map(lineOf) };
}

function lineOf(view: McpValueView, key: number): ValueLine {
  return { key, name: view.name, value: view.value ?? '', secret: view.secret, stored: view };
}

/** One more line at the end. Kept secret unless somebody says otherwise: most of what stands there is a key. */
export function withLine(lines: readonly ValueLine[]): readonly ValueLine[] {
  const key = Math.max(-1, ...lines.map((line) => line.key)) + 1;
  return [...lines, { key, name: '', value: '', secret: true, stored: null }];
}

/** The stored secret goes on as it is. */
export function keepsSecret({ name, value, secret, stored }: ValueLine): boolean {
  return value === '' && secret && stored?.secret === true && stored.name === name.trim();
}

function isBlank({ name, value, stored }: ValueLine): boolean {
  return name.trim() === '' && value === '' && stored === null;
}

/** What is wrong with a line; null when nothing is, also for one that nobody has begun. Headers are alike whatever their case. */
export function lineTrouble(line: ValueLine, lines: readonly ValueLine[], kind: ServerForm['kind']): Words | null {
  const nameOf = ({ name }: ValueLine): string => (kind === 'http' ? name.trim().toLowerCase() : name.trim());
  if (isBlank(line)) return null;
  if (nameOf(line) === '') return 'mcp.nameMissing';
  if (lines.some((other) => other.key < line.key && nameOf(other) === nameOf(line))) return 'mcp.nameTwice';
  // What was a secret is not known here any more, so that it cannot become plain by itself.
  const wanted = line.secret || line.stored?.secret === true;
  if (wanted && line.value === '' && !keepsSecret(line)) return 'mcp.valueMissing';
  return null;
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** The address is there and cannot be one. */
export function addressTrouble({ url }: ServerForm): Words | null {
  return url.trim() === '' || isAddress(url.trim()) ? null : 'mcp.urlShape';
}

/** A whole command line in the place of the command: what follows the first blank belongs below. Null when it is none. */
export function splitCommand({ command, args }: ServerForm): Pick<ServerForm, 'command' | 'args'> | null {
  const [program = '', ...rest] = command.trim().split(/\s+/);
  // A path may hold blanks; so may an argument in quotation marks, which only a person splits rightly.
  if (rest.length === 0 || args.trim() !== '' || /["'\\/]/.test(program) || /["']/.test(command)) return null;
  return { command: program, args: rest.join('\n') };
}

/** What is sent; null as long as something is missing. */
export function serverDraftOf(form: ServerForm, id: string | null): McpServerDraft | null {
  const lines = form.kind === 'stdio' ? form.env : form.headers;
  const name = form.name.trim();
  if (name === '' || lines.some((line) => lineTrouble(line, lines, form.kind) !== null)) return null;
  const values = lines.filter((line) => !isBlank(line)).map(valueOf);
  const which = id === null ? {} : { id };
  if (form.kind === 'http') {
    const url = form.url.trim();
    return isAddress(url) ? { ...which, name, endpoint: { kind: 'http', url, headers: values } } : null;
  }
  const command = form.command.trim();
  const args = form.args
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return command === '' ? null : { ...which, name, endpoint: { kind: 'stdio', command, args, env: values } };
}

function valueOf(line: ValueLine): McpValueDraft {
  const { secret, value } = line;
  const name = line.name.trim();
  return keepsSecret(line) ? { name, secret } : { name, secret, value };
}
