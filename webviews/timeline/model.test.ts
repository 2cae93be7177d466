// The timeline's model: folding, range, following, selection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lane } from '../../remote-agent/protocol/messages.ts';
import { FOLLOW_DEFAULT_NS, TimelineModel } from './model.ts';

const lane = (id: string, parent: string, level: Lane['level']): Lane => ({ id, parent, level, label: id, detail: '', events: 1, errors: 0 });
const LANES = [
  lane('h', '', 'host'), lane('c:a', 'h', 'container'), lane('p:1', 'c:a', 'process'), lane('t:1', 'p:1', 'thread'), lane('t:2', 'p:1', 'thread'),
  lane('c:', 'h', 'container'), lane('p:9', 'c:', 'process'), lane('t:9', 'p:9', 'thread'),
];
const STATUS = { startNs: 0, endNs: 100e9 };
function make(live = false): TimelineModel { const model = new TimelineModel(live, STATUS); model.widthPx = 1000; model.setLanes(LANES); return model; }
const ids = (model: TimelineModel): string => model.visibleLanes.map((row) => row.lane.id).join(' ');

test('host and containers start unfolded, processes folded', () => {
  const model = make();
  assert.equal(ids(model), 'h c:a p:1 c: p:9');
  model.toggle('p:1');
  assert.equal(ids(model), 'h c:a p:1 t:1 t:2 c: p:9');
  model.toggle('c:a');
  assert.equal(ids(model), 'h c:a c: p:9');
  assert.deepEqual(model.visibleLanes.map((row) => [row.depth, row.position, row.setSize, row.expandable, row.expanded]), [[0, 1, 1, true, true], [1, 1, 2, true, false], [1, 2, 2, true, true], [2, 1, 1, true, false]]);
});
test('folding is remembered and restored', () => {
  const model = make();
  model.toggle('p:1');
  model.toggle('c:');
  const other = make();
  other.restoreFolding(model.folding);
  assert.equal(ids(other), ids(model));
});
test('folding a lane takes the keyboard out of it', () => {
  const model = make();
  model.toggle('p:1');
  model.activeLane = 't:2';
  model.setExpanded('c:a', false);
  assert.equal(model.activeLane, 'c:a');
  model.moveActive(1);
  assert.equal(model.activeLane, 'c:');
  model.moveActive(100);
  assert.equal(model.activeLane, 'p:9');
});
test('the selected event and the keyboard keep their lanes while they have no events', () => {
  const model = make();
  model.toggle('p:1');
  model.selection = { row: 1, startNs: 0, durationNs: 1, tid: 2, pid: 1, containerId: 'a', failed: false };
  model.activeLane = 'p:1';
  model.setLanes([LANES[0]!, LANES[5]!]);
  assert.equal(ids(model), 'h c: c:a p:1 t:2');
  assert.equal(model.lane('t:2')!.events, 0);
  assert.equal(model.selectionLane(), 't:2');
  model.toggle('p:1');
  assert.equal(model.selectionLane(), 'p:1');
});
test('uncover unfolds what hides a lane', () => {
  const model = make();
  model.toggle('c:a');
  model.uncover('t:2');
  assert.equal(ids(model), 'h c:a p:1 t:1 t:2 c: p:9');
});

test('zoom keeps the time under the pointer, and ends at 50 pixels a microsecond', () => {
  const model = make();
  const anchorNs = 42e9;
  const share = (): number => (anchorNs - model.range.startNs) / model.spanNs;
  const before = share();
  for (let i = 0; i < 200; i++) model.zoomAt(anchorNs, 0.8);
  assert.ok(Math.abs(share() - before) < 1e-3);
  assert.equal(Math.round(model.spanNs), 20_000);
  for (let i = 0; i < 300; i++) model.zoomAt(anchorNs, 1.3);
  assert.ok(model.spanNs <= 150e9);
  assert.equal(model.mode, 'free');
});
test('nobody gets lost: some of the history stays in view', () => {
  const model = make();
  model.setRange(0, 1e9);
  model.panBy(1e15);
  assert.ok(model.range.startNs < 100e9);
  model.panBy(-1e15);
  assert.ok(model.range.endNs > 0);
});
test('a live model follows until somebody pans, zooms or looks back', () => {
  const stops: readonly ((model: TimelineModel) => void)[] = [(model) => model.panBy(-1e9), (model) => model.zoomAt(90e9, 0.5), (model) => model.stopFollowing(), (model) => model.goToStart(), (model) => model.fit()];
  for (const stop of stops) {
    const model = make(true);
    assert.equal(model.spanNs, FOLLOW_DEFAULT_NS);
    model.followTo(110e9);
    assert.deepEqual(model.range, { startNs: 80e9, endNs: 110e9 });
    stop(model);
    const { range } = model;
    model.followTo(120e9);
    assert.equal(model.range, range);
    model.goToEnd();
    assert.deepEqual(model.range, { startNs: 90e9, endNs: 120e9 });
  }
});
test('a file that grows stays in view as a whole, until somebody moves', () => {
  const model = make();
  model.setStatus({ startNs: 0, endNs: 300e9 });
  assert.ok(model.range.endNs >= 300e9);
  model.setRange(1e9, 2e9);
  model.setStatus({ startNs: 0, endNs: 600e9 });
  assert.deepEqual(model.range, { startNs: 1e9, endNs: 2e9 });
});
test('reveal moves only where it must, and keeps the zoom where it can', () => {
  const model = make();
  model.setRange(10e9, 20e9);
  model.reveal(15e9, 1e6);
  assert.deepEqual(model.range, { startNs: 10e9, endNs: 20e9 });
  model.reveal(50e9, 1e9);
  assert.equal(model.spanNs, 10e9);
  assert.ok(model.range.startNs < 50e9 && model.range.endNs > 51e9);
  model.reveal(10e9, 30e9);
  assert.ok(model.range.startNs <= 10e9 && model.range.endNs >= 40e9);
});

test('keys and buttons zoom at the selected event while it is in view, else at the middle', () => {
  const model = new TimelineModel(false, { startNs: 0, endNs: 100e9 });
  model.setRange(10e9, 20e9);
  assert.equal(model.zoomCentreNs, 15e9);
  model.selection = { row: 1, startNs: 12e9, durationNs: 2e9, tid: 1, pid: 1, containerId: '', failed: false };
  assert.equal(model.zoomCentreNs, 13e9);
  model.setRange(30e9, 40e9);
  assert.equal(model.zoomCentreNs, 35e9);
});
