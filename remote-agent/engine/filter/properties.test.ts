// Properties: what is printed reads as the same filter; no text makes the reader throw; compiled filters say what a plain reading says, and what they promise of
// types, threads and demands holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EventContext } from '../event/context.ts';
import { forEachEvent, NAMES, naivelyPasses, randomFilter, readSample, shapeOfFilter } from './filterSupport.test.ts';
import { completeFilter, compileFilter, diagnoseFilter, hoverFilter, parseFilter, printFilter } from './index.ts';
import type { UsableFilter } from './index.ts';
import type { Node } from './ast.ts';

const SEED = Number(process.env['PORTHOLE_SEED'] ?? 20231114);

test('a printed filter reads as itself', () => {
  fc.assert(fc.property(randomFilter, (tree) => {
    const text = printFilter(tree);
    const parsed = parseFilter(text);
    assert.equal(parsed.error, undefined, `${text}: ${parsed.error?.message}`);
    assert.deepEqual(parsed.node === undefined ? undefined : shapeOfFilter(parsed.node), shapeOfFilter(tree), text);
    if (parsed.node !== undefined) assert.equal(printFilter(parsed.node), text);
  }), { numRuns: 2000, seed: SEED });
});

const scrap = fc.constantFrom('evt.type', 'proc.name', 'fd.net', 'evt.arg[', 'evt.rawtime', 'evt.around[1]', '=', '!=', '<', ' in (', ')', '(', ',', ' and ', ' or ', 'not ', '"', "'", '\\', '\\x', ' ', 'contains', 'pmatch', 'exists', '10.0.0.0/8', '7', 'true', '[', ']', '.', 'évt', '\u0000',
  'val(', 'tolower(', 'len(', 'join(', 'getopt(', 'b64(', ' anyof (', ' allof(', 'regex ', 'bcontains', '(?i)', '{1000}', 'proc.args');
function examine(text: string, offset: number): void {
  compileFilter(text);
  for (const problem of diagnoseFilter(text)) {
    assert.ok(problem.start >= 0 && problem.end >= problem.start && problem.end <= text.length, `${JSON.stringify(text)}: ${JSON.stringify(problem)}`);
    assert.ok(problem.message.length > 0);
  }
  for (const item of completeFilter(text, offset)) assert.ok(item.start >= 0 && item.end >= item.start && item.end <= text.length);
  hoverFilter(text, offset);
}
test('nothing throws on any text, and places lie within it', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(scrap, { maxLength: 20 }).map((s) => s.join(''))), fc.nat(60), examine), { numRuns: 1500, seed: SEED });
});
test('nothing throws on filters that are changed in some places', () => {
  fc.assert(fc.property(randomFilter, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.oneof(scrap, fc.string({ maxLength: 2 }))), { minLength: 1, maxLength: 4 }), fc.nat(), (tree, changes, offset) => {
    let text = printFilter(tree).slice(0, 400);
    for (const [at, drop, put] of changes) { const from = at % (text.length + 1); text = text.slice(0, from) + put + text.slice(from + drop); }
    examine(text, offset % (text.length + 1));
  }), { numRuns: 800, seed: SEED });
});

interface Subject { readonly text: string; readonly node: Node; readonly filter: UsableFilter; readonly verdicts: Map<number, boolean>; tables: number | undefined; passed: number; failed: number }

function subjects(count: number, seed: number): Subject[] {
  return fc.sample(randomFilter, { numRuns: count, seed }).map((node): Subject => {
    const text = printFilter(node);
    const filter = compileFilter(text);
    assert.ok(filter.ok, filter.ok ? '' : `${text}: ${filter.error.message}`);
    return { text, node, filter, verdicts: new Map(), tables: undefined, passed: 0, failed: 0 };
  });
}

function judge(all: readonly Subject[], ctx: EventContext): void {
  for (const one of all) {
    const { filter, text } = one;
    const verdict = filter.test(ctx);
    assert.equal(verdict, naivelyPasses(one.node, ctx), `${text} on event ${ctx.num}, ${ctx.view.def?.symbol} of ${ctx.info?.comm}`);
    if (verdict) one.passed++;
    else one.failed++;
    if (verdict && filter.types !== undefined) assert.equal(filter.types[ctx.view.type], 1, `${text} says that no ${ctx.view.def?.symbol} passes`);
    if (!filter.byThread || ctx.info === undefined) continue;
    // Tables of containers, users and groups change: what was known of threads is then asked again.
    const tables = (ctx.state as { readonly verdicts?: number }).verdicts;
    if (tables !== one.tables) { one.tables = tables; one.verdicts.clear(); }
    const before = one.verdicts.get(ctx.info.ref);
    if (before === undefined) one.verdicts.set(ctx.info.ref, verdict);
    else assert.equal(verdict, before, `${text} judges ${ctx.info.comm} anew`);
  }
}

test('compiled filters say what a plain reading says, on events of every type', () => {
  const all = subjects(250, SEED);
  forEachEvent(SEED, (ctx) => { judge(all, ctx); });
  assert.ok(all.filter((s) => s.passed > 0 && s.failed > 0).length > 60, 'filters that tell events apart are among them');
  assert.ok(all.filter((s) => s.filter.types !== undefined).length > 25 && all.filter((s) => s.filter.byThread).length > 12, 'so are those that say something of types and threads');
});

test('the same on a capture, and what a filter demands is enough', () => {
  const all = subjects(150, SEED + 1);
  readSample((ctx) => { if (ctx.num % 7 === 0) judge(all, ctx); });
  for (const { text, filter } of all.filter((s) => s.filter.demand !== 7 || s.filter.types !== undefined).slice(0, 30)) {
    const passing: number[] = [], selected: number[] = [];
    const whole = compileFilter(text), part = compileFilter(text);
    assert.ok(whole.ok && part.ok);
    readSample((ctx) => { if (whole.test(ctx)) passing.push(ctx.num); });
    readSample((ctx) => { if (part.test(ctx)) selected.push(ctx.num); }, (reader) => { reader.select({ types: filter.types, demand: filter.demand }); });
    assert.deepEqual(selected, passing, text);
  }
});

test('fields that are said to speak of the thread alone read nothing else', () => {
  const asked = NAMES.map((name) => `${name} exists`).filter((text) => { const filter = compileFilter(text); return filter.ok && filter.byThread; });
  assert.ok(asked.length > 15);
  forEachEvent(SEED, (ctx) => {
    const { info, state } = ctx;
    if (info === undefined || ctx.num % 5 !== 0) return;
    for (const text of asked) {
      const refuse = (what: string) => (): never => { throw new Error(`${text} reads ${what}`); };
      const only = Object.defineProperties({ info, state: { container: (id: string) => state.container(id), user: (id: number) => state.user(id), group: (id: number) => state.group(id), thread: refuse('other threads') } },
        Object.fromEntries(['view', 'num', 'tsNs', 'latencyNs', 'thread', 'fdNum', 'fd', 'enter'].map((key) => [key, { get: refuse(key) }]))) as unknown as EventContext;
      const one = compileFilter(text), other = compileFilter(text);
      assert.ok(one.ok && other.ok && one.test(only) === other.test(ctx), text);
    }
  });
});
