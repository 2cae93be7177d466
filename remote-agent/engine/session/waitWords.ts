// What a call under way waits for, in words.
import type { StateView } from '../state/model.ts';
import { descriptorOf, intOf, type WaitKind } from './callTable.ts';
import type { Look } from './inflight.ts';
import type { DescriptorRow } from './tree.ts';
import type { RawCall } from './underway.ts';

/** Descriptors of a set that are named one by one. */
const NAMED = 3;
/** Commands of futex(2) below its flags (linux/futex.h): wait, lock_pi, wait_bitset, wait_requeue_pi, lock_pi2. */
const FUTEX_COMMANDS: Readonly<Record<number, string>> = { 0: 'futex', 6: 'lock', 9: 'futex', 11: 'condition', 13: 'lock' };
const FUTEX_COMMAND_MASK = 127;
const P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3;

const KIND_WORDS: Readonly<Record<string, string>> = {
  ipv4: 'socket', ipv6: 'socket', ipv4server: 'listening socket', ipv6server: 'listening socket', unix: 'unix socket', netlink: 'netlink socket', eventpoll: 'epoll', event: 'eventfd', timerfd: 'timer', unsupported: 'descriptor', unknown: 'descriptor',
};

/** A descriptor: `socket 10.0.0.1:4000->10.0.0.2:80`, `/etc/passwd`, `pipe`. */
export function fdWords({ kind, name }: DescriptorRow): string {
  if (kind === 'file' || kind === 'directory' || kind === 'memfd') return name === '' ? kind : name;
  const word = KIND_WORDS[kind] ?? kind;
  return name === '' ? word : `${word} ${name}`;
}

function setWords(descriptors: readonly DescriptorRow[], count: number): string {
  const named = descriptors.slice(0, NAMED).map((row) => `${row.fd} ${fdWords(row)}`);
  return `${named.join(', ')}${count > named.length ? `, and ${count - named.length} more` : ''}`;
}

/** What the call waits for; '' where its arguments do not say. `descriptors`: its own first, then those of its set. */
export function waitWords(state: StateView, tid: number, raw: RawCall, name: string, kind: WaitKind | undefined, descriptors: readonly DescriptorRow[], look: Look | undefined): string {
  const { args } = raw, first = descriptors[0], setCount = look?.fdCount ?? look?.fds?.length ?? 0;
  switch (kind) {
    case undefined: return descriptors.map(fdWords).join(', ');
    case 'poll': case 'select':
      if (look?.fds === undefined) return kind === 'poll' ? `${intOf(args[1])} descriptors` : 'a set of descriptors';
      return setCount === 0 ? 'nothing but its time to run out' : setCount === 1 && first !== undefined ? fdWords(first) : `${setCount} descriptors: ${setWords(descriptors, setCount)}`;
    case 'epoll': return look?.fds === undefined ? 'epoll' : `epoll of ${setCount}${setCount === 0 ? '' : `: ${setWords(descriptors.slice(1), setCount)}`}`;
    case 'sleep': return look?.spanNs === undefined ? 'a time to pass' : `${seconds(look.spanNs)} to pass`;
    case 'clockSleep': return look?.spanNs === undefined ? (intOf(args[1]) & 1) !== 0 ? 'a set time to come' : 'a time to pass' : `${seconds(look.spanNs)} to pass`;
    case 'futex': return `${name === 'futex' ? FUTEX_COMMANDS[intOf(args[1]) & FUTEX_COMMAND_MASK] ?? 'futex' : 'futex'} 0x${BigInt.asUintN(64, args[0] ?? 0n).toString(16)}`;
    case 'futexes': return `${intOf(args[1])} futexes`;
    case 'child': return childWords(state, tid, intOf(args[0]));
    case 'childOrPidfd': switch (intOf(args[0])) {
      case P_ALL: return 'any child';
      case P_PID: return childWords(state, tid, intOf(args[1]));
      case P_PGID: return childWords(state, tid, -intOf(args[1]));
      case P_PIDFD: return `the process of descriptor ${descriptorOf(args[1])}`;
      default: return 'a child';
    }
    case 'connect': return look?.text !== undefined && look.text !== '' ? `socket to ${look.text}` : first === undefined ? '' : fdWords(first);
    case 'path': case 'pathAt': return look?.text ?? '';
    case 'signal': return 'a signal';
    case 'queue': return `message queue ${intOf(args[0])}`;
    case 'semaphores': return `semaphores ${intOf(args[0])}`;
  }
}

/** Whom wait4(2) waits for by its first argument; numbers are those of the caller's pid namespace. */
function childWords(state: StateView, tid: number, pid: number): string {
  if (pid === -1) return 'any child';
  if (pid === 0) return 'any child of its process group';
  if (pid < 0) return `any child of process group ${-pid}`;
  const parent = state.thread(tid)?.info.pid;
  for (const { info } of state.threads()) if (info.vpid === pid && info.ptid === parent && info.tid === info.pid) return `child ${info.pid} (${info.comm})`;
  return `child ${pid}`;
}

function seconds(ns: number): string { return ns >= 1e9 ? `${Number((ns / 1e9).toFixed(3))} s` : ns >= 1e6 ? `${Number((ns / 1e6).toFixed(3))} ms` : `${Number((ns / 1e3).toFixed(3))} µs`; }
