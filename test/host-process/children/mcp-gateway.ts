/** A process with two servers, one of which heeds nothing; prints the processes of both, and is then killed by a test. */
import { McpWorld } from '../../tools/mcp/world.ts';

const world = new McpWorld();
world.addScripted('tame');
world.addScripted('stubborn', { stubborn: true });
await Promise.all([world.ready('tame'), world.ready('stubborn')]);
const tools = ['tame__pid', 'tame__child', 'stubborn__pid', 'stubborn__child'];
const answers: number[] = [];
for (const tool of tools) answers.push(Number(await world.answer(tool)));
process.stdout.write(`${JSON.stringify(answers)}\n`);
setInterval(() => undefined, 60_000);
