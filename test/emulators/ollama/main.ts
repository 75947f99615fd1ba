/* node test/emulators/ollama/main.ts [--port N] [--delay-first-ms N] [--model M]… [--keep N] */
import { runStandalone } from '../lib/standalone.ts';
import { echo, startOllama } from './server.ts';

await runStandalone(['delay-first-ms', 'model', 'keep'], async ({ port, values, number }) => {
  const models = values('model').map((name) => ({ name }));
  const emulator = await startOllama({
    port,
    keepRequests: number('keep', 5000),
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
