/** Prints which modules of the SDK are loaded before and after the first server starts, and that it then answers. */
import { registerHooks } from 'node:module';

let loaded = 0;
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (found.url.includes('/node_modules/@modelcontextprotocol/')) loaded += 1;
    return found;
  },
});

const { McpWorld, scripted } = await import('../../tools/mcp/world.ts');
await using world = new McpWorld();
const off = world.add('off', scripted(), false);
const before = loaded;
world.mcp.enable(off.id, true);
await world.ready('off');
const answer = await world.answer('off__say', { text: 'without code out of text' });
process.stdout.write(JSON.stringify({ before, after: loaded > 0, answer }));
