// A capture of a host whose containers Mesos and rkt run: told by what their processes were started with, and by events.
import type { ThreadEntry } from './capturesBuild.ts';
import { containerJson, containers, dockerCgroups, front, THREAD_FLAGS, WEB } from './capturesWorld.ts';

const uuid = (digit: string): string => `${digit.repeat(8)}-2222-3333-4444-${digit.repeat(12)}`;
const POD = '12345678-1234-1234-1234-123456789012';
const cgroup = (path: string): readonly string[] => [`cpu=${path}`, `memory=${path}`];
const inside = (tid: number, cgroups: readonly string[], more: Partial<ThreadEntry> = {}): ThreadEntry => ({ tid, comm: `p${tid}`, cgroups, vtid: 1, vpid: 1, ...more });

const THREADS: readonly ThreadEntry[] = [
  { tid: 1 },
  inside(200, cgroup(`/mesos/${uuid('1')}`), { env: ['A=1', 'MESOS_TASK_ID=web.aaa'] }), inside(201, cgroup(`/mesos/${uuid('1')}`), { ptid: 200 }), inside(202, cgroup(`/mesos/${uuid('2')}`), { env: ['mesos_task_id=ct.1_job.x'] }), inside(203, cgroup(`/mesos/${uuid('3')}`), { env: ['MESOS_EXECUTOR_ID=api.bbb'] }),
  inside(204, cgroup(`/mesos/${uuid('4')}`), { env: ['MESOS_TASK_ID=plain'] }), inside(205, cgroup(`/mesos/${uuid('5')}`), { env: ['MESOS_TASK_ID=.'] }), inside(206, cgroup(`/mesos/${uuid('6')}/more`), { env: ['MESOS_TASK_ID=web.aaa'] }), inside(207, cgroup(`/x/mesos/${uuid('7')}`), { env: ['MESOS_TASK_ID=web.aaa'] }), inside(208, cgroup(`/mesos/${uuid('g')}`), { env: ['MESOS_TASK_ID=web.aaa'] }),
  inside(209, cgroup(`/mesos/${uuid('9')}`)), inside(210, dockerCgroups(WEB), { env: ['MESOS_TASK_ID=web.aaa'] }), inside(211, ['cpu=/', `memory=/mesos/${uuid('a')}`], { env: ['MESOS_EXECUTOR_ID=', 'MESOS_TASK_ID=old.ccc'] }), { tid: 212, pid: 200, flags: THREAD_FLAGS, cgroups: cgroup(`/mesos/${uuid('1')}`) },
  inside(300, cgroup('/'), { root: '/opt/stage2/app/rootfs', env: [`container_uuid=${POD}`] }), inside(301, cgroup('/'), { root: '/opt/stage2/app/rootfs/deep', ptid: 300 }), inside(302, cgroup('/'), { root: '/opt/stage2/app/rootfs' }), inside(303, cgroup('/'), { root: `/var/lib/rkt/pods/run/${POD}/stage1/rootfs/opt/stage2/redis/rootfs` }), inside(304, cgroup('/'), { root: '/var/lib/rkt/pods/run/x/stage1/opt' }),
  inside(305, cgroup('/machine.slice/etcd.service'), { ptid: 300 }), inside(306, cgroup('/'), { args: [`--uuid=${POD}`] }), inside(307, cgroup('/machine.slice/etcd.service'), { ptid: 306 }),
];

const task = (id: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({ id, name: id.split('.')[0], framework_id: 'fw-1', executor_id: '', slave_id: 's1', state: 'TASK_RUNNING', ...more });
const state = (...frameworks: readonly Readonly<Record<string, unknown>>[]): string => JSON.stringify({ mesos_state: { frameworks, slaves: [{ id: 's1', hostname: 'slave-1' }] } });
const framework = (id: string, name: string, tasks: readonly Readonly<Record<string, unknown>>[], active = true): Readonly<Record<string, unknown>> => ({ active, id, name, hostname: 'h', webui_url: 'http://h:8080', tasks });
const app = (id: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({ id, ...more });
const of = (...ids: readonly string[]): readonly Readonly<Record<string, unknown>>[] => ids.map((id) => ({ id, host: 'h', slaveId: 's1', appId: '/' }));

const WEB_TASK = task('web.aaa', { labels: [{ key: 'app', value: 'front' }, { key: 'empty', value: '' }, { key: 'app', value: 'again' }, { key: 'alone' }] });
const JOB = task('ct.1_job.x', { name: null, labels: [] });
const MARATHON = framework('fw-1', 'marathon', [WEB_TASK, task('api.bbb'), task('old.ccc', { state: 'TASK_FINISHED' }), JOB]), CHRONOS = framework('fw-2', 'chronos', [JOB]);
const groups = (instances: number): string => JSON.stringify({ marathon_groups: { frameworkId: 'fw-1', id: '/', apps: [app('/root', { instances })], groups: [{ id: '/prod', apps: [app('/prod/web', { instances, labels: { from: 'groups' } })], groups: [{ id: '/prod/deep', apps: [app('/prod/deep/api', { instances })], groups: [] }] }] } });
const apps = (...list: readonly Readonly<Record<string, unknown>>[]): string => JSON.stringify({ marathon_apps: { frameworkId: 'fw-1', apps: list } });

/** Texts of events, in the order in which they come. */
const TOLD: readonly string[] = [
  state(MARATHON), apps(app('/prod/web', { tasks: of('web.aaa') })), groups(0), apps(app('/prod/web', { labels: { b: '2', app: 'yes', n: 3 }, tasks: of('web.aaa') }), app('/prod/deep/api', { tasks: of('api.bbb', 'nobody') })),
  groups(2), state(MARATHON), groups(1), apps(app('/root', { labels: {}, tasks: of('web.aaa') })), state(framework('fw-1', 'marathon', [task('web.aaa', { name: 'renamed' })]), framework('fw-2', 'chronos', [], false)), apps(app('noslash', { tasks: of('web.aaa') })),
];

export function orchestrated(told: readonly string[] = TOLD): Uint8Array {
  const b = containers(front(THREADS, new Map()));
  const look = (): void => { for (const { tid } of THREADS) b.call('SYSCALL_FCNTL', tid, { fd: 1, cmd: 4 }, { res: 0 }); for (const tid of [500, 501, 502]) b.call('SYSCALL_FCNTL', tid, { fd: 1, cmd: 4 }, { res: 0 }); };
  const born = (tid: number, parent: number, cgroups: readonly string[]): void => {
    b.event('SYSCALL_CLONE_20_E', { tid: parent }).event('SYSCALL_CLONE_20_X', { tid: parent, params: { res: tid, exe: 'child', tid: parent, pid: parent, ptid: 1, comm: 'child', cgroups: [...cgroups], uid: 0, gid: 0, vtid: parent, vpid: parent } });
  };
  look();
  // Children and programs that come later, and a pod that is known by then.
  b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson('0'.repeat(64), 'etcd', { id: `${POD}:etcd`, full_id: `${POD}:etcd`, type: 4 }) } });
  b.event('CONTAINER_JSON_2_E', { tid: -1, params: { json: containerJson(WEB, 'web', { mesos_task_id: 'api.bbb' }) } });
  born(500, 200, cgroup(`/mesos/${uuid('b')}`)); born(501, 306, cgroup('/machine.slice/etcd.service')); born(502, 1, cgroup(`/mesos/${uuid('c')}`));
  look();
  b.event('SYSCALL_EXECVE_19_E', { tid: 502, params: { filename: '/bin/x' } }).event('SYSCALL_EXECVE_19_X', { tid: 502, params: { res: 0, exe: 'x', args: ['-a'], tid: 502, pid: 502, ptid: 1, cwd: '', fdlimit: 1024, comm: 'x', cgroups: [...cgroup(`/mesos/${uuid('c')}`)], env: ['MESOS_TASK_ID=api.bbb'], tty: 0, vpgid: 502, loginuid: 0, flags: 0 } });
  for (const json of told) { b.event('MESOS_E', { tid: -1, params: { json } }); look(); }
  return b.done();
}

/** Two frameworks at a time: sysdig ends where it is asked for one of them. */
export function twoFrameworks(): Uint8Array { return orchestrated([state(framework('fw-1', 'marathon', [WEB_TASK]), CHRONOS)]); }
