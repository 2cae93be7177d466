// The list of features, one line each. Each registers what it contributes and nothing of another's.
import type { Ctx } from './context.ts';
import { registerCaptures } from './features/captures/index.ts';
import { registerChiselDebug } from './features/chiselDebug/index.ts';
import { registerChisels } from './features/chisels/index.ts';
import { registerConnect } from './features/connect/index.ts';
import { registerContainers } from './features/containers/index.ts';
import { registerCounters } from './features/counters/index.ts';
import { registerHosts } from './features/hosts/index.ts';
import { registerOverview } from './features/overview/index.ts';
import { registerPreview } from './features/preview/index.ts';
import { registerProbe } from './features/probe/index.ts';
import { registerRecording } from './features/recording/index.ts';
import { registerStatus } from './features/status/index.ts';
import { registerTimeline } from './features/timeline/index.ts';
import { registerViews } from './features/views/index.ts';
import { registerWaiting } from './features/waiting/index.ts';
import { errorText } from './base/text.ts';
import { registerLanguage } from './language/client.ts';

const FEATURES: readonly (readonly [name: string, register: (ctx: Ctx) => void | Promise<void>])[] = [
  ['timeline', registerTimeline],
  ['hosts', registerHosts],
  ['captures', registerCaptures],
  ['containers', registerContainers],
  ['waiting', registerWaiting],
  ['counters', registerCounters],
  ['probe', registerProbe],
  ['recording', registerRecording],
  ['status', registerStatus],
  ['chisels', registerChisels],
  ['overview', registerOverview],
  ['views', registerViews],
  ['preview', registerPreview],
  ['chiselDebug', registerChiselDebug],
  ['language', registerLanguage],
  // Last: it may connect at once, and the others want to see that.
  ['connect', registerConnect],
];

/** Starts every feature; one that breaks is logged and does not keep the others from starting. */
export async function startFeatures(ctx: Ctx): Promise<void> {
  for (const [name, register] of FEATURES) {
    try { await register(ctx); } catch (error) { ctx.log.error(`The feature "${name}" could not be started: ${error instanceof Error ? error.stack ?? error.message : errorText(error)}`); }
  }
}
