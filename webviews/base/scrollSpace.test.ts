// Scrolling through more rows than an element can be high: small steps are exact, leaps go by share, both ends can be reached.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_CONTENT_PX, ScrollSpace } from './scrollSpace.ts';

const VIEW = 300;
const spaceOf = (totalPx: number): ScrollSpace => { const space = new ScrollSpace(); space.setSize(totalPx, VIEW); return space; };

test('a list that fits scrolls as the browser does', () => {
  const space = spaceOf(100_000);
  for (const top of [0, 40, 99_700, 12]) { space.scrolledTo(top); assert.equal(space.position, top); assert.equal(space.offset, 0); }
  assert.equal(space.contentPx, 100_000);
  assert.equal(space.goTo(1e9), 99_700);
  assert.equal(space.drifted || space.stuck, false);
});

test('a long list: small steps are pixels, leaps are shares, places round-trip', () => {
  const total = 2_000_000 * 24;
  fc.assert(fc.property(fc.array(fc.oneof(fc.integer({ min: -900, max: 900 }), fc.integer({ min: 0, max: MAX_CONTENT_PX - VIEW }).map((top) => ({ top }))), { maxLength: 40 }), (moves) => {
    const space = spaceOf(total);
    let top = 0;
    for (const move of moves) {
      const before = space.position;
      if (typeof move === 'number') {
        const next = Math.max(0, Math.min(MAX_CONTENT_PX - VIEW, top + move));
        space.scrolledTo(next);
        assert.ok(Math.abs(space.position - Math.max(0, Math.min(total - VIEW, before + (next - top)))) < 1e-6);
        top = next;
      } else {
        const far = Math.abs(move.top - top) > VIEW * 3 + 300;
        space.scrolledTo(move.top);
        if (far) assert.ok(Math.abs(space.position / (total - VIEW) - move.top / (MAX_CONTENT_PX - VIEW)) < 1e-9);
        top = move.top;
      }
      // What the view shows lies inside the element.
      assert.ok(Math.abs(space.position - space.offset - top) < 1e-6);
      if (space.stuck || space.drifted) { top = space.goTo(space.position); assert.equal(space.stuck, false); assert.equal(space.drifted, false); }
    }
  }));
});

test('both ends of a long list are reached by small steps alone', () => {
  const total = 48_000_000;
  const space = spaceOf(total);
  let top = space.goTo(total - 50_000), steps = 0;
  while (space.position < total - VIEW && steps++ < 2000) {
    top = Math.min(MAX_CONTENT_PX - VIEW, top + 120);
    space.scrolledTo(top);
    if (space.stuck) top = space.goTo(space.position);
  }
  assert.equal(space.position, total - VIEW);
  while (space.position > total - 100_000 && steps++ < 4000) { top -= 120; space.scrolledTo(top); }
  assert.ok(space.position <= total - 100_000);
});
