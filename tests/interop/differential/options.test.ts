// Every option of the command line beside sysdig.
import { fileURLToPath } from 'node:url';
import { differential, toldDifferences } from './harness.ts';

const DEMO = fileURLToPath(new URL('../../../extension/media/demo.scap', import.meta.url));
const cases: readonly (readonly string[])[] = [[], ['-n', '5'], ['-S', '-q'], ['-ta', '-n5'], ['-j', '-n5'], ['--version-x']];
for (const args of cases) differential(args.join(' ') || '(none)', { capture: DEMO, args });
toldDifferences(['summary-ties']);
