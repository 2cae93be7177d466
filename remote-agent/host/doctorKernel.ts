// What the doctor asks of the kernel: release, eBPF and how it was built, types, lockdown.
import { gunzipSync } from 'node:zlib';
import { limited, missing, none, ok, type Finding, type Host } from './doctorHost.ts';

/** The first kernel that takes the probe; docs/probe.md says what needs it. */
export const KERNEL_NEEDED = [5, 8] as const;
/** The first that takes its usual object; those before it get the other (docs/probe.md). */
export const KERNEL_WHOLE = [5, 17] as const;
/** What the other object does less. */
export const LESS_BEFORE = 'long paths and lists are cut sooner, 65,536 threads are followed, and `rings` is not there';
export const BTF = '/sys/kernel/btf/vmlinux';

export function release(host: Host): { major: number; minor: number } {
  const [major = 0, minor = 0] = host.release.split('.').map((n) => parseInt(n, 10) || 0);
  return { major, minor };
}
export function isSince(host: Host, since: readonly [major: number, minor: number]): boolean {
  const { major, minor } = release(host);
  return major > since[0] || (major === since[0] && minor >= since[1]);
}

export function checkSystem(host: Host): Finding {
  const detail = `${host.platform} ${host.arch}, Node ${process.versions.node}`;
  if (host.platform === 'linux' && (host.arch === 'x64' || host.arch === 'arm64')) return ok('system', detail);
  return missing('system', detail, 'Live capture needs Linux on x86-64 or arm64. Capture files can be read here: porthole -r FILE');
}

export function checkKernel(host: Host): Finding {
  const asked = host.env['PORTHOLE_PROBE_OBJECT'] ?? '';
  if (asked !== '' && asked !== '5.8' && asked !== '5.17') return missing('kernel', `${host.release}, and PORTHOLE_PROBE_OBJECT=${asked}`, 'Unset it, or give it one of the values that there are: 5.8 or 5.17.');
  if (isSince(host, KERNEL_NEEDED) && asked !== '') return ok('kernel', `${host.release}; the probe's object for kernels from ${asked} on is asked for by PORTHOLE_PROBE_OBJECT`);
  if (isSince(host, KERNEL_WHOLE)) return ok('kernel', host.release);
  if (isSince(host, KERNEL_NEEDED)) return ok('kernel', `${host.release}: before ${KERNEL_WHOLE.join('.')}, so it gets the probe's fallback: ${LESS_BEFORE}`);
  return missing('kernel', host.release, `The probe needs Linux ${KERNEL_NEEDED.join('.')} or newer: update the kernel.`);
}

/** What the kernel must have been built with, and why. Options that a kernel does not know are not told in its configuration either. */
const BUILT_WITH: readonly (readonly [option: string, why: string])[] = [
  ['CONFIG_BPF_SYSCALL', 'without it there is no eBPF'],
  ['CONFIG_BPF_JIT', 'the probe does not run without the compiler'],
  ['CONFIG_BPF_EVENTS', 'without it no program may hang on tracepoints'],
  ['CONFIG_HAVE_SYSCALL_TRACEPOINTS', 'without it system calls have no tracepoints'],
];

/** The kernel's configuration: as it tells itself (CONFIG_IKCONFIG_PROC), or beside it in /boot. */
function configuration(host: Host): string | undefined {
  const packed = host.bytes('/proc/config.gz');
  if (packed !== undefined) try { return gunzipSync(packed).toString('latin1'); } catch { /* then from /boot */ }
  return host.read(`/boot/config-${host.release}`) ?? host.read(`/lib/modules/${host.release}/config`);
}

/**
 * Whether the kernel offers eBPF, and compiles it. `unprivileged_bpf_disabled` is there where the call bpf is (Documentation/admin-guide/sysctl/kernel.rst);
 * it decides nothing here: programs that trace take privileges whatever it says. The interpreter does not run callbacks (kernel/bpf/verifier.c), so the compiler has to be on.
 */
export function checkEbpf(host: Host): Finding {
  const name = 'eBPF';
  const unprivileged = host.read('/proc/sys/kernel/unprivileged_bpf_disabled')?.trim();
  const config = configuration(host);
  const lacking = config === undefined ? [] : BUILT_WITH.filter(([option]) => !new RegExp(`^${option}=y$`, 'm').test(config));
  const [first] = lacking;
  if (first !== undefined) return missing(name, `this kernel is built without ${lacking.map(([option]) => option).join(', ')}`, `Use a kernel that has it, as those of current distributions have: ${first[1]}.`);
  if (unprivileged === undefined && config === undefined) return missing(name, 'this kernel has no eBPF (no kernel.unprivileged_bpf_disabled)', 'Use a kernel built with CONFIG_BPF_SYSCALL=y. In a container, mount /proc as usual.');
  if (host.read('/proc/sys/net/core/bpf_jit_enable')?.trim() === '0') return missing(name, 'its compiler is switched off', 'The probe is refused without it. Switch it on: sysctl net.core.bpf_jit_enable=1');
  return ok(name, `there and compiled${unprivileged === undefined ? '' : `; ${unprivileged === '0' ? 'anybody may use it a little' : 'for privileged users alone'} (unprivileged_bpf_disabled=${unprivileged})`}`);
}

export function checkTypes(host: Host): Finding {
  // The probe takes another file by the same variable.
  const other = host.env['PORTHOLE_BTF_PATH'] ?? '';
  const path = other === '' ? BTF : other;
  const there = host.exists(path);
  if (there) return ok('kernel types', path);
  return missing('kernel types', `${path} is not there`, 'The probe adapts itself to the kernel by its BTF types. Use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of current distributions are.');
}

/** Kernel lockdown (man 7 kernel_lockdown): at `confidentiality` eBPF may not read the kernel's memory. */
export function checkLockdown(host: Host): Finding {
  const name = 'lockdown';
  const text = host.read('/sys/kernel/security/lockdown');
  const asked = /(?:^|\s)lockdown=(\w+)/.exec(host.read('/proc/cmdline') ?? '')?.[1];
  const mode = text === undefined ? asked : /\[(\w+)\]/.exec(text)?.[1];
  if (mode === 'confidentiality') return missing(name, `confidentiality${text === undefined ? ' (asked for at the start of the kernel)' : ''}`, 'Then nobody may look into the kernel, root neither. Start the kernel with lockdown=integrity or without lockdown=; where Secure Boot sets it, that is in its set-up.');
  if (mode !== undefined) return ok(name, mode === 'none' ? 'none' : `${mode}, which the probe may run under`);
  return none(name, 'nothing tells of it (securityfs is not mounted or the kernel has none)');
}

/** Since 5.11 memory of eBPF is charged to the control group, before to this limit (Linux 5.11, "bpf: switch to memcg-based memory accounting"). */
export function checkMemoryLock(host: Host, needBytes: number): Finding {
  const name = 'locked memory';
  const soft = /^Max locked memory\s+(\S+)/m.exec(host.read('/proc/self/limits') ?? '')?.[1];
  const limit = soft === undefined ? 'limit unknown' : soft === 'unlimited' ? 'unlimited' : `at most ${Math.floor(Number(soft) / 1024)} KiB`;
  if (isSince(host, [5, 11])) return ok(name, `${limit}; this kernel does not count eBPF in it`);
  if (soft === undefined || soft === 'unlimited' || Number(soft) >= needBytes) return ok(name, limit);
  return limited(name, limit, 'Kernels before 5.11 count eBPF in it: ulimit -l unlimited, or LimitMEMLOCK=infinity for a service.');
}
