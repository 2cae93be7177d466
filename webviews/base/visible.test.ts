// Hidden characters are written out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleText } from './visible.ts';

test('what hides or turns text round is written out', () => {
  assert.equal(visibleText('a\u202egnp.exe\u0000\u200bz\u001b[1m'), 'a\\u202egnp.exe\\u0000\\u200bz\\u001b[1m');
});
test('plain text of any script stays', () => {
  for (const text of ['/etc/passwd', 'Größe 🐳', 'שלום', 'a\tb\nc', '<b>"\'&']) assert.equal(visibleText(text), text);
});
