// Reads a few bytes of another process's memory, without ever waiting for that process: a page that is not there is not read, as whoever owns the
// process may have arranged that fetching it takes for ever (userfaultfd, a file system of its own).
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

const PAGE = 4096n, ENTRY_BYTES = 8n;
/** Bit 63 of an entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst): the page is in memory. */
const PRESENT = 1n << 63n;
/** A read that takes longer, ms, may never come back; while there is one nothing else is read, as each holds a thread of Node's. */
const PATIENCE_MS = 250;

export class ProcessMemory {
  readonly #root: string;
  /** Reads that have not come back. */
  #stuck = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root = '/proc') { this.#root = root; }

  /** The bytes at an address; undefined where they cannot be read, or not at once. One read after the other. */
  async read(pid: number, address: bigint, length: number): Promise<Uint8Array | undefined> {
    const turn = this.#turn.then(async () => await this.#try(pid, address, length));
    this.#turn = turn;
    return await turn;
  }

  async #try(pid: number, address: bigint, length: number): Promise<Uint8Array | undefined> {
    if (length <= 0 || address <= 0n || address >= 1n << 52n || this.#stuck > 0 || !this.#present(pid, address, length)) return undefined;
    let patience: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => { patience = setTimeout(() => { resolve('late'); }, PATIENCE_MS); });
    this.#stuck++;
    const reading = this.#read(pid, address, length).finally(() => { this.#stuck--; });
    const result = await Promise.race([reading, late]);
    clearTimeout(patience);
    return result === 'late' ? undefined : result;
  }

  async #read(pid: number, address: bigint, length: number): Promise<Uint8Array | undefined> {
    try {
      const file = await open(`${this.#root}/${pid}/mem`, 'r');
      try {
        const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, Number(address));
        return bytesRead === length ? buffer : undefined;
      } finally { await file.close(); }
    } catch { return undefined; }
  }

  #present(pid: number, address: bigint, length: number): boolean {
    let fd: number;
    try { fd = openSync(`${this.#root}/${pid}/pagemap`, 'r'); } catch { return false; }
    try {
      const entry = new BigUint64Array(1);
      for (let page = address / PAGE; page <= (address + BigInt(length) - 1n) / PAGE; page++) {
        if (readSync(fd, entry, 0, 8, page * ENTRY_BYTES) !== 8 || ((entry[0] ?? 0n) & PRESENT) === 0n) return false;
      }
      return true;
    } catch { return false; } finally { closeSync(fd); }
  }
}
