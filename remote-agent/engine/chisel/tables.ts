// The tables that chisels may ask for: threads with their descriptors, and containers, as they are at the event at hand.
import { printable } from '../base/text.ts';
import { encodeEvent } from '../event/encode.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import { KIND_WORDS } from '../fields/fd.ts';
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';
import { eventTest } from './extract.ts';
import type { ChiselRequest } from './ports.ts';
import { textToLua } from './quick/bytes.ts';
import { LuaTable, type Value } from './quick/values.ts';
import { encodeLua, named, type LuaData } from './values.ts';

const NA = '<NA>';
const L4_WORDS: readonly string[] = [NA, NA, 'tcp', 'udp', 'icmp', 'raw'];
const NO_CALL = 0xffff;
/** Numbers come cut to 32 bits. */
const u32 = (value: number | bigint): number => typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : value >>> 0;

/** Answers a request of a chisel's, encoded for Lua. `nsNow`: time of the last event, ns since the state's base. */
export function answerRequest(request: ChiselRequest, state: StateView | undefined, nsNow: number): Uint8Array {
  if (state === undefined) return encodeLua(new Map());
  return encodeLua(request.what === 'containers' ? containerTable(state) : threadTable(request, state, nsNow));
}

/** The same as a table of a compiled chisel's. */
export function tableOf(request: ChiselRequest, state: StateView | undefined, nsNow: number): LuaTable {
  const made = state === undefined ? new Map<string, LuaData>() : request.what === 'containers' ? containerTable(state) : threadTable(request, state, nsNow);
  return asLua(made) as LuaTable;
}
function asLua(data: LuaData): Value {
  if (typeof data === 'string') return textToLua(data);
  if (typeof data !== 'object') return data;
  const table = new LuaTable();
  if (Array.isArray(data)) (data as readonly LuaData[]).forEach((one, i) => { table.set(i + 1, asLua(one)); });
  else for (const [key, one] of data as ReadonlyMap<number | string, LuaData>) table.set(typeof key === 'string' ? textToLua(key) : key, asLua(one));
  return table;
}

function containerTable(state: StateView): LuaData {
  return [...state.containers()].map(({ id, name, image, type }) => named({ id, name, image, type: type === '' ? 'unknown' : type }));
}

/** An event that no source told of: the end of a read of nothing, by a thread on a descriptor of it. Filters of tables are asked with it. */
class LookContext implements EventContext {
  readonly view = new EventView();
  readonly num = 0;
  readonly tsNs: number;
  readonly latencyNs = 0;
  readonly enter = undefined;
  readonly state: StateView;
  info: ThreadInfo | undefined;
  thread: Thread | undefined;
  fdNum = -1;
  fd: FdInfo | undefined;

  constructor(state: StateView, nsNow: number) {
    this.state = state; this.tsNs = nsNow;
    this.turn(-1);
  }
  /** Makes it an event of this thread. */
  turn(tid: number): void {
    const bytes = encodeEvent('SYSCALL_READ_X', { ts: this.state.baseNs + BigInt(Math.max(0, Math.floor(this.tsNs))), tid, params: { res: 0 } });
    this.view.reset(bytes, new DataView(bytes.buffer), 0, 0, NO_CALL, bytes.length);
  }
}

function threadTable(request: ChiselRequest, state: StateView, nsNow: number): LuaData {
  const test = eventTest(request.filter);
  const look = test === undefined ? undefined : new LookContext(state, nsNow);
  const table = new Map<number, LuaData>();
  for (const thread of state.threads()) {
    let fds: ReadonlyMap<number, FdInfo> = thread.fds;
    if (test !== undefined && look !== undefined) {
      look.turn(thread.info.tid);
      look.info = thread.info; look.thread = thread;
      const passing = new Map<number, FdInfo>();
      for (const [number, fd] of thread.fds) {
        look.fdNum = number; look.fd = fd;
        if (test(look)) passing.set(number, fd);
      }
      // As in sysdig: a thread none of whose descriptors passes is left out, and so is one without any.
      if (passing.size === 0) continue;
      fds = passing;
    }
    table.set(thread.info.tid, threadEntry(thread, request, request.fds ? fds : undefined, state));
  }
  return table;
}

function threadEntry(thread: Thread, { barebone }: ChiselRequest, fds: ReadonlyMap<number, FdInfo> | undefined, state: StateView): LuaData {
  const { info } = thread;
  const fdtable = new Map<number, LuaData>();
  for (const [number, fd] of fds ?? []) fdtable.set(number, barebone ? new Map() : descriptor(fd));
  if (barebone) return named({ tid: info.tid, pid: info.pid, fdtable });
  return named({
    tid: info.tid, pid: info.pid, ptid: info.ptid, flags: u32(info.flags), fdlimit: u32(info.fdlimit), uid: u32(info.uid), gid: u32(info.gid), nchilds: thread.childCount,
    vmsize_kb: u32(thread.vmSizeKb), vmrss_kb: u32(thread.vmRssKb), vmswap_kb: u32(thread.vmSwapKb), pfmajor: u32(thread.pfmajor), pfminor: u32(thread.pfminor),
    comm: info.comm, exe: info.exe, username: state.user(info.uid, info.containerId)?.name ?? NA,
    clone_ts: info.cloneNs < 0 ? '0' : String(state.baseNs + BigInt(Math.floor(info.cloneNs))), args: info.args, env: info.env, fdtable,
  });
}

function descriptor(fd: FdInfo): LuaData {
  const entry = { name: printable(fd.name), type: KIND_WORDS[fd.kind] ?? NA };
  const l4proto = L4_WORDS[fd.l4] ?? NA;
  switch (fd.kind) {
    case 'ipv4': case 'ipv6': return named({ ...entry, cip: fd.sip, sip: fd.dip, cport: fd.sport, sport: fd.dport, is_server: fd.role === 'server', l4proto });
    case 'ipv4server': case 'ipv6server': return named({ ...entry, sip: fd.dip, sport: fd.dport, is_server: true, l4proto });
    default: return named(entry);
  }
}
