// One event as filter, text, hex: also with what an attacker would put into it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventDetails } from '../../remote-agent/protocol/messages.ts';
import { Clock } from '../base/time.ts';
import { argumentCondition, filterOf, filterValue, hexDump, jsonOf, plainText, textOf } from './eventText.ts';

const EVENT: EventDetails = {
  row: 7, num: 8, startNs: 1000, durationNs: 1_230_000, cpu: 1, tid: 43, pid: 42, comm: 'cat', container: 'web', containerId: '3ad7a1c6e001', name: 'openat', kind: 'file', failed: true, info: 'name=/etc/a "b" ', result: 'ENOENT',
  epochNs: '1763812800123457789', category: 'file', nr: 257, parameters: [{ name: 'name', type: 'fspath', value: '/etc/a "b"' }], fd: { fd: 3, kind: 'file', name: '/etc/a "b"' }, data: Uint8Array.of(104, 105, 0, 255), ancestors: [], image: '', user: '', cwd: '', exepath: '',
};

test('values are quoted where a filter needs it', () => {
  assert.equal(filterValue('/etc/passwd'), '/etc/passwd');
  assert.equal(filterValue(42), '42');
  assert.equal(filterValue(''), '""');
  assert.equal(filterValue('a b'), '"a b"');
  assert.equal(filterValue('x" or evt.num>0 or fd.name="\\'), '"x\\" or evt.num>0 or fd.name=\\"\\\\"');
});
test('a filter for an argument names what it stands for', () => {
  const of = (value: string): string => argumentCondition({ name: 'fd', type: 'FD', value });
  assert.equal(of('12(<f>/etc/passwd)'), 'evt.arg.fd="<f>/etc/passwd"');
  assert.equal(of('-2(ENOENT)'), 'evt.arg.fd=ENOENT');
  assert.equal(of('/a(b)'), 'evt.arg.fd="/a(b)"');
  assert.equal(of('7'), 'evt.arg.fd=7');
  assert.equal(argumentCondition({ name: '', type: '', value: 'x' }), '');
});
test('a filter finds events like this one', () => assert.equal(filterOf(EVENT), 'container.id=3ad7a1c6e001 and evt.type=openat and thread.tid=43 and fd.name="/etc/a \\"b\\""'));
test('text and JSON hold everything', () => {
  const text = textOf(EVENT, new Clock('1763812800123456789'));
  assert.match(text, /^openat\(name=\/etc\/a "b"\) = ENOENT\n/);
  assert.match(text, /duration: 1\.23 ms/);
  assert.match(text, /68 69 00 ff/);
  const json = JSON.parse(jsonOf(EVENT)) as Record<string, unknown>;
  assert.equal(json['dataHex'], '686900ff');
  assert.equal(json['data'], undefined);
});
test('hex is sixteen bytes a line and bounded', () => {
  assert.equal(hexDump(Uint8Array.of(65, 10)), `000000  41 0a${' '.repeat(42)}  A·`);
  assert.equal(hexDump(new Uint8Array(100), 32).split('\n').length, 3);
});
test('text of data keeps lines and shows no control or direction characters', () => assert.equal(plainText(new TextEncoder().encode('a\r\nb\t\u001b[31m\u202eé')), 'a\nb\t·[31m·é'));
