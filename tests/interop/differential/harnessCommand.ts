// The command that the differential suite runs: what the build made if it is newer than every source, or a bundle made once for this process.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCommand } from '../../../.scripts/build.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCES = ['remote-agent/engine', 'remote-agent/host', 'remote-agent/protocol', 'driver/schema'];

function newest(folder: string): number {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path));
    else if (/(?<!\.test)\.ts$/.test(entry.name)) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

let script: Promise<string> | undefined;

/** Path of the command's script for Node. */
export function portholeScript(): Promise<string> { return script ??= make(); }

async function make(): Promise<string> {
  const built = join(ROOT, 'dist', 'agent', 'main.cjs');
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...SOURCES.map((folder) => newest(join(ROOT, folder))))) return join(ROOT, 'dist', 'porthole');
  const folder = mkdtempSync(join(tmpdir(), 'porthole-command-'));
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }); });
  mkdirSync(join(folder, 'agent'));
  await buildCommand(folder);
  symlinkSync(join(ROOT, 'remote-agent', 'chisels'), join(folder, 'chisels'));
  symlinkSync(join(ROOT, 'node_modules', 'wasmoon', 'dist', 'glue.wasm'), join(folder, 'agent', 'glue.wasm'));
  return join(folder, 'porthole');
}
