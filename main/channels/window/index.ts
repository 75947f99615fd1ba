/**
 * The two built-in links, which have no platform behind them: `window`, the owner's own chats, and `api`, the
 * OpenAI-compatible door. Whoever shows them reads the committed parts, so sending is done as soon as it is asked for.
 */
import type { Channel, ChannelSeed, ChannelTraits, LinkState } from '../../gateway/channel.ts';
import type { Clock, Ids } from '../../gateway/clock.ts';
import type { Observable } from '../../lib/observable.ts';
import { subject } from '../../lib/observable.ts';
import { reason } from '../../../preload/contract/reasons.ts';

export interface BuiltInDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The link `window`: whoever writes there is the owner. */
export function createWindowChannel(deps: BuiltInDeps, seed: ChannelSeed): Channel {
  return createBuiltIn(deps, seed, 'window', true);
}

/** The link `api`: its callers are guests. */
export function createApiChannel(deps: BuiltInDeps, seed: ChannelSeed): Channel {
  return createBuiltIn(deps, seed, 'api', false);
}

function createBuiltIn(deps: BuiltInDeps, seed: ChannelSeed, kind: 'window' | 'api', ownerOnly: boolean): Channel {
  const traits: ChannelTraits = {
    maxPart: Number.MAX_SAFE_INTEGER,
    pacing: null,
    live: true,
    ownerOnly,
    buttons: false,
  };
  const switched = subject<boolean>(false);
  const { id, name } = seed.link;
  return {
    kind,
    traits,
    state: stateOf(switched, deps.clock),
    identity: subject({ account: id, name, handle: null }),
    // What comes in here is handed to the gateway by main/api itself, so there is nobody to listen to.
    start: () => switched.set(true),
    async stop() {
      switched.set(false);
    },
    reconnect: () => undefined,
    render: ({ source }) => (source === '' ? [] : [{ format: 'markdown', text: source, plain: source }]),
    newPartId: () => null,
    async send(_to, _part, _options, signal) {
      if (signal.aborted) return { kind: 'not-sent', reason: reason('delivery.network') };
      return { kind: 'sent', ref: deps.ids.next() };
    },
  };
}

/** Up is proven by our being here: each reading carries the present moment. */
function stateOf(switched: Observable<boolean>, clock: Clock): Observable<LinkState> {
  const of = (on: boolean): LinkState => (on ? { kind: 'up', provenAt: clock.now() } : { kind: 'off' });
  return {
    get value() {
      return of(switched.value);
    },
    subscribe: (watch) => switched.subscribe((on) => watch(of(on))),
  };
}
