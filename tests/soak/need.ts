// What the soak needs of a machine.
import { existsSync } from 'node:fs';
import { cannotRun } from '../../driver/test/recorder.ts';
import { BUILT_AGENT } from '../builtAgent.ts';
import { whyNoIds } from '../faults/probeFiles.ts';
import { cgroupMount } from './host.ts';

/** Why it cannot run here; undefined where it can. */
export function whyNoSoak(): string | undefined {
  return cannotRun() ?? whyNoIds() ?? (cgroupMount() === undefined ? 'no cgroup v2 in which to make groups' : !existsSync(BUILT_AGENT) ? 'dist/agent is not built (npm run build)' : undefined);
}
