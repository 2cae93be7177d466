// What chisels may start after the capture, and what not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appLine, splitWords } from './chiselApp.ts';

test('words are split at blanks, " holds together', () => {
  assert.deepEqual(splitWords('-F -ra.scap  -w"b c" (evt.num=1)'), ['-F', '-ra.scap', '-wb c', '(evt.num=1)']);
  assert.deepEqual(splitWords(''), []);
});

test('the same capture may be read, and written where an argument of the chisel says', () => {
  const line = appLine('-F -ra.scap -wout.scap (evt.num=1 or evt.num=2)', 'a.scap', ['out.scap', '100']);
  assert.ok(typeof line !== 'string', String(line));
  assert.deepEqual([line.files, line.writeFile, line.filter, line.fat], [['a.scap'], 'out.scap', '(evt.num=1 or evt.num=2)', true]);
});

test('nothing else may', () => {
  const refused: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['-ra.scap -w/etc/passwd', 'a.scap', /only write to a file that one of its arguments names: \/etc\/passwd is none/],
    ['-rother.scap', 'a.scap', /only have the capture read again/], ['evt.num=1', 'a.scap', /only have the capture read again/], ['-ra.scap', undefined, /only have the capture read again/],
    ['-ra.scap -c ps', 'a.scap', /only to read events/], ['-l', 'a.scap', /only to read events/], ['--nosuch', 'a.scap', /nosuch/],
  ];
  for (const [text, capture, says] of refused) {
    const line = appLine(text, capture, ['out.scap']);
    assert.match(typeof line === 'string' ? line : 'allowed', says, text);
  }
});
