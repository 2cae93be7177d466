// What this machine can do at most: what the figures of the engine are to be held against.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { figure } from './report.ts';
import { scratch } from './tools.ts';

const RUNS = 7;
const CHUNK = 1 << 20;
const EVENT_BLOCKS = new Set([0x216, 0x217, 0x221, 0x222]);
const best = (work: () => void): number => Math.min(...Array.from({ length: RUNS }, () => { const begun = performance.now(); work(); return (performance.now() - begun) / 1000; }));

export async function run(): Promise<void> {
  const given = process.env['PORTHOLE_BENCH_CAPTURE'];
  const path = given !== undefined && existsSync(given) ? given : join(scratch(), 'limits.scap');
  if (given === undefined) await (await import('../interop/differential/captures.ts')).bigCapture(2_000_000, path);
  const { size } = statSync(path);
  const length = Math.min(size, 256 << 20);
  const bytes = new Uint8Array(length), copy = new Uint8Array(length);

  const read = (): void => {
    const file = openSync(path, 'r');
    for (let at = 0; at < length;) { const n = readSync(file, bytes, at, Math.min(CHUNK, length - at), at); if (n === 0) break; at += n; }
    closeSync(file);
  };
  read();
  figure({ name: 'limit.read', value: length / best(read) / 1e6, unit: 'MB/s', note: 'a file in the page cache, one thread' });
  figure({ name: 'limit.copy', value: length / best(() => { copy.set(bytes); }) / 1e6, unit: 'MB/s', note: 'memory to memory, one thread' });

  const piece = bytes.subarray(0, Math.min(length, 64 << 20));
  const zipped = gzipSync(piece);
  figure({ name: 'limit.inflate', value: piece.length / best(() => { gunzipSync(zipped); }) / 1e6, unit: 'MB/s', note: `zlib, one thread; ${(piece.length / zipped.length).toFixed(1)} to 1` });

  const data = new DataView(bytes.buffer);
  const counts = new Uint32Array(65536);
  let events = 0;
  const hop = (): void => {
    events = 0;
    for (let at = 0; at + 32 <= length;) {
      const type = data.getUint32(at, true), total = data.getUint32(at + 4, true);
      if (total < 12) break;
      if (EVENT_BLOCKS.has(type)) { events++; const kind = data.getUint16(at + 30, true); counts[kind] = (counts[kind] ?? 0) + 1; }
      at += total;
    }
  };
  const seconds = best(hop);
  figure({ name: 'limit.headers', value: events / seconds, unit: 'events/s', note: 'going from event to event in memory, reading only what kind each is: the least that any scan has to do, one thread' });
  figure({ name: 'limit.bytes', value: length / events, unit: 'bytes/event', note: 'of this capture' });
}
