/**
 * One link and its adapter. Starting and stopping happen strictly one after the other, so that the old connection has
 * always ended before a new one begins; a fault stays inside its link.
 */
import type { Channel, ChannelSeed, InboundBatch, LinkIdentity, LinkState } from '../channel.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkStatus } from './types.ts';
import { describeError } from '../log.ts';
import type { Capabilities, LinkId, LinkKind, LinkRow, Millis } from '../types.ts';

export type ReceiveFromLink = (link: LinkId, batch: InboundBatch) => Promise<void>;

/** The name under which a link's token is sealed. */
export const linkSecret = (id: LinkId): string => `link/${id}/token`;

const off: LinkState = { kind: 'off' };
/** Wait before an adapter that could not be made is made again, in milliseconds. */
const remakeAfter = 30_000;

export class LinkSupervisor {
  row: LinkRow;
  /** A file says whom the link answers: the window does not change it. */
  modeByFile = false;
  channel: Channel | null = null;
  lastInAt: Millis | null = null;
  lastOutAt: Millis | null = null;
  readonly #ports: GatewayPorts;
  readonly #changed: (link: LinkId, cameUp: boolean) => void;
  #state: LinkState = off;
  #since: Millis;
  #watching: DisposableStack | null = null;
  #queue: Promise<void> = Promise.resolve();

  /** `changed` is called after each change of what the window shows of the link; `cameUp`: a send is worth trying now. */
  constructor(ports: GatewayPorts, row: LinkRow, changed: (link: LinkId, cameUp: boolean) => void) {
    this.#ports = ports;
    this.row = row;
    this.#changed = changed;
    this.#since = ports.clock.now();
  }

  status(): LinkStatus {
    const { row, lastInAt, lastOutAt } = this;
    return { row, state: this.#state, since: this.#since, lastInAt, lastOutAt };
  }

  /** Connects if the link is on. Resolves when the adapter was told to start, not when it is up. */
  begin(receive: ReceiveFromLink): Promise<void> {
    return this.#inTurn(() => this.#begin(receive));
  }

  /** Resolves when the connection has ended. */
  end(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  async #begin(receive: ReceiveFromLink): Promise<void> {
    const { row } = this;
    const { storage, secrets } = this.#ports;
    if (!row.enabled) return this.#setState(off);
    const sealed = storage.read.secrets.get(linkSecret(row.id));
    const secret = sealed === null ? null : secrets.open(linkSecret(row.id), sealed);
    const needsSecret = row.kind === 'telegram';
    if (secret === null && needsSecret) {
      return this.#setState({
        kind: 'signed-out',
        reason: { code: 'link.secret-unreadable', params: { link: row.name } },
      });
    }
    const channel = await this.#make({
      link: row,
      secret,
      cursor: (account) => storage.read.links.cursor(row.id, account),
    });
    if (channel === null) return this.#tryAgain(receive);
    this.channel = channel;
    this.#watching = new DisposableStack();
    this.#watching.use(channel.state.subscribe((state) => this.#setState(state)));
    this.#watching.use(channel.identity.subscribe((identity) => this.#setIdentity(identity)));
    if (channel.capabilities !== undefined) {
      this.#watching.use(channel.capabilities.subscribe((capabilities) => this.#setCapabilities(capabilities)));
    }
    channel.start((batch) => receive(row.id, batch));
    this.#setState(channel.state.value);
  }

  async #make(seed: ChannelSeed): Promise<Channel | null> {
    try {
      return await this.#ports.createChannel(seed);
    } catch (error) {
      this.#ports.log.write('error', 'link.not-made', { link: this.row.id, error: describeError(error) });
      return null;
    }
  }

  /** The adapter itself could not be loaded: a fault of the installation, which may be mended while we run. */
  #tryAgain(receive: ReceiveFromLink): void {
    const { clock } = this.#ports;
    const at = clock.now() + remakeAfter;
    const attempt = this.#state.kind === 'retrying' ? this.#state.attempt + 1 : 1;
    this.#setState({ kind: 'retrying', at, attempt, reason: { code: 'host.bug' } });
    this.#watching = new DisposableStack();
    this.#watching.use(clock.after(remakeAfter, () => void this.begin(receive)));
  }

  async #end(): Promise<void> {
    await this.channel?.stop();
    this.#watching?.dispose();
    this.#watching = null;
    this.channel = null;
  }

  #setState(state: LinkState): void {
    const before = this.#state;
    const { kind } = this.row;
    const cameUp =
      (state.kind === 'up' && before.kind !== 'up') || (isTriable(kind, state) && !isTriable(kind, before));
    if (state.kind !== this.#state.kind) {
      this.#since = this.#ports.clock.now();
      const why = 'reason' in state ? state.reason.code : null;
      this.#ports.log.write('info', 'link.state', { link: this.row.id, state: state.kind, reason: why });
    }
    this.#state = state;
    this.#changed(this.row.id, cameUp);
  }

  #setIdentity(identity: LinkIdentity | null): void {
    const { row } = this;
    if (identity === null) return;
    const device = identity.device ?? null;
    const { account, name, handle } = identity;
    if (row.account === account && row.name === name && row.handle === handle && row.device === device) return;
    // Another account behind the same link is a new link: nothing older than this moment is answered. So is the first
    // one of a link that had to be paired: until now there was none.
    const isNew = row.account !== account && (row.account !== null || row.kind === 'whatsapp');
    this.row = { ...row, account, name, handle, device, linkedAt: isNew ? this.#ports.clock.now() : row.linkedAt };
    this.#changed(row.id, false);
    const stored = this.#ports.storage.note((tables) => tables.links.put(this.row));
    void this.#logged('link.identity-not-stored', stored);
  }

  #setCapabilities(capabilities: Capabilities): void {
    if (sameCapabilities(capabilities, this.row.capabilities)) return;
    this.row = { ...this.row, capabilities };
    this.#ports.log.write('info', 'link.capabilities', { link: this.row.id, ...capabilities });
    const stored = this.#ports.storage.note((tables) => tables.links.put(this.row));
    void this.#logged('link.capabilities-not-stored', stored);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#logged('link.failed', this.#queue.then(work));
    this.#queue = run;
    return run;
  }

  async #logged(event: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#ports.log.write('error', event, { link: this.row.id, error: describeError(error) });
    }
  }
}

/** Whether a send has a chance: where messages are polled for, the poll's troubles need not be the sends'. */
export function isTriable(kind: LinkKind, state: LinkState): boolean {
  return isSending(kind, state) || (state.kind === 'retrying' && kind !== 'whatsapp');
}

/** What goes out goes out, though another program takes what comes in; but not where both need the one connection. */
export function isSending(kind: LinkKind, state: LinkState): boolean {
  return state.kind === 'up' || (state.kind === 'conflict' && kind !== 'whatsapp');
}

/** A link that nobody has paired yet: it waits for its owner, and nothing is wrong. */
export function isUnpaired({ account }: Pick<LinkRow, 'account'>, state: LinkState): boolean {
  return account === null && state.kind === 'signed-out' && state.reason.code === 'link.not-linked';
}

function sameCapabilities(left: Capabilities, right: Capabilities): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => left[name] === right[name]);
}
