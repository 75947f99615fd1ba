/* node test/emulators/openai/main.ts [--port N] [--delay-first-ms N] [--key K]… [--model M]… [--keep N] */
import { runStandalone } from '../lib/standalone.ts';
import { echo, startOpenAi } from './server.ts';

await runStandalone(['delay-first-ms', 'key', 'model', 'keep'], async ({ port, values, number }) => {
  const keys = values('key');
  const models = values('model');
  const emulator = await startOpenAi({
    port,
    keepRequests: number('keep', 5000),
    ...(keys.length > 0 ? { keys } : {}),
    ...(models.length > 0 ? { models } : {}),
  });
  const delay = number('delay-first-ms', 0);
  if (delay > 0) {
    emulator.script((call) => ({
      ...echo(call),
      firstTokenGate: new Promise((resolve) => {
        setTimeout(resolve, delay);
      }),
    }));
  }
  return emulator;
});
