/* A window without a page: the contract over `/rpc`, as far as the bench needs it. */
import { WebSocket } from 'ws';
import { rpcPath, rpcProtocol, rpcTokenPrefix, type ServerFrame } from '../../preload/contract/bridge.ts';
import type { AnswerOf, CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import type { RunningHost } from './host.ts';
import { WrongAnswer } from './rows.ts';

export interface Rpc extends Disposable {
  /** The value; a refusal is a wrong answer. */
  call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<AnswerOf<Name>>;
  /** Called for every event from now on. */
  listen(heard: (event: GatewayEvent) => void): void;
}

/** Connects and subscribes to everything that happens from now on. */
export async function openRpc(host: RunningHost): Promise<Rpc> {
  const address = new URL(rpcPath, host.url.replace(/^http/, 'ws'));
  const socket = new WebSocket(address, [rpcProtocol, rpcTokenPrefix + host.token]);
  const waiting = new Map<number, (outcome: unknown) => void>();
  const listeners: ((event: GatewayEvent) => void)[] = [];
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame;
    if (frame.kind === 'event') for (const heard of listeners) heard(frame.event.event);
    else {
      waiting.get(frame.id)?.(frame.outcome);
      waiting.delete(frame.id);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const rpc: Rpc = {
    async call<Name extends CommandName>(name: Name, params: ParamsOf<Name>) {
      const id = ++last;
      const answer = new Promise<Outcome<Name>>((resolve) => {
        waiting.set(id, (outcome) => resolve(outcome as Outcome<Name>));
      });
      socket.send(JSON.stringify({ kind: 'call', id, name, params }));
      const outcome = await answer;
      if (!outcome.ok) throw new WrongAnswer(`${name} was refused: ${JSON.stringify(outcome.reason)}`);
      return outcome.value;
    },
    listen: (heard) => void listeners.push(heard),
    [Symbol.dispose]: () => socket.terminate(),
  };
  const { seq } = await rpc.call('host.get', {});
  socket.send(JSON.stringify({ kind: 'subscribe', since: seq }));
  return rpc;
}
