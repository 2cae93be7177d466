// What a capture's events tell of Mesos: frameworks and their tasks, and the applications of Marathon that tasks belong to.

/** Name and value, in the order in which they were told. */
export type MesosLabels = readonly (readonly [name: string, value: string])[];
export interface MesosTask { readonly id: string; readonly name: string; readonly labels: MesosLabels; /** Id of the application that it belongs to; '' where that is not known. */ appId: string }
export interface MesosFramework { readonly id: string; readonly name: string; readonly tasks: ReadonlyMap<string, MesosTask> }
export interface MarathonApp { readonly id: string; /** Id of the group that its own begins with. */ readonly groupId: string; readonly labels: MesosLabels }

interface App extends MarathonApp { labels: MesosLabels; readonly tasks: Set<string> }
interface Group { readonly id: string; readonly apps: Map<string, App>; readonly groups: Map<string, Group> }

type Json = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): readonly Json[] => Array.isArray(value) ? value.filter(isObject) : [];
const str = (value: unknown): string => typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
const byName = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0;
/** Groups inside of groups that are followed. */
const DEEPEST = 64;

function groupOf(appId: string): string { const at = appId.lastIndexOf('/'); return at < 0 ? '' : appId.slice(0, Math.max(1, at)); }

function taskOf(item: Json): MesosTask | undefined {
  if (item['state'] !== 'TASK_RUNNING') return undefined;
  const id = str(item['id'] ?? item['taskId']);
  const name = item['name'] === undefined || item['name'] === null ? id.slice(0, Math.max(0, id.lastIndexOf('.'))) : str(item['name']);
  if (id === '' || name === '') return undefined;
  return { id, name, labels: objects(item['labels']).map((label) => [str(label['key']), str(label['value'])]), appId: '' };
}

/** Mesos as far as it is told. What is no description is left out. */
export class Mesos {
  #frameworks: MesosFramework[] = [];
  readonly #groups = new Map<string, Group>();
  /** The application that was told last of a task, by the task's id. */
  readonly #appOf = new Map<string, App>();

  taskOf(id: string): MesosTask | undefined {
    for (const { tasks } of this.#frameworks) { const task = tasks.get(id); if (task !== undefined) return task; }
    return undefined;
  }
  frameworkOf(task: MesosTask): MesosFramework | undefined { return this.#frameworks.find(({ tasks }) => tasks.has(task.id)); }
  appOf(task: MesosTask): MarathonApp | undefined {
    // Readers of such captures ask each group for it, and all know of all.
    return this.#groups.size === 0 ? undefined : this.#appOf.get(task.id);
  }

  /** Takes in the text of one event. */
  apply(text: string): void {
    let root: unknown;
    try { root = JSON.parse(text); } catch { return; }
    if (!isObject(root)) return;
    for (const key of Object.keys(root).sort(byName)) {
      const value = root[key];
      if (!isObject(value)) continue;
      if (key === 'mesos_state') this.#state(value);
      else if (key === 'marathon_groups' && typeof value['frameworkId'] === 'string') this.#group(value, undefined, value['frameworkId'], 0);
      else if (key === 'marathon_apps' && typeof value['frameworkId'] === 'string') for (const app of objects(value['apps'])) this.#app(app);
    }
  }

  #state(root: Json): void {
    this.#frameworks = [];
    for (const item of objects(root['frameworks'])) {
      const id = item['id'], name = str(item['name']);
      if (typeof id !== 'string' || id === '' || name === '' || item['active'] !== true) continue;
      const tasks = new Map<string, MesosTask>();
      for (const one of objects(item['tasks'])) { const task = taskOf(one); if (task !== undefined && !tasks.has(task.id)) tasks.set(task.id, task); }
      this.#frameworks.push({ id, name, tasks });
    }
  }

  #find(id: string): Group | undefined {
    const top = this.#groups.get(id);
    if (top !== undefined) return top;
    for (const group of this.#groups.values()) for (const one of within(group)) if (one.id === id) return one;
    return undefined;
  }

  /** A group, its applications of which instances run, and the groups in it. One of the same id is replaced. */
  #group(item: Json, into: Group | undefined, frameworkId: string, depth: number): void {
    if (item['id'] === undefined || item['id'] === null || depth > DEEPEST) return;
    const group: Group = { id: str(item['id']), apps: new Map(), groups: new Map() };
    (into?.groups ?? this.#groups).set(group.id, group);
    for (const one of objects(item['apps'])) {
      const { id, instances } = one;
      if (id === undefined || id === null || typeof instances !== 'number' || !Number.isInteger(instances) || instances <= 0) continue;
      const app = this.#find(groupOf(str(id)))?.apps.get(str(id)) ?? this.#app(one);
      if (app === undefined) continue;
      group.apps.set(app.id, app);
      for (const task of this.#frameworks.find((framework) => framework.id === frameworkId)?.tasks.values() ?? []) if (task.appId === app.id) this.#add(app, task);
    }
    for (const one of objects(item['groups'])) this.#group(one, group, frameworkId, depth + 1);
  }

  #add(app: App, task: MesosTask): void {
    task.appId = app.id;
    if (app.tasks.has(task.id)) return;
    app.tasks.add(task.id);
    this.#appOf.set(task.id, app);
  }

  /** An application: into the group that its id begins with, if that is known. */
  #app(item: Json): App | undefined {
    const id = str(item['id']), groupId = groupOf(id);
    if (groupId === '') return undefined;
    const group = this.#find(groupId);
    const app = group?.apps.get(id) ?? { id, groupId, labels: [], tasks: new Set<string>() };
    group?.apps.set(id, app);
    const { labels } = item;
    if (isObject(labels)) app.labels = Object.keys(labels).sort(byName).filter((name) => typeof labels[name] !== 'object' || labels[name] === null).map((name) => [name, str(labels[name])]);
    for (const one of objects(item['tasks'])) {
      const task = this.taskOf(str(one['id']));
      if (task === undefined) continue;
      this.#add(app, task);
    }
    return app;
  }
}

function* within(group: Group): Generator<Group, undefined> {
  yield group;
  for (const one of group.groups.values()) yield* within(one);
}
