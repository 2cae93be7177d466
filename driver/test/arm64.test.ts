// The probe for arm64 compiles from the same sources, whatever machine this is, and a loader can be made of it. It is not loaded here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bpf = fileURLToPath(new URL('../bpf/', import.meta.url));

function missing(): string | undefined {
  try { execFileSync('clang', ['--version'], { stdio: 'ignore' }); } catch { return 'TEST SKIPPED: clang is missing'; }
  if (!existsSync('/usr/include/bpf/bpf_helpers.h')) return 'TEST SKIPPED: libbpf’s headers are missing (apt-get install libbpf-dev)';
  return undefined;
}

/** Kernel headers of the C library, for whichever machine they are: the probe takes from them only what is the same everywhere. */
function headers(): string[] {
  return readdirSync('/usr/include').filter((name) => /-linux-gnu$/.test(name)).sort((a, b) => Number(b.startsWith('aarch64')) - Number(a.startsWith('aarch64'))).slice(0, 1).flatMap((name) => ['-idirafter', join('/usr/include', name)]);
}

/** As build.mjs compiles what kernels from 5.8 on get. */
const OLDER = ['-mcpu=v2', '-mllvm', '-disable-block-placement', '-DPORTHOLE_5_8'];
const PROBE = ['on_enter', 'on_exit', 'x_file', 'x_system'], HOST = ['on_switch', 'on_request_complete', 'on_request_issue_queued', 'on_tcp_state'], HOST_EVENTS = ['on_switch', 'on_page_fault', 'on_oom'];
/** What each object must hold, and how it is compiled: most of them twice, for kernels from 5.17 and from 5.8 on. */
const OBJECTS: readonly (readonly [name: string, programs: readonly string[], options?: readonly string[]])[] = [
  ['porthole', PROBE], ['porthole', PROBE, OLDER], ['host', HOST], ['host', HOST, OLDER], ['hostEvents', HOST_EVENTS], ['hostEvents', HOST_EVENTS, OLDER], ['rings', ['on_ring_create', 'on_ring_submit']],
];

for (const [name, programs, options = []] of OBJECTS) test(`${[`${name}.bpf.c`, ...options].join(' ')} compiles for arm64`, { skip: missing() ?? false }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'porthole-arm64-'));
  try {
    const object = join(dir, `${name}.o`);
    execFileSync('clang', ['-g', '-O2', '-target', 'bpf', '-D__TARGET_ARCH_arm64', ...options, ...headers(), '-Wall', '-Werror', '-Wno-unused-function', '-Wno-compare-distinct-pointer-types', '-c', join(bpf, `${name}.bpf.c`), '-o', object], { stdio: ['ignore', 'pipe', 'pipe'] });
    const bpftool = ['/usr/sbin/bpftool', '/usr/bin/bpftool', '/usr/local/sbin/bpftool'].find((path) => existsSync(path));
    if (bpftool === undefined) return;
    const skeleton = execFileSync(bpftool, ['gen', 'skeleton', ...(options.length > 0 ? [] : ['-L']), object, 'name', 'porthole'], { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const program of programs) assert.ok(skeleton.includes(program), program);
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
