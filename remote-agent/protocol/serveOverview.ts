// Answers questions for the overview out of a session.
import type { CancellationToken } from 'vscode-jsonrpc';
import { overviewOf } from '../engine/overview/overview.ts';
import type { Session } from '../engine/session/session.ts';
import type { OverviewParams, OverviewResult } from './messages.ts';
import { packNumbers } from './packing.ts';

/** Events looked at before others get their turn, and turns until an answer is given. */
const PACE = { budget: 8_000, turns: 40 };
const MAX_FINDINGS = 200;

/** `pause` lets everything else that waits have its turn. */
export async function answerOverview(session: Session, params: OverviewParams, token: CancellationToken, pause: () => Promise<void>, { budget, turns } = PACE): Promise<OverviewResult> {
  const overview = overviewOf(session);
  for (let turn = 0; turn < turns && !overview.advance(budget) && !token.isCancellationRequested; turn++) await pause();
  const { startNs, endNs, points, metrics } = params;
  const { series, ...answer } = overview.query({ startNs, endNs, points, metrics });
  const { findings, total, untold } = overview.findings(startNs, endNs, Math.max(0, Math.min(MAX_FINDINGS, params.findings)));
  return { ...answer, series: series.map(({ values, ...rest }) => ({ ...rest, values: packNumbers(values) })), findings, totalFindings: total, untold };
}
