/* What an agent has that was used for a while: servers of tools, notes, schedules. Put there by a second window. */
import { HttpMcpEmulator } from '../../emulators/mcp/http.ts';
import { RpcClient } from '../../lib/headless.ts';
import type { HeadlessHost } from '../web.ts';

const notes = [
  '# About me\n\n- I live by the sea and keep four hives on the roof\n- Short answers, metric units\n\n# Home\n\n- The key lies with Nora\n',
  '- 09:10 The lido closes at 20:00 now\n- 18:40 The blue folder goes to choir\n',
  '- 08:00 The radiator in the hall was bled\n',
] as const;

const plans = [
  ['Good morning', 'What is in my calendar today, and will it rain?', '30 7 * * 1-5'],
  ['Look at the hives', 'Remind me to look at the hives, and ask how they are.', '0 10 * * 6'],
  ['Rent', 'Remind me of the rent.', '0 9 L * *'],
  ['What did I learn?', 'Ask me what I learned this week.', '0 18 * * 0'],
  ['Water the plants', 'Remind me of the plants.', '0 19 * * 2,5'],
] as const;

export interface Toolbox extends AsyncDisposable {
  readonly far: HttpMcpEmulator;
}

/**
 * `one` of each, or `many`: then also a server whose key is refused, one that is not there, and one that is off, a fortnight
 * of notes, and a schedule that is paused.
 */
export async function furnish(host: HeadlessHost, amount: 'one' | 'many'): Promise<Toolbox> {
  await using undo = new AsyncDisposableStack();
  const far = undo.use(await HttpMcpEmulator.start({ token: 'right' }));
  using window = await new RpcClient(host.ready.url, host.ready.token).opened();
  const connect = async (name: string, url: string, key: string): Promise<string> => {
    const headers = [{ name: 'Authorization', secret: true, value: `Bearer ${key}` }];
    return (await window.value('mcp.save', { server: { name, endpoint: { kind: 'http', url, headers } } })).id;
  };
  await connect('Library', far.url, 'right');
  const many = amount === 'many';
  if (many) {
    await connect('Calendar', far.url, 'wrong');
    await connect('Weather', 'http://127.0.0.1:9/mcp', 'right');
    const old = await connect('Old notes', far.url, 'right');
    await window.value('mcp.setEnabled', { server: old, enabled: false });
  }
  const note = async (name: string, text: string): Promise<unknown> =>
    window.value('memory.save', { name, text, base: '' });
  await note('MEMORY.md', notes[0]);
  if (many) {
    for (let day = 8; day < 22; day++) {
      await note(`2026-11-${String(day).padStart(2, '0')}.md`, notes[1 + (day % 2)] ?? '');
    }
    await note('recipes.md', '# Sourdough\n\n75 % water, 2 % salt, 18 hours in the cold\n');
  }
  const { id: conversation } = await window.value('conversations.create', {});
  const ids: string[] = [];
  for (const [name, prompt, expression] of many ? plans : plans.slice(0, 1)) {
    const timing = { kind: 'cron', expression, timeZone: 'UTC' } as const;
    const schedule = { name, prompt, conversation, timing, quiet: null, catchUp: 'run-late' } as const;
    ids.push((await window.value('schedules.save', { schedule })).id);
  }
  const last = ids.at(-1);
  if (many && last !== undefined)
    await window.value('schedules.pause', { schedule: last, until: Number.MAX_SAFE_INTEGER });
  const owned = undo.move();
  return { far, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
