// npm stop: takes away what `npm start` has brought up, from any shell, also after a crash.
import { endProcess, main, say } from './lib.mjs';
import { forget, recall, stopAll } from './running.mjs';

await main(async () => {
  const start = recall('start');
  // A start that is still there takes its own things away when it is asked to end.
  if (start && start.pid !== process.pid) await endProcess(start.pid, 40_000);
  await stopAll();
  forget('start');
  say('done     nothing of the demonstration is left running');
});
