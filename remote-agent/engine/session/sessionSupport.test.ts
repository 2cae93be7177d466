// Makes events and contexts for the tests of this folder: real event bytes, a state that knows two processes.
import { eventBySymbol } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { EventView } from '../event/eventView.ts';
import type { FdInfo, StateView, Thread, ThreadInfo } from '../state/model.ts';

let ref = 1;
export function threadInfo(tid: number, pid: number, comm: string, containerId = ''): ThreadInfo {
  return { ref: ref++, tid, pid, ptid: 1, vtid: tid, vpid: pid, sid: 0, vpgid: 0, comm, exe: comm, exepath: `/bin/${comm}`, args: ['-x'], env: [], cwd: '/', root: '/', cgroups: '', uid: 0, gid: 0, loginuid: 0, tty: 0, flags: 0, cloneNs: -1, fdlimit: 1024, containerId, parent: undefined };
}
export function fdInfo(name: string): FdInfo {
  return { ref: ref++, kind: 'file', name, openFlags: 0, dev: 0, ino: 0, l4: 0, sip: '', dip: '', sport: 0, dport: 0, role: 'none', connected: false };
}

export function stateOf(infos: readonly ThreadInfo[]): StateView {
  const threads = new Map(infos.map((info) => [info.tid, { info, fds: new Map(), isMain: info.tid === info.pid, pfmajor: 0, pfminor: 0, vmSizeKb: 0, vmRssKb: 0, vmSwapKb: 0, childCount: 0 } satisfies Thread]));
  return {
    thread: (tid) => threads.get(tid), container: () => undefined, user: () => undefined, group: () => undefined,
    threads: () => threads.values(), containers: () => [][Symbol.iterator](), baseNs: 1_700_000_000_000_000_000n,
    machine: { cpus: 2, memoryBytes: 0, maxPid: 32768, hostname: 'box', bootNs: 0n },
  };
}

/** Bytes of an event; numbers become values of 8 bytes, texts NUL-ended strings. */
export function eventBytes(symbol: string, tsNs: number, tid: number, params: readonly (number | string)[]): Uint8Array {
  const values = params.map((p) => {
    if (typeof p === 'string') return new TextEncoder().encode(`${p}\0`);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(p), true);
    return bytes;
  });
  const length = 26 + values.length * 2 + values.reduce((sum, v) => sum + v.length, 0);
  const bytes = new Uint8Array(length);
  const data = new DataView(bytes.buffer);
  data.setBigUint64(0, BigInt(tsNs), true);
  data.setBigInt64(8, BigInt(tid), true);
  data.setUint32(16, length, true);
  data.setUint16(20, eventBySymbol(symbol).id, true);
  data.setUint32(22, values.length, true);
  let at = 26 + values.length * 2;
  values.forEach((value, i) => { data.setUint16(26 + i * 2, value.length, true); bytes.set(value, at); at += value.length; });
  return bytes;
}

export function viewOf(bytes: Uint8Array, cpu = 0): EventView {
  const view = new EventView();
  if (!view.reset(bytes, new DataView(bytes.buffer), 0, cpu, 0xffff, bytes.length)) throw new Error('the test made an event that is none');
  return view;
}

let num = 0;
export function context(state: StateView, bytes: Uint8Array, tsNs: number, latencyNs: number, info: ThreadInfo | undefined, fd?: FdInfo): EventContext {
  return { view: viewOf(bytes, 1), num: ++num, tsNs, latencyNs, info, thread: undefined, fdNum: fd === undefined ? -1 : 5, fd, enter: undefined, state };
}
