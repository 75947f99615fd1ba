import { expect, it } from 'vitest';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { startGateway } from '../../lib/gateway.ts';

it('a link whose adapter cannot be made says so and is made when that is mended (a link that shows "off" for ever)', async () => {
  let broken = false;
  const wrap = (ports: GatewayPorts): GatewayPorts => ({
    ...ports,
    createChannel: (seed) =>
      broken && seed.link.id === 'bot' ? Promise.reject(new Error('no such chunk')) : ports.createChannel(seed),
  });
  await using test = await startGateway({ wrap, errors: ['link.not-made'] });
  broken = true;
  await test.gateway.links.update('bot', { enabled: false });
  await test.gateway.links.update('bot', { enabled: true });
  const { state } = test.gateway.links.get('bot') ?? {};
  expect(state).toMatchObject({ kind: 'retrying', attempt: 1, reason: { code: 'host.bug' } });
  broken = false;
  await test.drive(test.until(() => test.gateway.links.get('bot')?.state.kind, 'up'));
  expect(test.gateway.links.channel('bot')).not.toBeNull();
});
