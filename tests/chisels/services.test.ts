// Chisels that read protocols out of the bytes of calls, and those that ask what containers ask: on exchanges made here byte by byte, on hostile ones, and on a real capture where there is one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { TimeBase } from '../../remote-agent/engine/base/nanos.ts';
import { encodeEvent } from '../../remote-agent/engine/event/encode.ts';
import { EventView } from '../../remote-agent/engine/event/eventView.ts';
import { ScapReader } from '../../remote-agent/engine/scap/reader.ts';
import { SystemState } from '../../remote-agent/engine/state/systemState.ts';
import { REAL as CAPTURES } from '../interop/differential/captures.ts';
import { chance, seedOf } from '../seed.ts';
import { ran } from './harness.ts';

/** Two and a half seconds of thirteen containers, and 24 of them. */
const REAL = join(CAPTURES, 'wordpress-small.scap'), LONGER = join(CAPTURES, 'wordpress.scap');
const noCapture = existsSync(REAL) && existsSync(LONGER) ? false : 'SKIPPED: there are no captures in ../shared';

/** What a process writes (`>`) or reads (`<`) on a connection to this port, a millisecond each. */
type Exchange = readonly (readonly ['>' | '<', Uint8Array | string])[];
const BASE = 1_700_000_000_000_000_000n;
function exchanged(name: string, port: number, exchange: Exchange, args: readonly string[] = ['log', 'disable_color'], json = false): Promise<string> {
  return ran(name, args, async (push) => {
    const state = new SystemState(new TimeBase(BASE), { cpus: 1, memoryBytes: 1, maxPid: 1, hostname: 'h', bootNs: BASE });
    state.addThread({ tid: 7, pid: 7, ptid: 1, comm: 'app', exe: 'app', cwd: '/' });
    state.addFd(7, 4, { kind: 'ipv4', name: `10.0.0.1:4000->10.0.0.2:${port}`, sip: '10.0.0.1', dip: '10.0.0.2', sport: 4000, dport: port, l4: port === 53 ? 3 : 2, role: 'client' });
    const view = new EventView();
    for (const [i, [way, what]] of exchange.entries()) {
      const data = typeof what === 'string' ? Buffer.from(what, 'latin1') : what;
      const bytes = encodeEvent(way === '>' ? 'SYSCALL_WRITE_X' : 'SYSCALL_READ_X', { ts: BASE + BigInt((i + 1) * 1_000_000), tid: 7, params: { res: data.length, data, fd: 4, size: data.length } });
      assert.ok(view.reset(bytes, new DataView(bytes.buffer), 0, 0, 0xffff, bytes.length));
      await push(state.process(view, (i + 1) * 1_000_000 - 100));
    }
  }, json);
}
/** Lines without the time in front and what stands between. */
const told = (output: string): string[] => output.split('\n').filter((line) => line !== '').map((line) => line.replace(/^\S+ \S+ \S+ +app +/, '').replace(/ +/g, ' '));

const packet = (number: number, body: string): string => String.fromCharCode(body.length & 255, body.length >> 8, 0, number) + body;
const message = (letter: string, body: string): string => letter + String.fromCharCode(0, 0, (body.length + 4) >> 8, (body.length + 4) & 255) + body;
const question = (id: string, flags: string, name: string, type: number, answers: readonly string[] = []): string =>
  `${id}${flags}\0\x01\0${String.fromCharCode(answers.length)}\0\0\0\0${name.split('.').map((label) => String.fromCharCode(label.length) + label).join('')}\0\0${String.fromCharCode(type)}\0\x01${answers.join('')}`;
const A = (...bytes: number[]): string => `\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04${String.fromCharCode(...bytes)}`;

const ROWS: readonly (readonly [what: string, chisel: string, port: number, exchange: Exchange, ...lines: string[]])[] = [
  ['a value', 'redislog', 6379, [['>', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'], ['<', '$5\r\nhello\r\n']], '> 1.00ms GET k -> hello'],
  ['nothing, a number, an error, a list', 'redislog', 6379, [['>', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'], ['<', '$-1\r\n'], ['>', '*1\r\n$4\r\nincr\r\n'], ['<', ':7\r\n'], ['>', '*1\r\n$3\r\nBAD\r\n'], ['<', '-ERR unknown\r\n'], ['>', '*1\r\n$4\r\nKEYS\r\n'], ['<', '*3\r\n$1\r\na']],
    '> 1.00ms GET k -> nil', '> 1.00ms incr -> 7', '> 1.00ms BAD -> ERR unknown', '> 1.00ms KEYS -> 3 elements'],
  ['an answer in pieces, and one that was looked at first', 'redislog', 6379, [['>', '*1\r\n$4\r\nPING\r\n'], ['<', '+'], ['<', 'PONG\r\n'], ['>', '*1\r\n$4\r\nINCR\r\n'], ['<', ':'], ['<', ':8\r\n']], '> 2.00ms PING -> PONG', '> 2.00ms INCR -> 8'],
  ['several commands at once are answered in their order', 'redislog', 6379, [['>', '*1\r\n$1\r\nA\r\n'], ['>', '*1\r\n$1\r\nB\r\n'], ['<', '+1\r\n'], ['<', '+2\r\n']], '> 2.00ms A -> 1', '> 2.00ms B -> 2'],
  ['a server reads what clients write', 'redislog', 6379, [['<', '*1\r\n$4\r\nPING\r\n'], ['>', '+PONG\r\n']], '< 1.00ms PING -> PONG'],
  ['rows, a change, an error', 'mysqllog', 3306, [['<', packet(0, '\n10.11\0rest')], ['>', packet(0, '\x03SELECT 1')], ['<', packet(1, '\x01')], ['>', packet(0, '\x03UPDATE t\n SET a=1')], ['<', packet(1, '\0\x03\0\x02\0\0\0')], ['>', packet(0, '\x03BAD')], ['<', packet(1, '\xff\x28\x04#42000You have an error')]],
    '> 1.00ms SELECT 1 -> rows of 1 column', '> 1.00ms UPDATE t SET a=1 -> ok, 3 rows changed', '> 1.00ms BAD -> error 1064: You have an error'],
  ['a server reads the head of a packet by itself', 'mysqllog', 3306, [['<', packet(0, '\x03SELECT 2').slice(0, 4)], ['<', packet(0, '\x03SELECT 2').slice(4)], ['>', packet(1, '\x01')]], '< 1.00ms SELECT 2 -> rows of 1 column'],
  ['what a statement prepared', 'mysqllog', 3306, [['>', packet(0, '\x16SELECT ?')], ['<', packet(1, '\0\x01\0\0\0')], ['>', packet(0, '\x17\x01\0\0\0')], ['<', packet(1, '\x02')]], '> 1.00ms PREPARE SELECT ? -> ok, 1 row changed', '> 1.00ms EXECUTE 1 -> rows of 2 columns'],
  ['statements, prepared ones, an error', 'pgsqllog', 5432, [['>', message('Q', 'SELECT 1;\0')], ['<', message('T', '\0\x01col') + message('D', 'x') + message('C', 'SELECT 1\0') + message('Z', 'I')], ['>', message('P', 's1\0INSERT INTO t\0\0\0') + message('B', '\0s1\0') + message('E', '\0\0')], ['<', message('1', '') + message('2', '') + message('C', 'INSERT 0 1\0')], ['>', message('Q', 'NO\0')], ['<', message('E', 'SERROR\0C42601\0Msyntax error\0\0')]],
    '> 1.00ms SELECT 1; -> SELECT 1', '> 1.00ms INSERT INTO t -> INSERT 0 1', '> 1.00ms NO -> error 42601: syntax error'],
  ['an address, none, a name that is not there', 'dnslog', 53, [['>', question('ab', '\x01\0', 'www.shop.example', 1)], ['<', question('ab', '\x81\x80', 'www.shop.example', 1, [A(10, 0, 0, 9)])], ['>', question('cd', '\x01\0', 'x.y', 28)], ['<', question('cd', '\x81\x80', 'x.y', 28)], ['>', question('ef', '\x01\0', 'no.such', 1)], ['<', question('ef', '\x81\x83', 'no.such', 1)]],
    '> 1.00ms www.shop.example A -> 10.0.0.9', '> 1.00ms x.y AAAA -> nothing', '> 1.00ms no.such A -> NXDOMAIN'],
  ['answers in another order', 'dnslog', 53, [['>', question('ab', '\x01\0', 'one', 1)], ['>', question('cd', '\x01\0', 'two', 1)], ['<', question('cd', '\x81\x80', 'two', 1, [A(2, 2, 2, 2)])], ['<', question('ab', '\x81\x80', 'one', 1, [A(1, 1, 1, 1)])]], '> 1.00ms two A -> 2.2.2.2', '> 3.00ms one A -> 1.1.1.1'],
];
for (const [what, chisel, port, exchange, ...lines] of ROWS) test(`${chisel}: ${what}`, async () => { assert.deepEqual(told(await exchanged(chisel, port, exchange)), lines); });

test('failures alone, a table, JSON', async () => {
  const exchange: Exchange = [['>', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'], ['<', '$1\r\nv\r\n'], ['>', '*1\r\n$3\r\nget\r\n'], ['<', '-ERR "no"\n\r\n']];
  assert.deepEqual(told(await exchanged('redislog', 6379, exchange, ['failed', 'disable_color'])), ['> 1.00ms get -> ERR "no"']);
  assert.deepEqual((await exchanged('redislog', 6379, exchange, ['top'])).split('\n')[1]?.trim().split(/ +/), ['2', '1', '2.00ms', '1.00ms', '1.00ms', 'GET']);
  const [first, second] = (await exchanged('redislog', 6379, exchange, ['log'], true)).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([first?.['request'], first?.['result'], first?.['failed'], first?.['latency_ns'], first?.['served'], second?.['failed'], second?.['result']], ['GET k', 'v', false, 1_000_000, false, true, 'ERR "no"']);
  assert.deepEqual((JSON.parse(await exchanged('redislog', 6379, exchange, ['top'], true)) as { count: number }[]).map(({ count }) => count), [2]);
});

describe('whatever bytes come, a chisel goes on', () => {
  for (const [chisel, port, exchange] of [['redislog', 6379, ROWS[1]?.[3]], ['mysqllog', 3306, ROWS[5]?.[3]], ['pgsqllog', 5432, ROWS[8]?.[3]], ['dnslog', 53, ROWS[9]?.[3]]] as const) test(chisel, async () => {
    const { seed, next } = chance(seedOf());
    const hostile: [('>' | '<'), Uint8Array][] = [];
    for (let i = 0; i < 400; i++) for (const [way, what] of exchange ?? []) {
      const bytes = Buffer.from(what as string, 'latin1').subarray(0, 1 + Math.floor(next() * 60));
      for (let k = 0; k < bytes.length; k++) if (next() < 0.1) bytes[k] = Math.floor(next() * 256);
      hostile.push([way, bytes]);
    }
    const output = await exchanged(chisel, port, hostile);
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\x00-\x08\x0b-\x1f]/.test(output), `nothing that would steer a terminal is printed (PORTHOLE_SEED=${seed})`);
  });
});

describe('on a real capture', { skip: noCapture }, () => {
  const real = async (name: string, args: readonly string[], capture: string): Promise<string> => ran(name, args, async (push) => {
    const reader = new ScapReader();
    reader.push(new Uint8Array(gunzipSync(readFileSync(capture))));
    reader.finish();
    let waits: Promise<void> | undefined;
    do { waits = undefined; reader.read((ctx) => { waits = push(ctx); return waits === undefined; }); if (waits !== undefined) await waits; } while (waits !== undefined);
  });
  for (const [chisel, args, wanted, capture = REAL] of [
    ['mysqllog', ['log', 'disable_color'], /shop-wordpress-\d +apache2 +> +\S+ +SELECT option_value FROM wp_options WHERE option_name = '/],
    ['redislog', ['log', 'disable_color'], /shop-wordpress-\d +apache2 +> +\S+ +INCR views -> \d+/],
    ['dnslog', ['failed', 'disable_color'], /shop-dns-1 +dnsmasq +< +\S+ +inventory-blue\.shop\.internal A -> NXDOMAIN/, LONGER],
    ['conversations', [], /^shop-wordpress-\d +shop-db-1:3306 +\d+ /m],
    ['shared_files', [], /^ +[2-9] .*libc\.so\.6 \(shop-/m],
    ['container_writes', [], /^shop-wordpress-\d +image layer .*\/var\/lib\/wordpress\/reports/m],
    ['slowwaits', ['300'], /waited for (shop-|host)/, LONGER],
    ['crashes', ['3'], /shop-worker-1: \S*perl.* \(\d+\) was ended by SIGSEGV\n( +\S+ +\w+ +\w+.*\n){3}/, LONGER],
  ] as const) test(chisel, async () => { assert.match(await real(chisel, args, capture), wanted); });
});
