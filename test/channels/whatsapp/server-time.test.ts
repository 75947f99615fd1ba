/* Messages are dated by the service; what is late or older than the link is decided by this machine's clock. */
import { describe, expect, it } from 'vitest';
import { ServerTime } from '../../../main/channels/whatsapp/server-time.ts';
import type { InboundMessage } from '../../../main/gateway/channel.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { SOON, startLinked, type WhatsAppLink } from './link.ts';

const noon = 1_750_000_000_000;
const hour = 3_600_000;

/** The service's time is noon at a login, and the machine's is off by `ahead`. */
function greeted(ahead: number) {
  const clock = new ManualClock(noon + ahead);
  const time = new ServerTime(clock);
  time.greeted(String(noon / 1000));
  return { clock, time };
}

describe('the service’s time', () => {
  it.each([0, 400, 1_900, -900])('is left as it is where the clocks agree (%i ms)', (ahead) => {
    const { clock, time } = greeted(ahead);
    expect(time.here(noon - 5_000)).toBe(noon - 5_000);
    clock.advance(hour);
    expect(time.here(noon + hour)).toBe(noon + hour);
  });

  it.each([hour, -hour, 10_000, -10_000])('is moved where the machine’s clock is off by %i ms', (ahead) => {
    const { clock, time } = greeted(ahead);
    clock.advance(5_000);
    const here = time.here(noon + 3_000);
    expect(Math.abs(here - (noon + ahead + 3_000))).toBeLessThanOrEqual(1_000);
    expect(here % 1000).toBe(0);
  });

  it('follows a clock that is set right in the middle, and one that is set wrong', () => {
    const { clock, time } = greeted(hour);
    clock.advance(60_000);
    clock.setWall(noon + 60_000);
    expect(time.here(noon + 59_000)).toBe(noon + 59_000);
    clock.setWall(noon - hour);
    expect(Math.abs(time.here(noon + 59_000) - (noon - hour - 1_000))).toBeLessThanOrEqual(1_000);
  });

  it('is never later than now, though a machine that slept has counted too little', () => {
    const { clock, time } = greeted(0);
    clock.setWall(noon + hour);
    expect(time.here(noon + hour)).toBe(noon + hour);
  });

  it.each([undefined, null, '', 'now', '-5', '0', '1e400', 1_750_000_000])('is not learnt from %o', (t) => {
    const time = new ServerTime(new ManualClock(noon + hour));
    time.greeted(t);
    expect(time.here(noon)).toBe(noon);
  });
});

it('a link on a machine whose clock is off hands on messages with times by that clock', async () => {
  const clock = new ManualClock(Date.now() + 5 * hour);
  await using link = await startLinkedAt(clock);
  const alice = link.server.contact({ name: 'Alice' });
  const before = clock.now();
  const said = alice.say('what time is it?');
  const isIt = ({ platformId }: InboundMessage): boolean => platformId === said.id;
  const { events } = await link.batches.waitFor((batch) => batch.events.some(isIt), SOON);
  const at = events.find(isIt)?.at ?? 0;
  expect(Math.abs(at - before)).toBeLessThan(30_000);
});

/** A link on a clock of its own, which stands still. */
function startLinkedAt(clock: ManualClock): Promise<WhatsAppLink> {
  return startLinked({ clock });
}
