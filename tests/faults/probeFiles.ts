// What the kernel holds for a process: ids of the eBPF programs behind its descriptors, and which of them are still loaded.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Why loaded programs cannot be listed here, or undefined. */
export function whyNoBpftool(): string | undefined {
  const tried = spawnSync('bpftool', ['version'], { env: TOOL_ENV });
  return tried.error === undefined ? undefined : 'bpftool is not installed (Debian: bpftool)';
}

const TOOL_ENV = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** Ids of the programs that a process holds, by itself or through links. */
export function programsOf(pid: number): number[] {
  const ids = new Set<number>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    let text = '';
    try { text = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'); } catch { /* closed meanwhile */ }
    const id = /^prog_id:\s*(\d+)/m.exec(text)?.[1];
    if (id !== undefined) ids.add(Number(id));
  }
  return [...ids];
}

/** Those of the programs that the kernel still has. Ids are never given twice. */
export function stillLoaded(ids: readonly number[]): number[] {
  const listed = spawnSync('bpftool', ['-j', 'prog', 'list'], { encoding: 'utf8', env: TOOL_ENV, maxBuffer: 1 << 26 });
  if (listed.status !== 0) throw new Error(`bpftool prog list: ${listed.stderr}`);
  const loaded = new Set((JSON.parse(listed.stdout) as { id: number }[]).map(({ id }) => id));
  return ids.filter((id) => loaded.has(id));
}
