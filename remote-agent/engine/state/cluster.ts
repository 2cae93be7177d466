// What a capture's events tell of a Kubernetes cluster: pods by their containers, and what keeps or serves them.

/** One object of a cluster. Labels are sorted by name. */
export interface ClusterObject { readonly uid: string; readonly name: string; readonly namespace: string; readonly labels: ReadonlyMap<string, string>; readonly selector: ReadonlyMap<string, string> }
/** Kinds of objects that pods belong to by their labels. */
export type OwnerKind = 'rc' | 'svc' | 'rs' | 'deployment';

const OWNERS: ReadonlyMap<string, OwnerKind> = new Map([['ReplicationController', 'rc'], ['Service', 'svc'], ['ReplicaSet', 'rs'], ['Deployment', 'deployment']]);
const CONTAINER_ID = 12;
const NOBODY: readonly ClusterObject[] = [];

type Json = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const str = (value: unknown): string => typeof value === 'string' ? value : '';
const objects = (value: unknown): readonly Json[] => Array.isArray(value) ? value.filter(isObject) : [];

function pairs(value: unknown): ReadonlyMap<string, string> {
  if (!isObject(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string').sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
}

/** Numbers of a pod's containers, twelve digits as containers are known by: `docker://` and the whole id is what the cluster says. */
function containersOf(item: Json): string[] {
  return [...objects(item['containerStatuses']), ...objects(item['initContainerStatuses'])].map((status) => { const id = str(status['containerID']); return id.slice(id.indexOf('//') + 2); })
    .filter((id) => id !== '').map((id) => id.includes(':') ? id : id.slice(0, CONTAINER_ID));
}

function selects(owner: ClusterObject, pod: ClusterObject): boolean {
  if (owner.selector.size === 0 || owner.namespace !== pod.namespace) return false;
  for (const [name, value] of owner.selector) if (pod.labels.get(name) !== value) return false;
  return true;
}

/** The cluster as far as it is told. What pods belong to is worked out when an object of the owning kind is told of, and stays until the next: so readers of such captures do it. */
export class Cluster {
  readonly #pods = new Map<string, ClusterObject>();
  /** Uid of the pod by the container's id. */
  readonly #podOf = new Map<string, string>();
  readonly #namespaces = new Map<string, ClusterObject>();
  readonly #owners: Readonly<Record<OwnerKind, Map<string, ClusterObject>>> = { rc: new Map(), svc: new Map(), rs: new Map(), deployment: new Map() };
  /** Owners by the pod's uid. */
  readonly #belongs: Readonly<Record<OwnerKind, Map<string, ClusterObject[]>>> = { rc: new Map(), svc: new Map(), rs: new Map(), deployment: new Map() };

  podOf(containerId: string): ClusterObject | undefined { return this.#pods.get(this.#podOf.get(containerId) ?? ''); }
  /** The first of the pod's name for it. */
  namespaceOf(pod: ClusterObject): ClusterObject | undefined { for (const one of this.#namespaces.values()) if (one.name === pod.namespace) return one; return undefined; }
  ownersOf(pod: ClusterObject, kind: OwnerKind): readonly ClusterObject[] { return this.#belongs[kind].get(pod.uid) ?? NOBODY; }

  /** Takes in the text of one event. What is no description of an object is left out. */
  apply(text: string): void {
    let root: unknown;
    try { root = JSON.parse(text); } catch { return; }
    if (!isObject(root)) return;
    const gone = root['type'] === 'DELETED';
    for (const item of objects(root['items'])) this.#item(str(root['kind']), gone, item);
  }

  #item(kind: string, gone: boolean, item: Json): void {
    const one: ClusterObject = { uid: str(item['uid']), name: str(item['name']), namespace: str(item['namespace']), labels: pairs(item['labels']), selector: pairs(item['selector']) };
    if (one.uid === '') return;
    const owner = OWNERS.get(kind);
    if (owner !== undefined) {
      if (gone) this.#owners[owner].delete(one.uid); else this.#owners[owner].set(one.uid, one);
      this.#assign(owner);
    } else if (kind === 'Namespace') {
      if (gone) this.#namespaces.delete(one.uid); else this.#namespaces.set(one.uid, one);
    } else if (kind === 'Pod') {
      if (gone) { this.#pods.delete(one.uid); return; }
      this.#pods.set(one.uid, one);
      for (const id of containersOf(item)) this.#podOf.set(id, one.uid);
    }
  }

  #assign(kind: OwnerKind): void {
    const belongs = this.#belongs[kind];
    belongs.clear();
    for (const owner of this.#owners[kind].values()) {
      for (const pod of this.#pods.values()) {
        if (!selects(owner, pod)) continue;
        const owners = belongs.get(pod.uid);
        // In the order of the readers of such captures: the first stays, each further one comes right behind it.
        if (owners === undefined) belongs.set(pod.uid, [owner]); else owners.splice(1, 0, owner);
      }
    }
  }
}
