// The captures that Porthole is compared with sysdig on: those that the project makes itself, its demonstration, and real ones where they are there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeSample } from '../../../remote-agent/engine/scap/sample.ts';
import { everyEvent } from './capturesEvents.ts';
import { bigNumbers, earlyNumbers, fewerParameters, firstLayout, newerEvents, olderTables, strangeBlocks, twoSections } from './capturesLayouts.ts';
import { cluster, life } from './capturesLife.ts';

export { bigCapture } from './capturesBig.ts';

export interface Capture { readonly name: string; readonly path: string }

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Where real captures are looked for; see docs/measuring.md. */
export const REAL: string = process.env['PORTHOLE_CAPTURES'] ?? join(ROOT, '..', 'shared', 'captures');
/** Real captures that sysdig 0.29.3 reads and that are small enough to print often. */
const REAL_NAMES = ['wordpress-small', 'curl_google', 'single_ipv6_conn', 'test_ipv6_client'];
const EVENT_PARTS = 4;

let folder: string | undefined;
/** A folder of this run, removed at its end. */
export function scratch(): string {
  if (folder === undefined) {
    const made = folder = mkdtempSync(join(tmpdir(), 'porthole-captures-'));
    process.on('exit', () => { rmSync(made, { recursive: true, force: true }); });
  }
  return folder;
}

function sample(): Uint8Array {
  const parts: Uint8Array[] = [];
  writeSample((bytes) => { parts.push(bytes.slice()); }, { seconds: 3 });
  return new Uint8Array(Buffer.concat(parts));
}

/** The project's own, by name. Each is made out of nothing and is the same every time. */
export const OWN: ReadonlyMap<string, () => Uint8Array> = new Map<string, () => Uint8Array>([
  ...Array.from({ length: EVENT_PARTS }, (_, i): [string, () => Uint8Array] => [`events-${i + 1}`, () => everyEvent(i, EVENT_PARTS)]),
  ['life', life], ['cluster', cluster], ['older-tables', olderTables], ['early-numbers', earlyNumbers], ['first-layout', firstLayout], ['strange-blocks', strangeBlocks], ['two-sections', twoSections], ['fewer-parameters', fewerParameters], ['big-numbers', bigNumbers],
  ['shop', sample],
  ['shop-gzip', () => new Uint8Array(gzipSync(sample()))],
]);

/** What sysdig 0.29.3 cannot read: events of later schemas. */
export const NEWER: ReadonlyMap<string, () => Uint8Array> = new Map<string, () => Uint8Array>([['newer-events', newerEvents]]);

let made: readonly Capture[] | undefined;

/** All of them. Files of the project's own are made at the first call, in a folder that goes away with the process. */
export function captures(): readonly Capture[] {
  if (made !== undefined) return made;
  mkdirSync(scratch(), { recursive: true });
  const list: Capture[] = [];
  for (const [name, make] of OWN) {
    const path = join(scratch(), `${name}.scap`);
    writeFileSync(path, make());
    list.push({ name, path });
  }
  list.push({ name: 'demo', path: join(ROOT, 'extension', 'media', 'demo.scap') });
  for (const name of REAL_NAMES) { const path = join(REAL, `${name}.scap`); if (existsSync(path)) list.push({ name, path }); }
  return made = list;
}

/** Why nothing can be compared with sysdig here; false where it can. */
export const NO_SYSDIG: string | false = spawnSync('sysdig', ['--version'], { stdio: 'ignore' }).status === 0 ? false : 'sysdig is not installed (apt-get install sysdig)';
