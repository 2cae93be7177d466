// What a press on the legend makes of the filter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLegend, toggleFailed, toggleKind } from './legendFilter.ts';

test('the legend puts what is wanted at the end of the filter, and takes it away again', () => {
  const steps = (start: string, ...what: readonly string[]): string => what.reduce((filter, each) => each === 'failed' ? toggleFailed(filter) : toggleKind(filter, each as 'file'), start);
  const table: readonly (readonly [start: string, what: readonly string[], end: string])[] = [
    ['', ['file'], 'evt.kind=file'],
    ['', ['file', 'file'], ''],
    ['', ['network', 'file'], 'evt.kind in (file, network)'],
    ['', ['file', 'network', 'failed'], 'evt.kind in (file, network) and evt.failed=true'],
    ['', ['failed', 'wait'], 'evt.kind=wait and evt.failed=true'],
    ['evt.failed=true', ['failed'], ''],
    ['', ['file', 'network', 'process', 'memory', 'signal', 'wait', 'other'], ''],
    ['proc.name=nginx', ['file'], 'proc.name=nginx and evt.kind=file'],
    ['proc.name=nginx', ['file', 'failed', 'file', 'failed'], 'proc.name=nginx'],
    ['proc.name=a or proc.name=b', ['file'], '(proc.name=a or proc.name=b) and evt.kind=file'],
    ['proc.name=a or proc.name=b', ['file', 'file'], 'proc.name=a or proc.name=b'],
    ['(a=1) or (b=2)', ['failed'], '((a=1) or (b=2)) and evt.failed=true'],
    ['(a=1) or (b=2)', ['failed', 'failed'], '(a=1) or (b=2)'],
    // What belongs to one side of an `or` is not the legend's.
    ['a=1 or evt.failed=true', ['failed'], '(a=1 or evt.failed=true) and evt.failed=true'],
    ['a=1 or b=2 and evt.kind=file', ['file'], '(a=1 or b=2 and evt.kind=file) and evt.kind=file'],
    ['fd.name="x or y"', ['file'], 'fd.name="x or y" and evt.kind=file'],
    ['fd.name="a \\" or b"', ['file'], 'fd.name="a \\" or b" and evt.kind=file'],
    ['evt.kind in (file, nonsense)', ['wait'], 'evt.kind in (file, nonsense) and evt.kind=wait'],
    ['evt.kind = file', ['wait'], 'evt.kind in (file, wait)'],
    ['not evt.failed=true', ['failed'], 'not evt.failed=true and evt.failed=true'],
  ];
  for (const [start, what, end] of table) assert.equal(steps(start, ...what), end, `${start} + ${what.join(', ')}`);
});

test('the legend is read from the end of a filter', () => {
  assert.deepEqual(readLegend('a=1 and evt.failed=true and evt.kind in (file,wait)'), { rest: 'a=1', kinds: new Set(['file', 'wait']), failed: true });
  assert.deepEqual(readLegend('a=1 or evt.kind=file'), { rest: 'a=1 or evt.kind=file', kinds: new Set(), failed: false });
});
