// What the kernel holds for a process: ids of the eBPF programs, maps and links behind its descriptors, and which of them are still there.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const KINDS = ['prog', 'map', 'link', 'btf'] as const;
export type Kind = typeof KINDS[number];
/** Ids by kind; an id is never given twice. */
export type Ids = Readonly<Record<Kind, ReadonlySet<number>>>;

let program: string | undefined;
/** Builds bpfIds.c once for this process; throws where there is no C compiler. */
function lister(): string {
  if (program !== undefined) return program;
  const folder = mkdtempSync(join(tmpdir(), 'porthole-ids-'));
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }); });
  execFileSync('cc', ['-O2', '-o', join(folder, 'ids'), fileURLToPath(new URL('bpfIds.c', import.meta.url))], { stdio: 'pipe' });
  return program = join(folder, 'ids');
}

/** Why the kernel's objects cannot be listed here, or undefined. */
export function whyNoIds(): string | undefined {
  if (process.getuid?.() !== 0) return 'listing eBPF objects needs root';
  return spawnSync('cc', ['--version']).error === undefined ? undefined : 'there is no C compiler (Debian: build-essential)';
}

/** All objects that the kernel has. */
export function idsOfKernel(): Ids {
  const found = none();
  for (const line of execFileSync(lister(), { encoding: 'utf8' }).trim().split('\n')) {
    const [kind, ...ids] = line.split(' ');
    for (const id of ids) found[kind as Kind].add(Number(id));
  }
  return found;
}

/** Objects that a process holds by its descriptors. */
export function idsOf(pid: number | string): Ids {
  const found = none();
  let fds: string[] = [];
  try { fds = readdirSync(`/proc/${pid}/fdinfo`); } catch { /* it has ended */ }
  for (const fd of fds) {
    let text = '';
    try { text = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'); } catch { /* closed meanwhile */ }
    for (const [, kind, id] of text.matchAll(/^(prog|map|link|btf)_id:\s*(\d+)/gm)) found[kind as Kind].add(Number(id));
  }
  return found;
}

/** Objects that some process holds. */
export function idsOfAll(): Ids {
  const found = none();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const held = idsOf(pid);
    for (const kind of KINDS) for (const id of held[kind]) found[kind].add(id);
  }
  return found;
}

function none(): Record<Kind, Set<number>> { return { prog: new Set(), map: new Set(), link: new Set(), btf: new Set() }; }

/** `prog 1 2, map 3`: those of `ids` that are in `within` and not in any of `without`; empty where there is none. */
export function tell(ids: Ids, within: Ids = ids, ...without: readonly Ids[]): string {
  return KINDS.flatMap((kind) => {
    const left = [...ids[kind]].filter((id) => within[kind].has(id) && !without.some((other) => other[kind].has(id)));
    return left.length === 0 ? [] : [`${kind} ${left.join(' ')}`];
  }).join(', ');
}

/** Ids of the programs that a process holds, by itself or through links. */
export function programsOf(pid: number): number[] { return [...idsOf(pid).prog]; }

/** Those of the programs that the kernel still has. */
export function stillLoaded(ids: readonly number[]): number[] {
  const { prog } = idsOfKernel();
  return ids.filter((id) => prog.has(id));
}
