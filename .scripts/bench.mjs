// npm run bench: builds, then runs every benchmark. Standard output holds the results alone, one line of JSON each.
import { at, main, show, UserError } from './lib.mjs';

await main(async () => {
  // What setup and build have to say goes to standard error, so that results can be piped.
  const toStderr = { stdio: ['ignore', process.stderr, 'inherit'] };
  for (const [script, ...args] of [['setup.mjs', 'start'], ['build.mjs']]) {
    if (await show(process.execPath, [at('.scripts', script), ...args], toStderr) !== 0) throw new UserError(`${script} did not succeed; its output is above.`);
  }
  process.exitCode = await show(process.execPath, ['--import', import.meta.resolve('tsx'), at('tests/bench/run.ts'), ...process.argv.slice(2)]);
});
