// npm run soak -- [MINUTES [SEED]]: full load with the capture profile changing each second; the books must balance and nothing may grow. Needs root and a built agent.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', 'tests/soak/run.ts', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// Interrupted, the run itself cleans up and ends; this tells it, where the terminal has not, and waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { run.kill(signal); });
run.once('error', (error) => { process.stderr.write(`The soak cannot be started: ${error.message}\n`); process.exitCode = 1; });
run.once('exit', (code) => { process.exitCode = code ?? 1; });
