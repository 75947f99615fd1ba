/**
 * The proxy for the WebSocket. The library below takes no notice of the process's proxy for HTTP, so it is given an agent
 * of its own; Node tunnels it with CONNECT (`proxyEnv`, since Node 24.5) and honours NO_PROXY.
 */
import { Agent } from 'node:https';

const OURSELVES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * What the environment says about proxies (HTTPS_PROXY and NO_PROXY, either case): an agent for one connection to a
 * `wss:` address, undefined for none. A proxy that is not a URL is none; the host says so (main/api/machine.ts). A plain
 * `ws:` address is a server of one's own and reached directly, and so is this machine.
 */
export function proxyAgent(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): Agent | undefined {
  const get = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const proxy = get('HTTPS_PROXY');
  if (!address.startsWith('wss:') || !URL.canParse(proxy)) return undefined;
  const direct = [get('NO_PROXY'), ...OURSELVES].filter((part) => part !== '').join(',');
  return new Agent({ proxyEnv: { HTTPS_PROXY: proxy, NO_PROXY: direct } });
}
