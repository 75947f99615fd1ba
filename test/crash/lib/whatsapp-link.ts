/** Linking a host with a phone of the emulator, as its owner would: from the window. */
import type { LinkStateView, LinkView } from '../../../preload/contract/views.ts';
import type { WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import type { RpcClient } from '../../lib/headless.ts';
import { found } from './found.ts';

/** Longest wait for a state, in milliseconds. */
const patience = 60_000;

/** Waits, by the host's own events, until the link is so. */
export async function linkIs(
  window: RpcClient,
  id: string,
  fits: (state: LinkStateView, link: LinkView) => boolean,
): Promise<LinkView> {
  let seen: LinkStateView | undefined;
  return found(
    window,
    () => `link ${id} stays ${JSON.stringify(seen)}`,
    async () => {
      const link = (await window.value('links.list', {})).find((one) => one.id === id);
      seen = link?.state;
      return link !== undefined && fits(link.state, link) ? link : undefined;
    },
  );
}

/** The text of the QR code that the window shows now. */
export async function shownQr(window: RpcClient, id: string): Promise<string> {
  const { state } = await linkIs(window, id, (shown) => qrOf(shown) !== undefined);
  return qrOf(state) ?? '';
}

function qrOf(state: LinkStateView): string | undefined {
  return state.kind === 'pairing' && state.step.kind === 'show-qr' ? state.step.text : undefined;
}

/** Pairs by QR code, and waits until the device has what a new one is given. */
export async function linkPhone(window: RpcClient, emulator: WhatsAppEmulator, id: string): Promise<void> {
  await window.value('links.pair', { link: id });
  const outcome = await emulator.phone().scan(await shownQr(window, id));
  if (outcome.kind !== 'linked') throw new Error(`the phone refuses: ${outcome.reason}`);
  await settledLink(window, emulator, id);
}

/** Waits until the link is up, and everything that waited for the device has come to it. */
export async function settledLink(window: RpcClient, emulator: WhatsAppEmulator, id: string): Promise<void> {
  await linkIs(window, id, ({ kind }) => kind === 'up');
  const { companion } = emulator.phone();
  await emulator
    .phone()
    .receipts.waitFor(({ type, from }) => type === 'hist_sync' && from === companion.numberAddress, {
      timeoutMs: patience,
    });
}
