// What the doctor asks of mounts: control groups, /proc, tracefs.
import { limited, missing, mountsOf, none, ok, type Finding, type Host } from './doctorHost.ts';

/** The kernel tells the probe the control group of a task in the v2 hierarchy alone. */
export function checkCgroups(host: Host): Finding {
  const name = 'control groups';
  const mounts = mountsOf(host);
  const v2 = mounts.find(({ type }) => type === 'cgroup2');
  const v1 = mounts.filter(({ type, options }) => type === 'cgroup' && !options.includes('name=systemd'));
  if (v2 !== undefined) return ok(name, v1.length === 0 ? `v2 at ${v2.at}` : `hybrid: v1, and v2 at ${v2.at}`);
  if (v1.length > 0) return limited(name, 'v1 alone', 'Containers are known by /proc then, when their programs start; one that ends at once may stay unknown. Start the system with systemd.unified_cgroup_hierarchy=1, or mount the other hierarchy beside: mount -t cgroup2 none /sys/fs/cgroup/unified');
  return limited(name, 'not mounted', 'Containers cannot be told apart without: mount -t cgroup2 none /sys/fs/cgroup');
}

/** With hidepid (man 5 proc) other users' processes are not to be seen. */
export function checkProc(host: Host): Finding {
  const name = '/proc';
  const mount = mountsOf(host).filter(({ at, type }) => type === 'proc' && at === '/proc').at(-1);
  if (mount === undefined) return missing(name, 'not mounted', 'Processes that exist already are read there: mount -t proc proc /proc');
  const hides = mount.options.find((option) => /^hidepid=(?!0$|off$)/.test(option));
  if (mount.options.includes('subset=pid')) return limited(name, 'holds processes alone (subset=pid)', 'Users, clocks and the like are wanting: mount it without subset=pid.');
  if (hides === undefined) return ok(name, 'shows all processes');
  if (host.uid === 0) return ok(name, `${hides}, which does not count for root`);
  return limited(name, hides, 'Processes of other users are hidden from this one: run with sudo, or mount -o remount,hidepid=0 /proc');
}

/** Nobody needs it; it is what people look for when tracing does not work. */
export function checkTracefs(host: Host): Finding {
  const mount = mountsOf(host).find(({ type }) => type === 'tracefs');
  return mount === undefined ? none('tracefs', 'not mounted, and not needed') : ok('tracefs', `${mount.at} (not needed)`);
}
