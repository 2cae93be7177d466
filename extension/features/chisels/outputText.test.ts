// What the document of a run says: its head, the output in its bounds, how it ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseChisel } from '../../language/chiselAnalysis.ts';
import { OutputText } from './outputText.ts';
import { chiselNameProblem, DEFAULT_CHISEL, newChiselText } from './template.ts';

const what = { name: 'top', args: ['5', 'a b'], session: 'host', filter: 'evt.type=open', follow: true };

test('head, output, end', () => {
  const output = new OutputText(what);
  assert.equal(output.text, 'top 5 "a b" on host, live, filter: evt.type=open\n\n');
  output.add('one\n');
  output.add('\x1b[31mtwo\x1b[0m\n');
  assert.equal(output.text.split('\n\n')[1], 'one\ntwo\n');
  output.end({ events: 1234, cancelled: false });
  assert.match(output.text, /two\n\nDone: 1,234 events\.\n$/);
});

test('an error is said with its traceback, a stop as a stop', () => {
  const failed = new OutputText(what);
  failed.add('partial');
  failed.end({ events: 1, cancelled: false, error: { message: 'top.lua:3: bad', line: 3, traceback: 'stack traceback:\n\ttop.lua:3' } });
  assert.match(failed.text, /partial\n\nError: top\.lua:3: bad\nstack traceback:\n\ttop\.lua:3\n$/);
  const stopped = new OutputText(what);
  stopped.end({ events: 2, cancelled: true });
  assert.match(stopped.text, /Stopped: 2 events/);
});

test('old output goes where there is too much, and that is said', () => {
  const output = new OutputText(what);
  for (let i = 0; i < 40; i++) output.add(`${String(i).padStart(3, '0')}${'x'.repeat(99_997)}`);
  assert.ok(output.text.length < 2_100_000);
  assert.match(output.text, /\(2000000 characters of older output were dropped\)/);
  assert.ok(output.text.includes('039x') && !output.text.includes('000x'));
  const one = new OutputText(what);
  one.add('y'.repeat(3_000_000));
  assert.ok(one.text.length < 2_100_000);
});

test('a new chisel has no problems, and a name that can be a file', () => {
  assert.deepEqual(diagnoseChisel(newChiselText(DEFAULT_CHISEL)), []);
  assert.equal(chiselNameProblem('my_chisel-2'), undefined);
  for (const bad of ['', '../x', 'a/b', '.hidden', 'a b']) assert.ok(chiselNameProblem(bad) !== undefined, bad);
});
