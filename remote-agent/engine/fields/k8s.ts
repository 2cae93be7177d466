// Fields of classes k8s and mesos: what an orchestrator says of a container, as far as the source holds it.
import type { EventContext } from '../event/context.ts';
import type { ClusterObject, OwnerKind } from '../state/cluster.ts';
import type { MarathonApp, MesosLabels, MesosTask } from '../state/mesos.ts';
import type { ContainerInfo } from '../state/model.ts';
import { group, type Extract, type Field, type FieldArgument } from './field.ts';

const k8s = group('k8s');
const mesos = group('mesos');
/** Labels that Kubernetes gives to each container that it starts. */
const LABEL = 'io.kubernetes.';
const SHORT_ID = 12;

function container(ctx: EventContext): ContainerInfo | undefined { return ctx.info === undefined || ctx.info.containerId === '' ? undefined : ctx.state.container(ctx.info.containerId); }
function label(name: string): Extract { return (ctx) => container(ctx)?.labels[`${LABEL}${name}`]; }

/** The pod, where the source tells of the cluster. */
function pod(ctx: EventContext): ClusterObject | undefined { const id = ctx.info?.containerId ?? ''; return id === '' ? undefined : ctx.state.cluster?.podOf(id); }
function namespace(ctx: EventContext): ClusterObject | undefined { const own = pod(ctx); return own === undefined ? undefined : ctx.state.cluster?.namespaceOf(own); }
const labelsText = (one: ClusterObject): string => [...one.labels].map(([key, value]) => `${key}:${value}`).join(', ');
/** What the pod says, or else a label of its container. */
function ofPod(own: (pod: ClusterObject) => string, name: string): Extract { const from = label(name); return (ctx, arg) => { const known = pod(ctx); return known === undefined ? from(ctx, arg) : own(known); }; }

function podLabels(ctx: EventContext): string | undefined {
  const known = pod(ctx);
  if (known !== undefined) return labelsText(known);
  const labels = container(ctx)?.sandboxLabels;
  return labels === undefined ? undefined : Object.entries(labels).map(([key, value]) => `${key}:${value}`).join(', ');
}
function ip(ctx: EventContext): string | undefined { const own = container(ctx)?.ip; return own === undefined || own === '' || own === '0.0.0.0' || label('pod.name')(ctx, undefined) === undefined ? undefined : own; }

const LABELLED = { argument: 'required', checkArgument: (arg: unknown) => typeof arg === 'string' && arg !== '' ? undefined : 'the name of a label is expected, e.g. k8s.pod.label.app' } as const;

/** What of the pod's owners of a kind is asked for: of services all, one after the other; of others the first. What has nothing to say is left out, unless nobody has. */
function owners(kind: OwnerKind, text: (owner: ClusterObject, arg: FieldArgument) => string | undefined, empty: '' | undefined): Extract {
  return (ctx, arg) => {
    const own = pod(ctx);
    const all = own === undefined ? undefined : ctx.state.cluster?.ownersOf(own, kind);
    if (all === undefined || all.length === 0) return undefined;
    const texts = (kind === 'svc' ? all : all.slice(0, 1)).map((one) => text(one, arg)).filter((one) => one !== undefined && one !== '');
    return texts.length === 0 ? empty : texts.join(', ');
  };
}

/** The four fields of a kind of object that only the cluster itself tells of. */
function object(kind: OwnerKind, words: string): Field[] {
  return [
    k8s(`k8s.${kind}.name`, 'CHARBUF', `Name of the ${words}.`, owners(kind, (one) => one.name, '')), k8s(`k8s.${kind}.id`, 'CHARBUF', `Id of the ${words}.`, owners(kind, (one) => one.uid, '')),
    k8s(`k8s.${kind}.label`, 'CHARBUF', `One label of the ${words}: k8s.${kind}.label.app.`, owners(kind, (one, arg) => one.labels.get(String(arg)), undefined), LABELLED), k8s(`k8s.${kind}.labels`, 'CHARBUF', `All labels of the ${words}, as name:value with commas between.`, owners(kind, labelsText, '')),
  ];
}

export const K8S_FIELDS: readonly Field[] = [
  k8s('k8s.pod.name', 'CHARBUF', 'Name of the Kubernetes pod.', ofPod((one) => one.name, 'pod.name')),
  k8s('k8s.pod.id', 'CHARBUF', 'Id of the pod.', ofPod((one) => one.uid, 'pod.uid')),
  k8s('k8s.pod.label', 'CHARBUF', 'One label of the pod: k8s.pod.label.app.', (ctx, arg) => { const own = pod(ctx); return own === undefined ? container(ctx)?.sandboxLabels?.[String(arg)] : own.labels.get(String(arg)); }, LABELLED),
  k8s('k8s.pod.labels', 'CHARBUF', 'All labels of the pod, as name:value with commas between.', podLabels),
  ...object('rc', 'replication controller that keeps the pod'),
  ...object('svc', 'service that the pod belongs to'),
  k8s('k8s.ns.name', 'CHARBUF', 'Name of the pod\'s namespace.', ofPod((one) => one.namespace, 'pod.namespace')),
  k8s('k8s.ns.id', 'CHARBUF', 'Id of the pod\'s namespace.', (ctx) => namespace(ctx)?.uid),
  k8s('k8s.ns.label', 'CHARBUF', 'One label of the pod\'s namespace: k8s.ns.label.app.', (ctx, arg) => namespace(ctx)?.labels.get(String(arg)), LABELLED),
  k8s('k8s.ns.labels', 'CHARBUF', 'All labels of the pod\'s namespace, as name:value with commas between.', (ctx) => { const own = namespace(ctx); return own === undefined ? undefined : labelsText(own); }),
  ...object('rs', 'replica set that keeps the pod'),
  ...object('deployment', 'deployment that the pod belongs to'),
  k8s('k8s.pod.uid', 'CHARBUF', 'Id of the pod.', label('pod.uid'), { since: '0.14' }),
  k8s('k8s.pod.ip', 'CHARBUF', 'Address of the pod.', ip, { since: '0.11' }),
  k8s('k8s.pod.cni.json', 'CHARBUF', 'What the network\'s plug-in said of the pod, as JSON.', (ctx) => container(ctx)?.cniJson, { since: '0.11' }),
  k8s('k8s.pod.sandbox_id', 'CHARBUF', 'Id of the pod\'s sandbox, twelve digits.', (ctx) => container(ctx)?.sandboxId?.slice(0, SHORT_ID), { since: '0.14' }),
  k8s('k8s.pod.full_sandbox_id', 'CHARBUF', 'Whole id of the pod\'s sandbox.', (ctx) => container(ctx)?.sandboxId, { since: '0.14' }),
];

/** The task that Mesos runs in the thread's container. */
function task(ctx: EventContext): MesosTask | undefined { const id = container(ctx)?.mesosTaskId; return id === undefined ? undefined : ctx.state.mesos?.taskOf(id); }
function ofTask(value: (one: MesosTask, ctx: EventContext, arg: FieldArgument) => string | undefined): Extract { return (ctx, arg) => { const one = task(ctx); return one === undefined ? undefined : value(one, ctx, arg); }; }
function ofApp(value: (app: MarathonApp, arg: FieldArgument) => string | undefined): Extract { return ofTask((one, ctx, arg) => { const app = ctx.state.mesos?.appOf(one); return app === undefined ? undefined : value(app, arg); }); }
const listed = (labels: MesosLabels): string => labels.map(([key, value]) => value === '' ? key : `${key}:${value}`).join(', ');
const labelled = (labels: MesosLabels, arg: FieldArgument): string | undefined => labels.find(([key]) => key === arg)?.[1];

export const MESOS_FIELDS: readonly Field[] = [
  mesos('mesos.task.name', 'CHARBUF', 'Name of the Mesos task.', ofTask((one) => one.name)),
  mesos('mesos.task.id', 'CHARBUF', 'Id of the task.', ofTask((one) => one.id)),
  mesos('mesos.task.label', 'CHARBUF', 'One label of the task: mesos.task.label.app.', ofTask((one, _ctx, arg) => labelled(one.labels, arg)), LABELLED),
  mesos('mesos.task.labels', 'CHARBUF', 'All labels of the task, as name:value with commas between.', ofTask((one) => listed(one.labels))),
  mesos('mesos.framework.name', 'CHARBUF', 'Name of the framework that started the task.', ofTask((one, ctx) => ctx.state.mesos?.frameworkOf(one)?.name)),
  mesos('mesos.framework.id', 'CHARBUF', 'Id of that framework.', ofTask((one, ctx) => ctx.state.mesos?.frameworkOf(one)?.id)),
  mesos('marathon.app.name', 'CHARBUF', 'Name of the Marathon application.', ofApp((app) => app.id)),
  mesos('marathon.app.id', 'CHARBUF', 'Id of the application.', ofApp((app) => app.id)),
  mesos('marathon.app.label', 'CHARBUF', 'One label of the application: marathon.app.label.app.', ofApp((app, arg) => labelled(app.labels, arg)), LABELLED),
  mesos('marathon.app.labels', 'CHARBUF', 'All labels of the application, as name:value with commas between.', ofApp((app) => listed(app.labels))),
  mesos('marathon.group.name', 'CHARBUF', 'Name of the application\'s group.', ofApp((app) => app.groupId)),
  mesos('marathon.group.id', 'CHARBUF', 'Id of the application\'s group.', ofApp((app) => app.groupId)),
];
