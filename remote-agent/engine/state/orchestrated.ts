// Containers of Mesos and of rkt, which are not told from cgroups alone: what threads and their parents were started with tells of them.
import type { ContainerMatch } from './containers.ts';
import type { StateView, ThreadInfo } from './model.ts';

/** What a thread was started with. */
export interface Started { readonly env?: readonly string[] | undefined; readonly args?: readonly string[] | undefined; readonly root?: string | undefined }

const MESOS = '/mesos/', MESOS_ID = /^[0-9a-fA-F-]{36}$/;
/** Where the id of a task stands: Marathon, Chronos, others. */
const TASK_VARIABLES = ['MESOS_TASK_ID=', 'mesos_task_id=', 'MESOS_EXECUTOR_ID='];
const TASK_ID = /^.{3,}$/s, TASK_MARK = /[._]/;
const SERVICE = '.service', POD_VARIABLE = 'container_uuid=', POD_OPTION = '--uuid=';
/** Roots of processes in pods of two kinds. */
const COREOS = /^\/opt\/stage2\/(.*?)\/rootfs/s, FLY = /^\/var\/lib\/rkt\/pods\/run\/(.*?)\/stage1\/rootfs\/opt\/stage2\/(.*?)\/rootfs/s;

function variable(thread: Started, name: string): string {
  for (const one of thread.env ?? []) if (one.startsWith(name)) return one.slice(name.length);
  return '';
}

function* parents(parent: ThreadInfo | undefined): Generator<ThreadInfo, undefined> { for (let one = parent; one !== undefined; one = one.parent) yield one; }

const pathsOf = (cgroups: string): string[] => cgroups.split('\0').filter(Boolean).map((entry) => entry.slice(entry.indexOf('=') + 1));

/** What Mesos runs: the task's id has to be known, which leaves the executor itself out. */
export function containerOfTask(cgroups: string, thread: Started, parent: ThreadInfo | undefined): ContainerMatch | undefined {
  if (!cgroups.includes(MESOS)) return undefined;
  for (const path of pathsOf(cgroups)) {
    const at = path.indexOf(MESOS);
    const id = at < 0 ? '' : path.slice(at + MESOS.length);
    if (!MESOS_ID.test(id)) continue;
    let taskId = '';
    for (const one of [thread, ...parents(parent)]) {
      for (const name of TASK_VARIABLES) if (taskId === '') taskId = variable(one, name);
      if (taskId !== '') break;
    }
    return TASK_ID.test(taskId) && TASK_MARK.test(taskId) ? { id, type: 'mesos', taskId } : undefined;
  }
  return undefined;
}

/** What rkt runs: by a service of a container that is known, or by the thread's root. */
export function containerOfPod(cgroups: string, thread: Started, parent: ThreadInfo | undefined, state: StateView): ContainerMatch | undefined {
  // Nearly everything is a service, and nearly nowhere is rkt.
  if (cgroups.includes(SERVICE) && [...state.containers()].some(({ type }) => type === 'rkt')) {
    for (const path of pathsOf(cgroups)) {
      if (!path.endsWith(SERVICE)) continue;
      const pod = podOf(parents(parent), true);
      const id = `${pod}:${path.slice(path.lastIndexOf('/') + 1, -SERVICE.length)}`;
      if (pod !== '' && state.container(id) !== undefined) return { id, type: 'rkt' };
    }
  }
  const { root = '' } = thread;
  const coreos = COREOS.exec(root);
  if (coreos !== null) {
    const pod = podOf([thread, ...parents(parent)], false);
    return pod === '' ? undefined : { id: `${pod}:${coreos[1] ?? ''}`, type: 'rkt' };
  }
  const fly = FLY.exec(root);
  return fly === null ? undefined : { id: `${fly[1] ?? ''}:${fly[2] ?? ''}`, type: 'rkt' };
}

/** The pod that the first of these that says one was started for; '' where none does. */
function podOf(threads: Iterable<Started>, byOption: boolean): string {
  for (const one of threads) {
    const pod = variable(one, POD_VARIABLE);
    if (pod !== '') return pod;
    const option = byOption ? one.args?.find((arg) => arg.includes(POD_OPTION)) : undefined;
    if (option !== undefined) return option.slice(POD_OPTION.length);
  }
  return '';
}
