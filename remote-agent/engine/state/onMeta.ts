// State changes by events that are no calls: containers, users and groups that a capture tells of.
import { decodeBytes } from '../base/text.ts';
import { named, namedText, param, text } from '../event/params.ts';
import type { EventView } from '../event/eventView.ts';
import { bareContainer, containerFromJson, readContainer } from './containers.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import { FdTable } from './infos.ts';
import { LiveThread } from './liveThread.ts';
import { CONCEALED, type MutableContext, type SystemState } from './systemState.ts';

const OLDEST = 228;

/** The thread that readers of captures with enter events show for the description of a container: none that lives. */
function stand(state: SystemState, context: MutableContext, view: EventView, containerId: string): void {
  if (!context.pairs) return;
  const thread = new LiveThread(state.infos.thread({ tid: view.tid, pid: -1, vtid: -2, vpid: -2, comm: `container:${containerId}`, exe: '', containerId, loginuid: 0 }, undefined, undefined), new FdTable());
  thread.isMain = true;
  context.thread = thread;
  context.info = thread.info;
}

const onContainer: Handler = (state, _thread, context, view) => {
  if (view.type === OLDEST) {
    const id = text(view, 0);
    if (id !== '') state.setContainer({ ...bareContainer(id, 'docker'), name: namedText(view, 'name'), image: namedText(view, 'image') });
    return;
  }
  const { info, failed } = readContainer(text(view, 0));
  if (info !== undefined) state.setContainer(info);
  stand(state, context, view, info?.id ?? '');
  if (failed && context.pairs && state.concealed === CONCEALED.not) state.concealed = CONCEALED.failed;
};

const onAsync: Handler = (state, _thread, _context, view) => {
  const name = namedText(view, 'name');
  const data = param(view, 'data');
  if (data < 0 || !name.startsWith('container')) return;
  let end = view.end(data);
  while (end > view.start(data) && view.bytes[end - 1] === 0) end--;
  const info = containerFromJson(decodeBytes(view.bytes, view.start(data), end));
  if (info === undefined) return;
  if (name === 'container_removed') state.removeContainer(info.id); else state.setContainer(info);
};

const onUserAdded: Handler = (state, _thread, _context, view) => {
  if (namedText(view, 'container_id') !== '') return;
  state.setUsers([...state.users(), { uid: named(view, 'uid'), gid: named(view, 'gid'), name: namedText(view, 'name'), home: namedText(view, 'home'), shell: namedText(view, 'shell') }]);
};

const onGroupAdded: Handler = (state, _thread, _context, view) => {
  if (namedText(view, 'container_id') !== '') return;
  state.setGroups([...state.groups(), { gid: named(view, 'gid'), name: namedText(view, 'name') }]);
};

const onCluster: Handler = (state, _thread, _context, view) => { state.tellCluster(text(view, 0)); };

const onMesos: Handler = (state, _thread, _context, view) => { state.tellMesos(text(view, 0)); };

export const META_HANDLERS: HandlerTable = { '>k8s': onCluster, '>mesos': onMesos, '>container': onContainer, '>asyncevent': onAsync, '>useradded': onUserAdded, '>groupadded': onGroupAdded };
