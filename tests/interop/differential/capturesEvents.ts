// Captures of every event type that sysdig 0.29.3 knows, each with values as they are and as they should not be.
import { DYNAMIC, ENUMS, EVENTS, TYPE_SIZE, type EventDef, type ParamDef, type ParamType } from '../../../driver/schema/index.ts';
import { fdList, inetAddress, inetTuple, unixAddress, unixTuple, type ParamValue } from '../../../remote-agent/engine/event/encode.ts';
import { CaptureBuilder, joined, RAW, type ThreadEntry } from './capturesBuild.ts';
import { ALL_FDS, containers, dockerCgroups, front, INIT, ODD_FDS, pod, WEB } from './capturesWorld.ts';

/** One more than the largest event type that sysdig 0.29.3 knows. */
const KNOWN_TYPES = 336;
/** Events that a file never holds in this form: arguments of tracers are addresses in the memory of the program that reads, and sysdig follows them. */
const IN_MEMORY_ONLY = new Set(['TRACER_E', 'TRACER_X']);
/** Events of plugins: sysdig without the plugin stops. */
const PLUGINS = new Set(['PLUGINEVENT_E']);

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const withNul = (bytes: Uint8Array): Uint8Array => Uint8Array.of(...bytes, 0);
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const GENERIC_FAMILY = Uint8Array.of(16, 1, 2, 3);

const NAMES: readonly ParamValue[] = ['name', '', 'ünï·codé-ナ', withNul(RAW), '(NULL)', 'x'.repeat(700), 'tab\tnew\nline\u0001\u007f', '<NA>'];
const PATHS: readonly ParamValue[] = ['/etc/passwd', 'relative/../x//y/.', '', withNul(RAW), '(NULL)', `/${'very-long/'.repeat(120)}end`, '../../..', '/ü/\t\u0001', '.', '<NA>'];
const BUFFERS: readonly ParamValue[] = [text('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), undefined, ALL_BYTES, text('A'.repeat(79)), text('B'.repeat(80)), text('C'.repeat(81)), text('ü'.repeat(50)), Uint8Array.of(0), text('line\n')];
const ADDRESSES: readonly ParamValue[] = [inetAddress('192.0.2.80', 443), inetAddress('2001:db8::1', 53), unixAddress('/run/x.sock'), undefined, inetAddress('::ffff:192.0.2.1', 80), unixAddress('@abstract'), GENERIC_FAMILY, inetAddress('0.0.0.0', 0), unixAddress('')];
const TUPLES: readonly ParamValue[] = [
  inetTuple('192.0.2.10', 40010, '198.51.100.1', 80), inetTuple('2001:db8::10', 40011, '2001:db8::2', 443), unixTuple(0xffff888000000001n, 0x10n, '/run/peer.sock'), undefined, inetTuple('::ffff:192.0.2.10', 1, '::ffff:192.0.2.11', 65535), unixTuple(0n, 0xffffffffffffffffn, ''),
  GENERIC_FAMILY, inetTuple('0.0.0.0', 0, '0.0.0.0', 0), inetTuple('203.0.113.1', 5555, '192.0.2.10', 8080),
];
const LISTS: readonly ParamValue[] = [fdList([[3, 1], [4, 0x41], [555, 7]]), fdList([]), fdList([[5, 0xffff], [-1, 0]]), fdList([[6, 0]])];
const TEXT_LISTS: readonly ParamValue[] = [['-a', '--long=1', ''], undefined, joined(['ü', RAW, 'x'.repeat(300)]), [''], ['one']];
const SIGNED: readonly bigint[] = [3n, 0n, -2n, -1n, 9007199254740993n, -9223372036854775808n, 9223372036854775807n, -115n, -4095n];
const UNSIGNED: readonly bigint[] = [4096n, 0n, 1n, 0xffffffffffffffffn, 9007199254740993n, 0x8000000000000000n, 511n, 0x7fffffffn, 0x80000000n];
const DESCRIPTORS: readonly bigint[] = [3n, 5n, -100n, -1n, 10n, 999n, -9n, 18n, 6n, 7n, 9n, 13n];
const IDS: readonly bigint[] = [0n, 33n, 1000n, 0xffffffffn, 4242n, 1001n];

/** Numbers that bits of a table make: each alone, all of them, none, and all that fit. */
function flagsOf(param: ParamDef): readonly bigint[] {
  const width = BigInt(param.size * 8), all = (1n << width) - 1n;
  const named = (ENUMS[param.detail] ?? []).map(([, value]) => BigInt(value) & all);
  return [named[1] ?? 1n, 0n, named.reduce((sum, value) => sum | value, 0n), all, ...named, 5n, 1n << (width - 1n)];
}

/** Text of parameters that hold JSON: sysdig ends where it is none. */
const JSONS: readonly ParamValue[] = ['{"container":{"id":"d00d1234beef","type":0,"name":"late","image":"late:1","lookup_state":1}}', '{}', '{"container":{"id":"d00d1234beef","type":1,"name":"lxc","image":"","lookup_state":2}}'];
const K8S: readonly ParamValue[] = [pod('ADDED'), pod('MODIFIED')];
/** Numbers of calls: sysdig reads past its table of names from 329 on. */
const CODES: readonly bigint[] = [0n, 1n, 4n, 100n, 200n, 300n, 328n];

function valuesOf(param: ParamDef, event = ''): readonly ParamValue[] {
  if (param.name === 'json') return event === 'K8S_E' ? K8S : JSONS;
  switch (param.type) {
    case 'SYSCALLID': return CODES;
    case 'CHARBUF': return NAMES;
    case 'FSPATH': case 'FSRELPATH': return PATHS;
    case 'BYTEBUF': return param.name === 'args' || param.name === 'env' ? TEXT_LISTS : param.name === 'cgroups' ? [dockerCgroups(WEB), undefined, ['cpu=/', 'name=systemd:/x'], ['broken', '=', 'a=b=c']] : BUFFERS;
    case 'SOCKADDR': return ADDRESSES;
    case 'SOCKTUPLE': return TUPLES;
    case 'FDLIST': return LISTS;
    case 'DYN': return dynamic(param);
    case 'FD': return DESCRIPTORS;
    case 'PID': return [101n, 200n, -1n, 0n, 99999n, 1n];
    case 'ERRNO': return SIGNED;
    case 'UID': case 'GID': return IDS;
    case 'SIGTYPE': return [9n, 0n, 15n, 64n, 255n, 1n, 33n];
    case 'SIGSET': return [0n, 1n, 0x4000n, 0xffffffffn];
    case 'RELTIME': return [1_500_000_000n, 0n, 0xffffffffffffffffn, 10n, 123_456_789_012n, 9007199254740993n];
    case 'FLAGS8': case 'FLAGS16': case 'FLAGS32': case 'ENUMFLAGS8': case 'ENUMFLAGS16': case 'ENUMFLAGS32': case 'MODE': return flagsOf(param);
    case 'UINT8': case 'UINT16': case 'UINT32': case 'UINT64': return UNSIGNED.map((value) => value & ((1n << BigInt(param.size * 8)) - 1n));
    default: return param.size > 0 ? SIGNED : [undefined];
  }
}

/** Values of every type that the parameter may be of, each behind the number that says which; and none. */
function dynamic(param: ParamDef): readonly ParamValue[] {
  const table = /dyn=(\w+)/.exec(param.detail)?.[1] ?? '';
  const made: ParamValue[] = [];
  (DYNAMIC[table] ?? []).forEach((alternative, index) => {
    const [type = ''] = alternative.split(':');
    const size = TYPE_SIZE[type as ParamType];
    if (size < 0) { made.push(Uint8Array.of(index, 0x68, 0x69, 0)); return; }
    for (const value of type === 'FD' ? [3n, -1n] : type === 'ERRNO' ? [0n, -22n] : [1n, 1_500_000_000n, 0xffffffffn]) {
      const bytes = new Uint8Array(9);
      bytes[0] = index;
      new DataView(bytes.buffer).setBigUint64(1, BigInt.asUintN(64, value), true);
      made.push(bytes.slice(0, 1 + size));
    }
  });
  return made;
}

/** How many rounds show every value of the event's parameters once, within reason. */
const roundsOf = (def: EventDef): number => Math.min(24, Math.max(2, ...known(def).map((param) => valuesOf(param, def.symbol).length)));
const known = (def: EventDef): readonly ParamDef[] => def.params.slice(0, Math.max(def.known, 0));

function at(values: readonly ParamValue[], round: number): ParamValue { return values[round % values.length]; }

/** What the probe of the time could have sent: everything but what is for tests of damage. */
const sent = EVENTS.filter((def) => def.id < KNOWN_TYPES && def.known >= 0 && !def.flags.has('UNUSED') && !IN_MEMORY_ONLY.has(def.symbol) && !PLUGINS.has(def.symbol));

const tidOf = (def: EventDef): number => 1000 + 2 * (def.id >> 1);

/** The values of one round: an even step through each parameter's own, so that they meet in ever new company. */
function valuesAt(def: EventDef, round: number): ParamValue[] {
  const values = evenly(def, round);
  // sysdig 0.29.3 crashes where it has to look up the directory of an execveat.
  if (def.symbol === 'SYSCALL_EXECVEAT_E') { values[0] = -100n; if (typeof values[1] !== 'string' || !values[1].startsWith('/')) values[1] = '/bin/of-a-directory'; }
  return values;
}
function evenly(def: EventDef, round: number): ParamValue[] { return known(def).map((param, i) => at(valuesOf(param, def.symbol), round === 0 ? 0 : round + (round > 1 ? i * (round >> 3) : 0))); }

/** Every event type: each by a process of its own that has every type of descriptor. `part` of `parts`: files stay small enough to print often. */
export function everyEvent(part: number, parts: number): Uint8Array {
  const mine = sent.filter((def) => (def.id >> 1) % parts === part);
  const tids = [...new Set(mine.map(tidOf))];
  const threads: ThreadEntry[] = [INIT, { tid: 101, comm: 'bash', exe: '/bin/bash', ptid: 1 }, { tid: 200, comm: 'web', exe: 'web', cgroups: dockerCgroups(WEB), vtid: 1, vpid: 1 }, ...tids.map((tid): ThreadEntry => ({ tid, ptid: 101, comm: `e${tid}`, exe: `/bin/e${tid}`, cwd: '/home/u/', sid: 101, uid: tid % 3 === 0 ? 1000 : 0, cgroups: tid % 4 === 0 ? dockerCgroups(WEB) : [] }))];
  const b = containers(front(threads, new Map([[101, ALL_FDS], ...tids.map((tid) => [tid, [...ALL_FDS, ...ODD_FDS]] as const)])));
  for (const tid of tids) {
    const [enter, exit] = [mine.find((def) => tidOf(def) === tid && !def.isExit), mine.find((def) => tidOf(def) === tid && def.isExit)];
    const rounds = Math.max(enter === undefined ? 0 : roundsOf(enter), exit === undefined ? 0 : roundsOf(exit));
    for (let round = 0; round < rounds; round++) {
      if (enter !== undefined) b.event(enter, { tid, values: valuesAt(enter, round) });
      b.now += BigInt(round) * 777n;
      if (exit !== undefined) b.event(exit, { tid, values: valuesAt(exit, round) });
    }
  }
  return b.done();
}
