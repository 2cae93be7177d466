// The overview of a capture or a host: a page of its own.
import type { Ctx } from '../../context.ts';
import { SessionPages, targetOf } from '../captures/pages.ts';
import { OverviewPanel } from './page.ts';

export function registerOverview(ctx: Ctx): void {
  const pages = new SessionPages(ctx, { type: 'porthole.overview', title: 'Overview of', memoryKey: 'porthole.overviewsOpened', make: (panel, session) => new OverviewPanel(ctx, panel, session) });
  ctx.command('porthole.showOverview', async value => { await pages.of(targetOf(ctx, value)); });
}
