// Calls, errors and bytes by process: what chisels such as sysdig's topprocs count, kept as numbers while a source is read.
import { EVENTS } from '../../../driver/schema/index.ts';
import type { EventContext } from '../event/context.ts';
import { FIRST_UNKNOWN_ERRNO, result } from '../event/names.ts';
import { DEMAND } from '../state/demand.ts';
import type { Tally } from '../scap/reader.ts';
import type { FdInfo, ThreadInfo } from '../state/model.ts';

/** One process under one name (a process that executes another program begins a new row). */
export interface ProcessRow {
  readonly pid: number; readonly comm: string; readonly containerId: string;
  /** Calls that ended. */
  calls: number;
  /** Those of them that failed. */
  errors: number;
  /** Bytes read and written: on files and directories, on sockets, and on all else (pipes, terminals, ...). */
  fileBytes: number; netBytes: number; otherBytes: number;
}
export type Measure = 'calls' | 'errors' | 'fileBytes' | 'netBytes' | 'otherBytes';

const CALL = 1, MOVES = 2;
/** By event type: whether it ends a call, and whether its result is a number of bytes read or written. */
const KIND = new Uint8Array(65536);
for (const def of EVENTS) {
  if (!def.isExit || def.category === 'INTERNAL' || def.category === 'SCHEDULER' || def.flags.has('SKIPPARSERESET') || def.category === 'PROCESSING') continue;
  KIND[def.id] = CALL | (def.flags.has('READS_FROM_FD') || def.flags.has('WRITES_TO_FD') ? MOVES : 0);
}

/** Takes events one after the other, those of which its descriptor and result are all that is known as a `Tally`. */
export class ByProcess implements Tally {
  /** Types of event that it wants to see, for `ScapReader.select`. */
  static readonly types: Uint8Array = KIND.map((kind) => kind === 0 ? 0 : 1);
  /** What it has to know of the system, for the same. */
  static readonly demand: number = DEMAND.threads | DEMAND.kinds;
  readonly #rows = new Map<string, ProcessRow>();
  /** The row that was asked for last, and for whom. */
  #info: ThreadInfo | undefined = undefined;
  #row: ProcessRow | undefined = undefined;

  /** Counts an event that a reader shows. */
  see(ctx: EventContext): void {
    const type = ctx.view.type;
    if ((KIND[type] ?? 0) !== 0 && ctx.info !== undefined) this.add(this.row(ctx.info), ctx.fd, type, result(ctx.view) ?? 0);
  }

  add(row: ProcessRow, fd: FdInfo | undefined, type: number, result: number): void {
    const kind = KIND[type] ?? 0;
    row.calls++;
    if (result < 0 && result > -FIRST_UNKNOWN_ERRNO) { row.errors++; return; }
    if ((kind & MOVES) === 0 || fd === undefined) return;
    switch (fd.kind) {
      case 'file': case 'directory': case 'memfd': row.fileBytes += result; break;
      case 'ipv4': case 'ipv6': case 'ipv4server': case 'ipv6server': case 'unix': row.netBytes += result; break;
      default: row.otherBytes += result;
    }
  }

  row(info: ThreadInfo): ProcessRow {
    if (info === this.#info && this.#row !== undefined) return this.#row;
    const key = `${info.pid} ${info.comm}`;
    let row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, row = { pid: info.pid, comm: info.comm, containerId: info.containerId, calls: 0, errors: 0, fileBytes: 0, netBytes: 0, otherBytes: 0 });
    this.#info = info;
    return this.#row = row;
  }

  /** The rows, most of `by` first. */
  rows(by: Measure = 'calls'): readonly ProcessRow[] { return [...this.#rows.values()].sort((a, b) => b[by] - a[by] || a.pid - b.pid); }
}
