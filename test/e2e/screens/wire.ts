/* The connection between a page and its host, as a bad day makes it: answers that are late, or none at all. */
import type { Page, WebSocketRoute } from '@playwright/test';
import type { ClientFrame, ServerFrame } from '../../../preload/contract/bridge.ts';
import type { CommandName } from '../../../preload/contract/commands.ts';
import type { Reason } from '../../../preload/contract/reasons.ts';

export interface Wire {
  /** Answers to these are kept back from now on; without names: to everything but the greeting. */
  readonly hold: (...names: readonly CommandName[]) => void;
  /** Hands out what was kept back. */
  readonly release: () => void;
  /** These calls are refused, in the gateway's place. */
  readonly refuse: (name: CommandName, reason: Reason) => void;
  /** Nothing gets through, and nobody answers, until it is mended. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** To be called before the page is opened. */
export async function wireOf(page: Page): Promise<Wire> {
  const sockets = new Set<WebSocketRoute>();
  const refusals = new Map<CommandName, Reason>();
  let held: readonly (() => void)[] = [];
  let holds: (name: CommandName) => boolean = () => false;
  let down = false;
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    if (down) {
      void socket.close({ code: 1001 });
      return;
    }
    const host = socket.connectToServer();
    const asked = new Map<number, CommandName>();
    sockets.add(socket);
    socket.onMessage((text) => {
      const frame = JSON.parse(String(text)) as ClientFrame;
      if (frame.kind === 'call') {
        const name = frame.name as CommandName;
        asked.set(frame.id, name);
        const reason = refusals.get(name);
        if (reason !== undefined) {
          socket.send(JSON.stringify({ kind: 'answer', id: frame.id, outcome: { ok: false, reason } }));
          return;
        }
      }
      host.send(text);
    });
    host.onMessage((text) => {
      const frame = JSON.parse(String(text)) as ServerFrame;
      const name = frame.kind === 'answer' ? asked.get(frame.id) : undefined;
      if (name !== undefined && holds(name)) held = [...held, () => socket.send(text)];
      else socket.send(text);
    });
  });
  return {
    hold: (...names) => {
      holds = (name) => (names.length === 0 ? name !== 'host.get' : names.includes(name));
    },
    release: () => {
      holds = () => false;
      for (const send of held) send();
      held = [];
    },
    refuse: (name, reason) => void refusals.set(name, reason),
    cut: () => {
      down = true;
      for (const socket of sockets) void socket.close({ code: 1001 });
      sockets.clear();
    },
    mend: () => {
      down = false;
    },
  };
}
