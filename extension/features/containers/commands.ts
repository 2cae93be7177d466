// Command lines about a container. They hold ids and namespaces of a shape that is checked, and words of ours, never a name that somebody else chose.
import type { ContainerNode } from '../../../remote-agent/protocol/messages.ts';
import { UserError } from '../../base/text.ts';
import { shellQuote } from '../../remote/sudo.ts';

/** What is needed of a container to run a command about it. */
export type Target = Pick<ContainerNode, 'id' | 'type'> & Partial<Pick<ContainerNode, 'fullId' | 'pod' | 'namespace'>>;
export type Action = 'log' | 'shell' | 'inspect';

const HEX_ID = /^[0-9a-f]{12,64}$/;
/** Names of containerd's own namespaces and containers: nothing in them means anything to a shell, and none is an option. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Containerd's namespace in which Kubernetes keeps its containers. */
const KUBERNETES = 'k8s.io';

/** One tool that may do it. `test`: succeeds where the tool is there, answers, and knows the container. */
interface Tool { readonly name: string; readonly test: string; readonly run: string }

/** The command line for a container, for `sh` on its host: the first tool that knows the container, with this user's own rights or else through sudo, which asks in the terminal. */
export function containerCommand(action: Action, target: Target): string {
  const tools = toolsFor(action, target);
  const names = [...new Set(tools.map(({ name }) => name))];
  const first = tools.map(({ name, test, run }) => `if command -v ${name} >/dev/null && ${test} >/dev/null 2>&1; then exec ${run}; fi`);
  const raised = tools.map(({ name, test, run }) => `if command -v ${name} >/dev/null && sudo ${test} >/dev/null 2>&1; then exec sudo ${run}; fi`);
  const installed = `if ! { ${names.map((name) => `command -v ${name} >/dev/null`).join(' || ')}; }; then echo "${missing(action, target, names)}"; exit 1; fi`;
  const unknown = `echo "${names.join(' and ')} ${names.length > 1 ? 'do' : 'does'} not know the container ${idOf(target)}, or the engine does not answer, or this user may not use it: connect as root${target.type === 'podman' ? ', or as the user who runs it' : ''}, and refresh the Hosts view if it has ended."; exit 1`;
  return `sh -c ${shellQuote([installed, ...first, `if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then ${raised.join('; ')}; fi`, unknown].join('; '))}`;
}

export function followCommand(target: Target): string { return containerCommand('log', target); }
export function shellCommand(target: Target): string { return containerCommand('shell', target); }
export function inspectCommand(target: Target): string { return containerCommand('inspect', target); }

function missing(action: Action, { type }: Target, names: readonly string[]): string {
  const tool = names.length > 1 ? `neither ${names.join(' nor ')} is` : `${names[0] ?? ''} is not`;
  const why = action === 'log' && isContainerd(type) ? ' containerd itself keeps no logs.' : '';
  return `On this host ${tool} installed, so nothing can be asked of ${ENGINES[type] ?? 'its engine'} about the container.${why} Install ${names[0] ?? 'it'} there, and try again.`;
}
const ENGINES: Readonly<Record<string, string>> = { docker: 'Docker', podman: 'Podman', containerd: 'containerd', 'cri-o': 'CRI-O', cri: 'the container runtime' };
const isContainerd = (type: string): boolean => type === 'containerd' || type === 'cri';

function idOf(target: Target): string {
  const id = target.fullId !== undefined && HEX_ID.test(target.fullId) && target.fullId.startsWith(target.id) ? target.fullId : target.id;
  const [namespace = '', name] = id.split('/');
  if (HEX_ID.test(id)) return id;
  // Containers that were made by containerd's own means have names, unique within a namespace.
  if (isContainerd(target.type) && name !== undefined && id === `${namespace}/${name}` && PLAIN_NAME.test(namespace) && PLAIN_NAME.test(name)) return name;
  throw new UserError('The container has an id that is not hexadecimal, so no command is run with it.', 'Refresh the Hosts view and try again.');
}

function toolsFor(action: Action, target: Target): readonly Tool[] {
  const id = idOf(target);
  switch (target.type) {
    case 'docker': case 'podman': return [dockerLike(action, target.type, id)];
    case 'containerd': case 'cri': case 'cri-o': {
      const namespace = (target.pod ?? '') !== '' ? KUBERNETES : HEX_ID.test(target.id) ? target.namespace ?? KUBERNETES : target.id.split('/')[0] ?? '';
      const crictl: Tool = { name: 'crictl', test: `crictl inspect ${id}`, run: `crictl ${{ log: 'logs --follow --tail 500', shell: 'exec -it', inspect: 'inspect' }[action]} ${id}${action === 'shell' ? ' sh' : ''}` };
      if (target.type === 'cri-o') return [crictl];
      if (!PLAIN_NAME.test(namespace)) throw new UserError('The container\'s namespace has a name that containerd does not allow, so no command is run with it.', 'Refresh the Hosts view and try again.');
      const nerdctl = dockerLike(action, `nerdctl --namespace ${namespace}`, id);
      const ctr = `ctr --namespace ${namespace}`;
      const plain: Tool[] = action === 'log' ? [] : [{ name: 'ctr', test: `${ctr} containers info ${id}`, run: action === 'shell' ? `${ctr} tasks exec -t --exec-id porthole-$$ ${id} sh` : `${ctr} containers info ${id}` }];
      return namespace === KUBERNETES ? [crictl, nerdctl, ...plain] : [nerdctl, ...plain];
    }
    default: throw new UserError(`Porthole knows no command for containers of this kind (${target.type.replace(/[^A-Za-z0-9-]/g, '')}).`, 'Their calls, files and connections can be looked at all the same: open the timeline.');
  }
}

/** `engine`: the tool with its options. */
function dockerLike(action: Action, engine: string, id: string): Tool {
  return { name: engine.split(' ')[0] ?? engine, test: `${engine} container inspect ${id}`, run: `${engine} ${{ log: 'logs --follow --tail 500', shell: 'exec -it', inspect: 'container inspect' }[action]} ${id}${action === 'shell' ? ' sh' : ''}` };
}
