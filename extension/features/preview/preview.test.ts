// What a preview makes of choices, arguments and output, without an editor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsOf, choiceOf, eventsOf, extentFor, NO_CHOICE, printsAtEnd, requiredModules } from './choice.ts';
import { OUTPUT_LIMIT, OutputBuffer, plainText } from './outputBuffer.ts';

const arg = (name: string, type: string, optional = false) => ({ name, type, optional, description: '' });

test('rubbish in a choice is left out', () => {
  for (const rubbish of [undefined, null, 5, 'x', []]) assert.deepEqual(choiceOf(rubbish), NO_CHOICE);
  assert.deepEqual(choiceOf({ session: 3, extent: { kind: 'nonsense' }, filter: {}, values: ['a', 2, null], json: 'yes', profile: false }), { session: '', filter: '', values: ['a', '', ''], json: false, profile: false });
  assert.deepEqual(choiceOf({ extent: { kind: 'first', events: NaN } }).extent, { kind: 'first', events: 1000 });
  assert.deepEqual(choiceOf({ extent: { kind: 'first', events: -3.5 } }).extent, { kind: 'first', events: 1 });
  assert.deepEqual(choiceOf({ extent: { kind: 'range', fromS: 2, toS: 1 } }).extent, { kind: 'range', fromS: 2, toS: 2 });
  const whole = { session: 'file:x', extent: { kind: 'range', fromS: 1, toS: 2.5 }, filter: 'evt.type=open', values: ['1'], json: true, profile: false } as const;
  assert.deepEqual(choiceOf(whole), whole);
});

test('which events', () => {
  assert.deepEqual(extentFor(undefined, true), { kind: 'live' });
  assert.deepEqual(extentFor({ kind: 'live' }, false), { kind: 'all' });
  assert.deepEqual(extentFor({ kind: 'first', events: 5 }, true), { kind: 'first', events: 5 });
  assert.deepEqual(eventsOf({ kind: 'range', fromS: 1, toS: 2.5 }, 7e9), { follow: false, startNs: 8e9, endNs: 9.5e9 });
  assert.equal(eventsOf({ kind: 'first', events: 10 }, 0).maxEvents, 10);
  assert.equal(eventsOf({ kind: 'live' }, 0).follow, true);
});

test('arguments: as many as were given, what is missing by name', () => {
  const args = [arg('field', 'string'), arg('top', 'int', true), arg('address', 'ipv4', true)];
  assert.deepEqual(argumentsOf(args, ['fd.name', '', '']), { values: ['fd.name'], problem: '' });
  assert.deepEqual(argumentsOf(args, ['fd.name', '10', '1.2.3.4']), { values: ['fd.name', '10', '1.2.3.4'], problem: '' });
  assert.equal(argumentsOf(args, []).problem, 'field is needed.');
  assert.equal(argumentsOf(args, ['a', 'ten']).problem, 'top is to be a number.');
  assert.equal(argumentsOf(args, ['a', ' ']).problem, 'top is to be a number.');
  assert.equal(argumentsOf(args, ['a', '', 'host']).problem, 'address is to be an address such as 10.0.0.1; top is needed for those behind it.');
});

test('helpers that a chisel asks for', () => {
  assert.deepEqual(requiredModules('require "common"\nlocal t = require("porthole_table")\nrequire \'a.b\' require "common" require("../up")'), ['common', 'porthole_table', 'a.b']);
  assert.equal(printsAtEnd('function on_capture_end() end'), true);
  assert.equal(printsAtEnd('function on_event() print(1) end'), false);
});

test('output is bounded, and plain for documents', () => {
  const buffer = new OutputBuffer();
  buffer.add('\x1b[2J\x1b[1;1H\x1b[31mred\x1b[0m\n');
  assert.equal(buffer.plain, '\nred\n');
  buffer.add('x'.repeat(OUTPUT_LIMIT));
  assert.equal(buffer.text.length, OUTPUT_LIMIT);
  assert.equal(buffer.cut, 23);
  assert.match(buffer.plain, /^\(23 characters of older output were dropped\)\nxxx/);
  buffer.add('y'.repeat(OUTPUT_LIMIT + 5));
  assert.equal(buffer.text, 'y'.repeat(OUTPUT_LIMIT));
  buffer.clear();
  assert.deepEqual([buffer.empty, buffer.text], [true, '']);
  assert.equal(plainText('\x1b[1;32ma\x1b[K'), 'a');
});
