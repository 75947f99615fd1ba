/* Every way a connection ends, against the emulated service with the real library: the ladder of whatsapp.md 7. */
import { describe, expect, it } from 'vitest';
import { comesBack, isIn, isUp, next, startLinked, type WhatsAppLink } from './link.ts';

/** What the core was given of what was said. */
const texts = ({ batches }: WhatsAppLink): readonly string[] =>
  batches.items.flatMap(({ events }) => events.map(({ text }) => text));

describe('a link that stands', () => {
  it.each([
    ['is cut', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.drop()],
    ['is closed in order', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.close()],
    ['has its stream ended', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.endStream()],
    ['is told 503', 'link.server-error', (link: WhatsAppLink) => link.server.phone().companion.streamError(503)],
    ['is told 500', 'link.server-error', (link: WhatsAppLink) => link.server.phone().companion.streamError(500)],
  ] as const)('and %s waits a second and comes back by itself', async (_how, why, happen) => {
    await using link = await startLinked();
    const retrying = next(link, ({ kind }) => kind === 'retrying');
    happen(link);
    const at = link.clock.now() + 1000;
    expect(await retrying).toEqual({ kind: 'retrying', at, attempt: 1, reason: { code: why } });
    await comesBack(link);
  });
});
