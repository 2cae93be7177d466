// npm run fuzz -- [MINUTES [SEED]]: damages captures by chance and reads them. What breaks is kept in .build/fuzz; --repeat FILE reads one such file again.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = spawnSync(process.execPath, ['--import', 'tsx', 'tests/fuzz/run.ts', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exitCode = run.status ?? 1;
