// What the doctor asks of this process: its capabilities, what filters its calls, and the namespaces that it is in.
import { limited, missing, none, ok, type Finding, type Host } from './doctorHost.ts';

/** Bits of capabilities (include/uapi/linux/capability.h). */
const CAPABILITY = { CAP_DAC_READ_SEARCH: 2, CAP_SYS_PTRACE: 19, CAP_SYS_ADMIN: 21, CAP_SYS_RESOURCE: 24, CAP_PERFMON: 38, CAP_BPF: 39 } as const;
type Capability = keyof typeof CAPABILITY;

/** What is wanting where a capability is, beside the probe itself. */
const BESIDE: readonly (readonly [Capability, string])[] = [
  ['CAP_SYS_PTRACE', 'names of the files of other users\' processes'],
  ['CAP_DAC_READ_SEARCH', 'folders that are closed to this user'],
];

/** Inode numbers of the namespaces that the kernel starts with (include/linux/proc_ns.h). */
const FIRST = { cgroup: 0xeffffffb, pid: 0xeffffffc, user: 0xeffffffd } as const;

interface Rights { readonly has: (capability: Capability) => boolean; readonly known: boolean }

function rightsOf(host: Host): Rights {
  const text = /^CapEff:\s*([0-9a-f]+)/m.exec(host.read('/proc/self/status') ?? '')?.[1];
  const effective = BigInt(`0x${text ?? '0'}`);
  return { known: text !== undefined, has: (name) => ((effective >> BigInt(CAPABILITY[name])) & 1n) === 1n };
}

/** Loading takes CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON together (man 7 capabilities). */
const mayLoad = ({ has }: Rights): boolean => has('CAP_SYS_ADMIN') || (has('CAP_BPF') && has('CAP_PERFMON'));

/** Whether the process may load the probe, as far as capabilities say. */
export const canLoad = (host: Host): boolean => mayLoad(rightsOf(host));

export function checkRights(host: Host): Finding {
  const name = 'rights';
  const rights = rightsOf(host);
  const root = host.uid === 0;
  const who = root ? 'root' : `user ${host.uid}`;
  if (!rights.known) return missing(name, `${who}; /proc/self/status cannot be read`, 'Mount /proc: mount -t proc proc /proc');
  if (isWithin(host, 'user')) return missing(name, `${who} of a user namespace`, 'Rights in a user namespace do not count for the kernel\'s eBPF: run Porthole on the host itself as root, not in a rootless container.');
  if (!mayLoad(rights)) {
    const lacking = (['CAP_BPF', 'CAP_PERFMON'] as const).filter((capability) => !rights.has(capability)).join(' and ');
    return missing(name, `${who} without ${lacking}`, root
      ? `Root lacks capabilities here, as it does inside containers: run Porthole on the host itself, or give the container ${lacking} (docker run --cap-add).`
      : 'Loading the probe takes root: run it with sudo. Capture files can be read without: porthole -r FILE');
  }
  const wanting = BESIDE.filter(([capability]) => !rights.has(capability));
  if (wanting.length > 0) return limited(name, `${who} without ${wanting.map(([capability]) => capability).join(', ')}`, `Events come, but what was there before the start stays unknown: ${wanting.map(([, what]) => what).join(', ')}. Run as root with all capabilities.`);
  return ok(name, root ? `root${rights.has('CAP_SYS_RESOURCE') ? '' : ' (without CAP_SYS_RESOURCE, which is not needed)'}` : `${who} with all capabilities that are needed`);
}

/** A seccomp filter may refuse the call bpf whatever the capabilities are: those of container engines do unless CAP_BPF or CAP_SYS_ADMIN is given. */
export function checkSeccomp(host: Host): Finding {
  const name = 'seccomp';
  const status = host.read('/proc/self/status') ?? '';
  const mode = /^Seccomp:\s*(\d)/m.exec(status)?.[1];
  const filters = /^Seccomp_filters:\s*(\d+)/m.exec(status)?.[1];
  if (mode === undefined) return none(name, 'this kernel does not tell');
  if (mode === '0') return ok(name, 'no filter');
  const detail = mode === '1' ? 'strict' : `${filters === undefined ? 'a filter' : filters === '1' ? '1 filter' : `${filters} filters`} on the calls of this process`;
  return limited(name, detail, 'Where it refuses the call bpf, no probe can be loaded: run Porthole on the host itself, or start the container with --security-opt seccomp=unconfined.');
}

/** Whether this process is in another namespace than those that the kernel started with. Where it cannot be told: no. */
function isWithin(host: Host, kind: keyof typeof FIRST): boolean {
  const inode = /\[(\d+)\]/.exec(host.link(`/proc/self/ns/${kind}`) ?? '')?.[1];
  return inode !== undefined && Number(inode) !== FIRST[kind];
}

/** The probe numbers processes and control groups as the host does. */
export function checkNamespaces(host: Host): Finding {
  const name = 'namespaces';
  if (host.link('/proc/self/ns/pid') === undefined) return none(name, '/proc/self/ns cannot be read');
  if (isWithin(host, 'pid')) return limited(name, 'in a container: process ids differ from those of the host', 'Events would not be told to whom they belong: run Porthole on the host itself, or start the container with --pid=host.');
  if (isWithin(host, 'cgroup')) return limited(name, 'in a control group namespace of its own', 'Containers may not be told apart: run Porthole on the host itself, or start the container with --cgroupns=host.');
  return ok(name, 'those of the host');
}
