// What supervises a container tells of it on its command line, whether or not an engine answers: conmon of Podman and CRI-O, the shims of containerd.
import type { ContainerInfo, ThreadInfo } from '../engine/state/model.ts';
import { container } from './engines/engine.ts';

export interface Supervised { readonly info: ContainerInfo; /** The supervisor itself. */ readonly by: ThreadInfo }

const MAX_DEPTH = 16;
const HEX_ID = /^[0-9a-f]{64}$/;
const SHIM = /^containerd-shim/;
/** Docker's own namespace of containerd. */
const DOCKERS = 'moby';

function option(args: readonly string[], ...names: readonly string[]): string {
  const at = args.findIndex((arg) => names.includes(arg));
  return at < 0 ? '' : args[at + 1] ?? '';
}

function programOf(info: ThreadInfo): string { const path = info.exepath === '' ? info.exe : info.exepath; return path.slice(path.lastIndexOf('/') + 1); }

/** What one process says of the container that it supervises; undefined where it is no supervisor. */
export function supervisorOf(info: ThreadInfo): ContainerInfo | undefined {
  const program = programOf(info), { args } = info;
  if (program === 'conmon') {
    const id = option(args, '-c', '--cid');
    // Podman has itself called when the container ends.
    return HEX_ID.test(id) ? container(args.some((arg) => arg.endsWith('/podman') || arg === 'podman') ? 'podman' : 'cri-o', id, '', { name: option(args, '-n', '--name') }) : undefined;
  }
  if (!SHIM.test(program)) return undefined;
  const namespace = option(args, '-namespace', '--namespace'), id = option(args, '-id', '--id');
  if (namespace === '' || id === '') return undefined;
  return HEX_ID.test(id) ? container(namespace === DOCKERS ? 'docker' : 'containerd', id, '') : container('containerd', `${namespace}/${id}`, '', { name: id, namespace });
}

/** The container that a thread is in whose parents these are, by the nearest supervisor above it. */
export function supervised(parent: ThreadInfo | undefined): Supervised | undefined {
  let one = parent;
  for (let depth = 0; one !== undefined && depth < MAX_DEPTH; depth++, one = one.parent) {
    const info = supervisorOf(one);
    if (info !== undefined) return { info, by: one };
  }
  return undefined;
}
