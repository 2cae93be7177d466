// Builds dist/agent/porthole.node: eBPF object (clang) -> light skeleton (bpftool) -> addon (node-gyp). Does again only what changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const bpf = join(root, 'driver/bpf');
const work = join(root, '.build/probe');
const target = join(root, 'dist/agent/porthole.node');
const HEADERS = { x64: ['x86', 'x86_64-linux-gnu'], arm64: ['arm64', 'aarch64-linux-gnu'] };

/**
 * What the object for kernels from 5.8 on is compiled with. Verifiers before 5.14 or so refuse a loop whose end falls through to its beginning, without a jump ("back-edge from insn"): that
 * is how blocks come to lie where the compiler may move them.
 */
const FALLBACK_OPTIONS = ['-mcpu=v2', '-mllvm', '-disable-block-placement', '-DPORTHOLE_5_8'];

class BuildError extends Error {}

function run(command, args, options = {}) {
  try {
    return execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20, ...options });
  } catch (error) {
    if (error.code === 'ENOENT') throw new BuildError(`${command} is missing. On Debian or Ubuntu: apt-get install clang llvm libbpf-dev libelf-dev zlib1g-dev bpftool linux-libc-dev build-essential`);
    throw new BuildError(`${command} ${args.join(' ')}\n${String(error.stdout ?? '')}${String(error.stderr ?? '')}`);
  }
}

/** bpftool lies in /usr/sbin, which is not on every user's path. */
function bpftool() { return ['/usr/sbin/bpftool', '/usr/bin/bpftool', '/usr/local/sbin/bpftool'].find((path) => existsSync(path)) ?? 'bpftool'; }

function files(folder, pattern) { return readdirSync(folder).filter((name) => pattern.test(name)).sort().map((name) => join(folder, name)); }

/** Whether `inputs` (and `extra`) differ from what `stamp` was made of; gives the new fingerprint. */
function fingerprint(inputs, extra) {
  const hash = createHash('sha256').update(extra);
  for (const path of inputs) hash.update(path.slice(root.length)).update(readFileSync(path));
  return hash.digest('hex');
}

function step(name, inputs, extra, output, make) {
  const stamp = join(work, `${name}.stamp`);
  const print = fingerprint(inputs, extra);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return;
  const start = Date.now();
  make();
  writeFileSync(stamp, print);
  process.stdout.write(`probe: ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
}

/** Compiles driver/bpf/SOURCE.bpf.c and makes its light skeleton, of the fallback the usual one; `name`: of the skeleton's structures. */
function compileObject(source, name, arch, triplet, skeleton, fallback = false) {
  const file = fallback ? name : source, object = join(work, `${file}.o`), stripped = join(work, `${file}.bpf.o`);
  run('clang', ['-g', '-O2', '-target', 'bpf', `-D__TARGET_ARCH_${arch}`, ...(fallback ? FALLBACK_OPTIONS : []), '-idirafter', `/usr/include/${triplet}`, '-Wall', '-Werror', '-Wno-unused-function', '-Wno-compare-distinct-pointer-types', `-ffile-prefix-map=${root}=.`, '-c', join(bpf, `${source}.bpf.c`), '-o', object]);
  // Debugging sections only; BTF stays.
  const strip = ['/usr/bin/llvm-strip', ...files('/usr/bin', /^llvm-strip-\d+$/)].find((path) => existsSync(path));
  if (strip === undefined) copyFileSync(object, stripped); else run(strip, ['-g', object, '-o', stripped]);
  writeFileSync(skeleton, run(bpftool(), ['gen', 'skeleton', ...(fallback ? [] : ['-L']), stripped, 'name', name]));
}

/** The program that loads the fallback: static, since Debian's libbpf.a and libelf.a cannot become part of a shared object, and hosts need not have them. */
function compileHelper(helper) {
  const zstd = ['/usr/lib', `/usr/lib/${HEADERS[process.arch][1]}`].some((folder) => existsSync(join(folder, 'libzstd.a')));
  run('cc', ['-O2', '-Wall', '-static-pie', '-s', `-ffile-prefix-map=${root}=.`, '-o', helper, join(here, 'helper/helper.c'), '-lbpf', '-lelf', '-lz', ...(zstd ? ['-lzstd'] : [])]);
  writeFileSync(join(work, 'helper.gen.h'), `#define HELPER_PATH ${JSON.stringify(helper)}\n`);
}

function compileAddon() {
  const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  // The headers of the Node that runs this, where it was installed with them; else node-gyp fetches them.
  const prefix = [dirname(dirname(process.execPath)), '/usr', '/usr/local'].find((path) => existsSync(join(path, 'include/node/node_api.h')));
  const env = { ...process.env };
  delete env.npm_config_nodedir;
  run(process.execPath, [gyp, 'rebuild', '--silent', '--directory', here, ...(prefix === undefined ? [] : ['--nodedir', prefix])], { env });
  mkdirSync(dirname(target), { recursive: true });
  // A new file, renamed over the old one: a running agent keeps what it has mapped.
  copyFileSync(join(here, 'build/Release/porthole.node'), `${target}.new`);
  renameSync(`${target}.new`, target);
  rmSync(join(here, 'build'), { recursive: true, force: true });
}

try {
  if (process.platform !== 'linux') throw new BuildError('The probe is built on Linux alone.');
  const [arch, triplet] = HEADERS[process.arch] ?? [];
  if (arch === undefined) throw new BuildError(`The probe knows x86-64 and arm64, not ${process.arch}.`);
  mkdirSync(work, { recursive: true });
  const skeleton = join(work, 'porthole.lskel.h'), older = join(work, 'porthole_5_8.skel.h'), helper = join(work, 'helper'), rings = join(work, 'rings.lskel.h'), host = join(work, 'host.lskel.h'), hostEvents = join(work, 'hostEvents.lskel.h');
  const olderHost = join(work, 'host_5_8.skel.h'), olderHostEvents = join(work, 'hostEvents_5_8.skel.h'), snapshot = join(work, 'snapshot.lskel.h');
  const self = fileURLToPath(import.meta.url);
  step('eBPF', [self, ...files(bpf, /\.[ch]$/)], arch, skeleton, () => { compileObject('porthole', 'porthole', arch, triplet, skeleton); });
  step('eBPF for 5.8', [self, ...files(bpf, /\.[ch]$/)], arch, older, () => { compileObject('porthole', 'porthole_5_8', arch, triplet, older, true); });
  step('helper', [self, join(here, 'helper/helper.c')], process.arch, helper, () => { compileHelper(helper); });
  step('io_uring eBPF', [self, ...files(bpf, /\.[ch]$/)], arch, rings, () => { compileObject('rings', 'rings_bpf', arch, triplet, rings); });
  step('host eBPF', [self, ...files(bpf, /\.[ch]$/)], arch, host, () => { compileObject('host', 'host_bpf', arch, triplet, host); });
  step('host event eBPF', [self, ...files(bpf, /\.[ch]$/)], arch, hostEvents, () => { compileObject('hostEvents', 'host_events_bpf', arch, triplet, hostEvents); });
  step('host eBPF for 5.8', [self, ...files(bpf, /\.[ch]$/)], arch, olderHost, () => { compileObject('host', 'host_5_8', arch, triplet, olderHost, true); });
  step('host event eBPF for 5.8', [self, ...files(bpf, /\.[ch]$/)], arch, olderHostEvents, () => { compileObject('hostEvents', 'hostEvents_5_8', arch, triplet, olderHostEvents, true); });
  step('snapshot eBPF', [self, ...files(bpf, /\.[ch]$/)], arch, snapshot, () => { compileObject('snapshot', 'snapshot_bpf', arch, triplet, snapshot); });
  step('addon', [self, skeleton, older, helper, rings, host, hostEvents, olderHost, olderHostEvents, snapshot, join(bpf, 'rings.h'), join(bpf, 'event_table.gen.h'), join(here, 'binding.gyp'), ...files(here, /\.(c|cc|h)$/)], process.version, target, () => { compileAddon(); });
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`The probe could not be built. ${error.message}\n`);
  process.exitCode = 1;
}
