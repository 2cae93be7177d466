// Reads the records that the kernel's iterators write (driver/schema/snapshot.ts). Pure: chunks of bytes in, values out.
import { SNAPSHOT_FILE_AT as FILE, SNAPSHOT_SOCKET_AT as SOCKET, SNAPSHOT_TASK_AT as TASK } from '../../driver/schema/index.ts';

/** A thread as it was; numbers, units and zeros as in SNAPSHOT_TASK. */
export interface TaskRecord {
  readonly startNs: number; readonly atNs: number;
  readonly minor: number; readonly major: number; readonly deadMinor: number; readonly deadMajor: number; readonly fdLimit: number;
  readonly tid: number; readonly pid: number; readonly ppid: number; readonly vtid: number; readonly vpid: number; readonly vpgid: number; readonly sid: number;
  readonly uid: number; readonly gid: number; readonly loginuid: number; readonly tty: number;
  readonly vmSizeKb: number; readonly vmRssKb: number; readonly vmSwapKb: number;
  /** A thread of the kernel's own. */
  readonly ofKernel: boolean;
  readonly ended: boolean;
  readonly ownFiles: boolean;
  readonly comm: string;
}

/** A socket as it was; SNAPSHOT_SOCKET. Addresses of 4 or 16 bytes; `name`, `peerName`: raw addresses of UNIX sockets. */
export interface SocketRecord {
  readonly family: number; readonly type: number; readonly protocol: number; readonly state: number; readonly netNs: number; readonly localPort: number; readonly remotePort: number;
  readonly local: Uint8Array; readonly remote: Uint8Array; readonly name: Uint8Array; readonly peerName: Uint8Array;
}

/** A descriptor as it was; SNAPSHOT_FILE. `text`: what /proc/PID/fd/FD leads to; '' of sockets, and undefined where the path is longer than the kernel writes paths. */
export interface FileRecord {
  readonly startNs: number; readonly atNs: number; readonly tid: number; readonly pid: number; readonly fd: number;
  /** As the kernel numbers them (fcntl.h). */
  readonly flags: number;
  readonly mode: number; readonly dev: number; readonly ino: number;
  readonly text: string | undefined;
  readonly socket: SocketRecord | undefined;
}

const PF_KTHREAD = 0x00200000;
const AF_INET6 = 10;
/** Kernel: INFINITY of limits. */
const NO_LIMIT = 0xffffffff;
/** More than any record can have: chunks that say so are not what the iterators write. */
const MOST_BYTES = 1 << 16;

/** Chunks one after the other as whole records: what one chunk cuts off is put before the next. */
class Chunks {
  #rest: Uint8Array = new Uint8Array(0);
  /** Calls `read` with the place of each record; that answers the record's size, or 0 where it is not whole. Throws where a rest can be no record. */
  feed(chunk: Uint8Array, read: (bytes: Buffer, data: DataView, at: number) => number): void {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([this.#rest, chunk]);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (;;) { const size = read(bytes, data, at); if (size === 0) break; at += size; }
    if (bytes.length - at > MOST_BYTES) throw new Error(`an iterator wrote a record of more than ${MOST_BYTES} bytes`);
    this.#rest = Buffer.from(bytes.subarray(at));
  }
}

function u64(data: DataView, at: number): number { return data.getUint32(at + 4, true) * 4294967296 + data.getUint32(at, true); }
function nameIn(bytes: Buffer, at: number): string { const end = bytes.indexOf(0, at); return bytes.toString('utf8', at, end < 0 || end > at + 16 ? at + 16 : end); }

export class TaskReader {
  readonly #chunks = new Chunks();
  /** Calls `visit` with each thread of the chunk. */
  feed(chunk: Uint8Array, visit: (task: TaskRecord) => void): void {
    this.#chunks.feed(chunk, (bytes, data, at) => {
      if (at + TASK.size > bytes.length) return 0;
      const u32 = (field: number): number => data.getUint32(at + field, true);
      visit({
        startNs: u64(data, at + TASK.start), atNs: u64(data, at + TASK.at),
        minor: u64(data, at + TASK.minor), major: u64(data, at + TASK.major), deadMinor: u64(data, at + TASK.deadMinor), deadMajor: u64(data, at + TASK.deadMajor),
        fdLimit: u32(TASK.fdLimit + 4) === NO_LIMIT ? -1 : u64(data, at + TASK.fdLimit),
        tid: u32(TASK.tid), pid: u32(TASK.pid), ppid: u32(TASK.ppid), vtid: u32(TASK.vtid), vpid: u32(TASK.vpid), vpgid: u32(TASK.vpgid), sid: u32(TASK.sid),
        uid: u32(TASK.uid), gid: u32(TASK.gid), loginuid: u32(TASK.loginuid), tty: u32(TASK.tty), vmSizeKb: u32(TASK.vmSize), vmRssKb: u32(TASK.vmRss), vmSwapKb: u32(TASK.vmSwap),
        ofKernel: (u32(TASK.flags) & PF_KTHREAD) !== 0, ended: u32(TASK.exitState) !== 0, ownFiles: u32(TASK.ownFiles) !== 0, comm: nameIn(bytes, at + TASK.comm),
      });
      return TASK.size;
    });
  }
}

export class FileReader {
  readonly #chunks = new Chunks();
  /** Calls `visit` with each descriptor of the chunk. */
  feed(chunk: Uint8Array, visit: (file: FileRecord) => void): void {
    this.#chunks.feed(chunk, (bytes, data, at) => {
      if (at + FILE.size > bytes.length) return 0;
      const u32 = (field: number): number => data.getUint32(at + field, true);
      const isSocket = u32(FILE.isSocket) !== 0, textBytes = u32(FILE.textBytes), textAt = at + FILE.size + (isSocket ? SOCKET.size : 0), end = textAt + Math.ceil(textBytes / 8) * 8;
      if (end > bytes.length) return 0;
      visit({
        startNs: u64(data, at + FILE.start), atNs: u64(data, at + FILE.at), tid: u32(FILE.tid), pid: u32(FILE.pid), fd: u32(FILE.fd), flags: u32(FILE.flags), mode: u32(FILE.mode), dev: u32(FILE.dev),
        ino: u64(data, at + FILE.ino), text: u32(FILE.tooLong) !== 0 ? undefined : isSocket ? '' : bytes.toString('utf8', textAt, textAt + textBytes),
        socket: isSocket ? socketIn(bytes, data, at + FILE.size, textAt, textBytes) : undefined,
      });
      return end - at;
    });
  }
}

function socketIn(bytes: Buffer, data: DataView, at: number, textAt: number, textBytes: number): SocketRecord {
  const u32 = (field: number): number => data.getUint32(at + field, true);
  const family = u32(SOCKET.family), width = family === AF_INET6 ? 16 : 4, own = textBytes - Math.min(u32(SOCKET.peerBytes), textBytes);
  return {
    family, type: u32(SOCKET.type), protocol: u32(SOCKET.protocol), state: u32(SOCKET.state), netNs: u32(SOCKET.netNs), localPort: u32(SOCKET.localPort), remotePort: u32(SOCKET.remotePort),
    local: bytes.subarray(at + SOCKET.local, at + SOCKET.local + width), remote: bytes.subarray(at + SOCKET.remote, at + SOCKET.remote + width),
    name: bytes.subarray(textAt, textAt + own), peerName: bytes.subarray(textAt + own, textAt + textBytes),
  };
}
