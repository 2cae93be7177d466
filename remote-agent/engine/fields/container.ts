// Fields of class container: where the process runs.
import type { EventContext } from '../event/context.ts';
import { isPairs } from '../event/show.ts';
import { secondsToNs } from './procMore.ts';
import { epochSeconds, epochNanos } from './times.ts';
import { narrow } from './values.ts';
import { globMatcher } from '../base/glob.ts';
import type { ContainerInfo, ContainerMount } from '../state/model.ts';
import { group, type Field, type FieldArgument } from './field.ts';

const field = group('container');
const HOST = 'host';

function info(ctx: EventContext): ContainerInfo | undefined { return ctx.info === undefined || ctx.info.containerId === '' ? undefined : ctx.state.container(ctx.info.containerId); }
function some(text: string | undefined): string | undefined { return text === '' ? undefined : text; }
function mountText(m: ContainerMount): string { return `${m.source}:${m.destination}:${m.mode}:${m.rw ? 'true' : 'false'}:${m.propagation}`; }

/** The mount that an argument picks: by number, or by a pattern of its source or destination. */
function mount(ctx: EventContext, arg: FieldArgument, by: 'source' | 'destination'): ContainerMount | undefined {
  const mounts = info(ctx)?.mounts;
  if (mounts === undefined || arg === undefined) return undefined;
  if (typeof arg === 'number') return mounts[arg];
  const match = globMatcher(arg);
  return mounts.find((m) => match(m[by]));
}
const needsMount = (arg: FieldArgument): string | undefined => arg === undefined || arg === '' ? 'the number of a mount or a path pattern is expected in brackets, e.g. container.mount.dest[0] or container.mount.dest[/data/*]' : undefined;
const MOUNT = { argument: 'required', checkArgument: needsMount } as const;

/** Engines of which it is known. */
const PRIVILEGED_KNOWN: ReadonlySet<string> = new Set(['docker', 'cri', 'containerd', 'cri-o', 'podman']);
function privileged(ctx: EventContext): boolean | undefined { const i = info(ctx); return i === undefined || (isPairs(ctx.state) && !PRIVILEGED_KNOWN.has(i.type)) ? undefined : i.privileged; }
/** A command that looks after the container's health; the word NONE where there is none. */
function probe(kind: 'healthcheck' | 'livenessProbe' | 'readinessProbe') { return (ctx: EventContext): string | undefined => { const i = info(ctx); return i === undefined ? undefined : i[kind]?.join(' ') ?? 'NONE'; }; }
function startNs(ctx: EventContext): number | bigint | undefined { const i = info(ctx); return i === undefined || i.createdSeconds === 0 ? undefined : secondsToNs(i.createdSeconds); }
function age(ctx: EventContext): number | bigint | undefined {
  const start = startNs(ctx);
  return start === undefined ? undefined : narrow(BigInt(epochSeconds(ctx)) * 1_000_000_000n + BigInt(epochNanos(ctx)) - BigInt(start));
}

export const CONTAINER_FIELDS: readonly Field[] = [
  field('container.id', 'CHARBUF', 'Id of the container, twelve digits; host outside of containers.', (ctx) => ctx.info === undefined ? undefined : ctx.info.containerId === '' ? HOST : ctx.info.containerId),
  field('container.name', 'CHARBUF', 'Name of the container; host outside of containers.', (ctx) => ctx.info === undefined ? undefined : ctx.info.containerId === '' ? HOST : some(info(ctx)?.name)),
  field('container.image', 'CHARBUF', 'Image of the container, e.g. redis:latest.', (ctx) => some(info(ctx)?.image)),
  field('container.image.id', 'CHARBUF', 'Id of the container\'s image.', (ctx) => some(info(ctx)?.imageId)),
  field('container.type', 'CHARBUF', 'What runs the container: docker, podman, ...; host outside of containers.', (ctx) => ctx.info === undefined ? undefined : ctx.info.containerId === '' ? HOST : some(info(ctx)?.type), { values: () => ['host', 'docker', 'podman', 'cri-o', 'containerd', 'lxc', 'libvirt-lxc', 'mesos', 'rkt', 'bpm'] }),
  field('container.privileged', 'BOOL', 'Whether the container runs privileged.', privileged),
  field('container.mounts', 'CHARBUF', 'All mounts, as source:destination:mode:writable:propagation, with commas between.', (ctx) => info(ctx)?.mounts.map(mountText).join(',')),
  field('container.mount', 'CHARBUF', 'One mount, by number or source: container.mount[0], container.mount[/usr/*].', (ctx, arg) => { const m = mount(ctx, arg, 'source'); return m === undefined ? undefined : mountText(m); }, MOUNT),
  field('container.mount.source', 'CHARBUF', 'Source of a mount, by number or destination.', (ctx, arg) => mount(ctx, arg, 'destination')?.source, MOUNT),
  field('container.mount.dest', 'CHARBUF', 'Destination of a mount, by number or source.', (ctx, arg) => mount(ctx, arg, 'source')?.destination, MOUNT),
  field('container.mount.mode', 'CHARBUF', 'Mode of a mount, by number or source.', (ctx, arg) => mount(ctx, arg, 'source')?.mode, MOUNT),
  field('container.mount.rdwr', 'CHARBUF', 'Whether a mount is writable, by number or source.', (ctx, arg) => { const m = mount(ctx, arg, 'source'); return m === undefined ? undefined : m.rw ? 'true' : 'false'; }, MOUNT),
  field('container.mount.propagation', 'CHARBUF', 'Propagation of a mount, by number or source.', (ctx, arg) => mount(ctx, arg, 'source')?.propagation, MOUNT),
  field('container.image.repository', 'CHARBUF', 'Repository of the container\'s image, e.g. redis.', (ctx) => some(info(ctx)?.imageRepo)),
  field('container.image.tag', 'CHARBUF', 'Tag of the container\'s image, e.g. latest.', (ctx) => some(info(ctx)?.imageTag)),
  field('container.image.digest', 'CHARBUF', 'Digest of the container\'s image.', (ctx) => some(info(ctx)?.imageDigest)),
  field('container.healthcheck', 'CHARBUF', 'Command line of the container\'s health check; NONE where it has none.', probe('healthcheck')),
  field('container.liveness_probe', 'CHARBUF', 'Command line of the container\'s liveness probe; NONE where it has none.', probe('livenessProbe')),
  field('container.readiness_probe', 'CHARBUF', 'Command line of the container\'s readiness probe; NONE where it has none.', probe('readinessProbe')),
  field('container.full_id', 'CHARBUF', 'Whole id of the container.', (ctx) => some(info(ctx)?.fullId), { since: '0.14' }),
  field('container.ip', 'CHARBUF', 'Address of the container.', (ctx) => some(info(ctx)?.ip), { since: '0.11' }),
  field('container.start_ts', 'UINT64', 'When the container was made, ns since the epoch.', startNs, { format: 'DEC', since: '0.10' }),
  field('container.duration', 'RELTIME', 'How long ago the container was made, in ns.', age, { format: 'DEC', since: '0.10' }),
  field('container.cni.json', 'CHARBUF', 'What the network\'s plug-in said of the container, as JSON.', (ctx) => info(ctx)?.cniJson, { since: '0.11' }),
  field('container.host_pid', 'BOOL', 'Whether the container sees the host\'s processes.', (ctx) => info(ctx)?.hostPid, { since: '0.19' }),
  field('container.host_network', 'BOOL', 'Whether the container has the host\'s network.', (ctx) => info(ctx)?.hostNetwork, { since: '0.19' }),
  field('container.host_ipc', 'BOOL', 'Whether the container has the host\'s shared memory and semaphores.', (ctx) => info(ctx)?.hostIpc, { since: '0.19' }),
];
