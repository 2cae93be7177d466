// npm run soak -- [MINUTES [SEED]]: full load with the capture profile changing each second; the books must balance and nothing may grow. Needs root and a built agent.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Interrupted, the run itself cleans up and ends; this waits for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
const run = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', 'tests/soak/run.ts', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exitCode = run.status ?? 1;
