// The numbers of the overview beside what the command line counts for the same filters; and what it finds unusual in captures with known faults.
// More captures than the project's own: PORTHOLE_CAPTURES, or shared/captures beside the project.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCaptureFile } from '../capture/captureFile.ts';
import type { EventContext } from '../engine/event/context.ts';
import { METRICS, type Metric } from '../engine/overview/metrics.ts';
import { Overview } from '../engine/overview/overview.ts';
import { RULES } from '../engine/overview/rules.ts';
import { bindValue, findField } from '../engine/fields/index.ts';
import { compileFilter, parseFilter } from '../engine/filter/index.ts';
import type { Session } from '../engine/session/session.ts';
import { openCapture } from './captureInput.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = join(ROOT, 'extension', 'media', 'demo.scap');
const CAPTURES = process.env['PORTHOLE_CAPTURES'] ?? join(ROOT, '..', 'shared', 'captures');
const OTHERS = ['wordpress-small.scap', 'new-schema.scap', 'curl_google.scap', 'single_ipv6_conn.scap'].map((name) => join(CAPTURES, name));
const MAIN = join(ROOT, 'remote-agent', 'host', 'main.ts');

async function overviewed<T>(path: string, use: (overview: Overview, session: Session) => T | Promise<T>): Promise<T> {
  const file = await openCaptureFile(path, { agentVersion: 'test' });
  await file.done;
  try {
    const overview = new Overview(file.session);
    while (!overview.advance(1000));
    return await use(overview, file.session);
  } finally { file.close(); }
}
/** What the metric is over the whole range. */
function totals(overview: Overview, startNs = 0, endNs = Number.MAX_SAFE_INTEGER): Map<string, number> {
  return new Map(overview.query({ startNs, endNs, points: 60 }).series.map(({ id, total }) => [id, total]));
}

/** Counted the plain way: each event of the file in turn, each filter whole. */
async function plainly(path: string, range?: { readonly startNs: number; readonly endNs: number }): Promise<Map<string, number>> {
  const counts = new Map<string, number>(), seen = new Map<string, Set<unknown>>();
  const all = METRICS.map((metric) => {
    const filter = compileFilter(metric.filter), ref = metric.value.kind === 'count' ? undefined : findField(metric.value.field);
    if (!filter.ok) throw new Error(`${metric.id}: ${filter.error.message}`);
    counts.set(metric.id, 0);
    return { metric, test: filter.test, read: ref === undefined ? undefined : bindValue(ref) };
  });
  const input = await openCapture(path);
  await input.run((event) => {
    // Of a call that began before the capture, one who goes through it in order guesses the descriptor by what the thread did last; the history does not.
    const ctx: EventContext = Object.create(event, { thread: { value: undefined } }) as EventContext;
    if (range !== undefined && (ctx.tsNs < range.startNs || ctx.tsNs >= range.endNs)) return true;
    for (const { metric: { id, value }, test: passes, read } of all) {
      if (!passes(ctx)) continue;
      const before = counts.get(id) ?? 0;
      if (value.kind === 'count') counts.set(id, before + 1);
      else if (value.kind === 'sum') counts.set(id, before + Math.max(0, Number(read?.(ctx) ?? 0)));
      else { const set = seen.get(id) ?? new Set(), found = read?.(ctx); seen.set(id, set); if (found !== undefined) set.add(found); counts.set(id, set.size); }
    }
    return true;
  });
  return counts;
}

test('every metric and rule compiles, and says what it is once', () => {
  assert.equal(new Set(METRICS.map(({ id }) => id)).size, METRICS.length);
  assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  for (const { id, filter } of [...METRICS, ...RULES]) { const compiled = compileFilter(filter); assert.ok(compiled.ok, `${id}: ${compiled.ok ? '' : compiled.error.message}`); }
});

describe('the numbers are those of the filters', () => {
  for (const path of [DEMO, ...OTHERS]) {
    test(path.replace(/^.*\//, ''), { skip: existsSync(path) ? false : `there is no ${path}; set PORTHOLE_CAPTURES` }, () => overviewed(path, async (overview) => {
      const whole = overview.query({ startNs: 0, endNs: Number.MAX_SAFE_INTEGER, points: 60 });
      assert.equal(whole.fraction, 1);
      assert.ok(whole.series.every(({ values }) => values.length <= 60));
      assert.deepEqual(totals(overview), await plainly(path));
      for (const { id, total, values } of whole.series) if (METRICS.find((m) => m.id === id)?.value.kind !== 'distinct') assert.equal(values.reduce((a, b) => a + b, 0), total, id);
      // A part of it, as somebody brushes it: whole buckets, told exactly.
      const span = whole.endNs - whole.startNs, part = overview.query({ startNs: whole.startNs + span * 0.3, endNs: whole.startNs + span * 0.55, points: 60 });
      assert.ok(part.startNs > whole.startNs && part.endNs < whole.endNs, 'a part');
      assert.deepEqual(new Map(part.series.map(({ id, total }) => [id, total])), await plainly(path, part));
    }));
  }
});

test('the command line counts the same', () => overviewed(DEMO, (overview) => {
  const found = totals(overview), run = (args: readonly string[]): string[] => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, '-r', DEMO, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(status, 0, stderr);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const counted = ({ filter, value }: Metric): number => {
    if (value.kind === 'count') return run([filter]).length;
    const values = run(['-p', `%${value.field}`, filter]);
    return value.kind === 'sum' ? values.reduce((sum, text) => sum + Number(text), 0) : new Set(values).size;
  };
  // One of each kind, and what the rest hangs on; all others are compared above.
  for (const id of ['processes', 'failed', 'fileRead', 'connections', 'slow1', 'httpErrors']) {
    const metric = METRICS.find((each) => each.id === id);
    assert.ok(metric !== undefined && (found.get(id) ?? 0) > 0, `${id} shows something`);
    assert.equal(found.get(id), counted(metric), id);
  }
}));

test('the faults of the demonstration are found, each with the moment and a filter that shows it', () => overviewed(DEMO, (overview, session) => {
  const { findings, total, untold } = overview.findings(0, Number.MAX_SAFE_INTEGER, 100);
  assert.equal(total, findings.length);
  assert.equal(untold, 0);
  const short = findings.map(({ title, container, process, detail, count }) => `${title} | ${container} | ${process} | ${detail} | ${count}`);
  assert.deepEqual(short.slice(0, 3), ['Name look-up failed | porthole-demo-app-1 | app-worker-3 | warehouse: no answer | 2', 'Crashed | porthole-demo-worker-1 | job | SIGSEGV | 1', 'HTTP error | porthole-demo-web-1 | httpd | 404 Not Found | 3']);
  assert.deepEqual(short.filter((text) => / job /.test(text) && /SIGSEGV|signal/.test(text)), [short[1]], 'a crash is told once');
  for (const finding of findings) {
    const event = session.details(finding.row);
    assert.ok(event !== undefined && parseFilter(finding.filter).error === undefined, finding.filter);
    const search = session.count(0, Number.MAX_SAFE_INTEGER, finding.filter);
    while (!search.advance(100_000));
    // Of a look-up, the filter shows queries and answers.
    if (finding.rule === 'dns') assert.ok(search.result() >= finding.count); else assert.equal(search.result(), finding.count, finding.filter);
    const first = session.page({ startNs: 0, endNs: Number.MAX_SAFE_INTEGER, fromRow: finding.row, direction: 'forward', count: 1 }, finding.filter);
    while (!first.advance(100_000));
    assert.equal(first.result().rows[0]?.row, finding.row, `${finding.title} ${finding.detail}`);
  }
  // Of a part: what was before it is not told.
  const crash = findings.find(({ rule }) => rule === 'crash');
  const later = overview.findings((crash?.tsNs ?? 0) + 1e9, Number.MAX_SAFE_INTEGER, 100).findings;
  assert.ok(later.length > 0 && later.every(({ rule, tsNs }) => rule !== 'crash' && tsNs > (crash?.tsNs ?? 0)));
}));

test('a pass that goes on where it stopped sees what one pass sees', () => overviewed(DEMO, async (overview) => {
  const file = await openCaptureFile(DEMO, { agentVersion: 'test' });
  const early = new Overview(file.session);
  // While it is read.
  for (let ended = false; !ended; await new Promise((resolve) => { setImmediate(resolve); })) { early.advance(100); ended = file.session.progress >= 1; }
  while (!early.advance(100));
  assert.deepEqual(totals(early), totals(overview));
  assert.deepEqual(early.findings(0, 1e18, 100), overview.findings(0, 1e18, 100));
  file.close();
}));
