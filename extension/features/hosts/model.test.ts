// The hosts tree as data: grouping, process trees, filters and lanes, and names that mean harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerNode, ProcessNode } from '../../../remote-agent/protocol/messages.ts';
import { compileFilter } from '../../../remote-agent/engine/filter/index.ts';
import type { CaptureSession } from '../../session/captureSession.ts';
import { containerNodes, descriptorNodes, filterOf, groupNodes, hostNode, hostOfNode, laneOf, podNodes, processNodes, textOf, topNodes, type Node, type ProcessTreeNode } from './model.ts';

const session = { id: 'host:h' } as CaptureSession;
const container = (changes: Partial<ContainerNode>): ContainerNode => ({ id: '0123456789ab', name: 'web', image: 'nginx:1', type: 'docker', status: 'running', project: '', service: '', cpuPercent: 1.25, memoryBytes: 5 << 20, memoryLimitBytes: 0, processes: 2, recentErrors: 0, ...changes });
const process = (pid: number, ppid: number, changes: Partial<ProcessNode> = {}): ProcessNode => ({ pid, ppid, vpid: pid, comm: `p${pid}`, cmdline: `p${pid} x`, user: 'root', threads: 1, openFds: 3, ...changes });

test('compose projects, then single containers, then the host itself; ids are unique and stable', () => {
  const list = [container({ id: '', name: 'vm', type: 'host' }), container({ id: 'aaaaaaaaaaaa', name: 'solo' }), container({ id: 'bbbbbbbbbbbb', project: 'shop', name: 'db', status: 'exited' }), container({ id: 'cccccccccccc', project: 'shop', name: 'app' })];
  const nodes = topNodes(session, 'h', list);
  assert.deepEqual(nodes.map(node => textOf(node).label), ['shop', 'solo', 'Processes of the host']);
  assert.equal(textOf(nodes[0] as Node).description, '1 of 2 running');
  const again = topNodes(session, 'h', [...list].reverse());
  assert.deepEqual(again.map(node => node.id), nodes.map(node => node.id));
  assert.ok(nodes[0]?.kind === 'project');
  assert.deepEqual(containerNodes(session, 'h', nodes[0].containers).map(node => node.container.name), ['app', 'db']);
});

test('namespaces hold pods, pods their containers; pods without a namespace, projects and single containers follow', () => {
  const list = [
    container({ id: 'aaaaaaaaaaaa', name: 'solo' }), container({ id: 'bbbbbbbbbbbb', name: 'db', project: 'shop' }), container({ id: 'cccccccccccc', name: 'loose', pod: 'mypod' }), container({ id: 'dddddddddddd', name: 'api', pod: 'api-0', namespace: 'web' }),
    container({ id: 'eeeeeeeeeeee', name: 'sidecar', pod: 'api-0', namespace: 'web', status: 'exited' }), container({ id: 'ffffffffffff', name: 'dns', pod: 'dns-1', namespace: 'kube-system' }), container({ id: 'default/plain', name: 'plain', namespace: 'default' }),
  ];
  const nodes = topNodes(session, 'h', list);
  assert.deepEqual(nodes.map(node => [node.kind, textOf(node).label]), [['namespace', 'kube-system'], ['namespace', 'web'], ['pod', 'mypod'], ['project', 'shop'], ['container', 'plain'], ['container', 'solo']]);
  const [, web] = nodes;
  assert.ok(web?.kind === 'namespace');
  assert.equal(textOf(web).description, '1 pod, 1 of 2 running');
  const [pod] = podNodes(session, 'h', web.namespace, web.containers);
  assert.ok(pod);
  assert.deepEqual(containerNodes(session, 'h', pod.containers).map(node => node.container.name), ['api', 'sidecar']);
  assert.match(textOf(pod).spoken, /^Pod api-0, 1 of 2 running$/);
  assert.deepEqual([filterOf(pod), filterOf(web)], ['', '']);
  const evil = topNodes(session, 'h', [container({ pod: 'a\nb', namespace: 'x/\n' })])[0];
  assert.ok(evil?.kind === 'namespace');
  assert.doesNotMatch([evil.id, podNodes(session, 'h', evil.namespace, evil.containers)[0]?.id, textOf(evil).label].join(' '), /\n/);
});

test('the tooltip of a container says its engine, image, pod and labels', () => {
  const labels = Object.fromEntries([['com.docker.compose.project', 'told already'], ...Array.from({ length: 10 }, (_, i) => [`l${i}`, `v${i}\n`])]) as Record<string, string>;
  const [node] = containerNodes(session, 'h', [container({ type: 'podman', pod: 'p', namespace: 'n', labels })]);
  assert.ok(node);
  const { tooltip } = textOf(node);
  for (const line of ['Engine: podman', 'Image: nginx:1', 'Pod: p', 'Namespace: n', '  l0=v0·', '  and 2 more']) assert.ok(tooltip.split('\n').includes(line), `${line} in ${tooltip}`);
  assert.doesNotMatch(tooltip, /told already/);
});

test('a container says state, CPU, memory and image; its errors colour it', () => {
  const [node] = containerNodes(session, 'h', [container({ recentErrors: 3 })]);
  assert.ok(node);
  const text = textOf(node);
  assert.equal(text.description, '1.3 % · 5.0 MiB · nginx:1');
  assert.equal(text.color, 'charts.orange');
  assert.match(text.spoken, /Container web, image nginx:1, running, CPU 1\.3 %, memory 5\.0 MiB, 3 failed calls/);
  const [stopped] = containerNodes(session, 'h', [container({ status: 'exited', cpuPercent: -1, memoryBytes: 0, processes: 0 })]);
  assert.ok(stopped);
  assert.deepEqual([textOf(stopped).context, textOf(stopped).children, textOf(stopped).description], ['container.stopped', 'none', 'exited · nginx:1']);
});

test('processes are a tree; loops and orphans lose nobody', () => {
  const nodes = processNodes(session, 'h', 'c', [process(10, 1), process(12, 10), process(11, 10), process(13, 12), process(20, 21), process(21, 20), process(30, 30)]);
  const flat = (list: readonly ProcessTreeNode[]): number[] => list.flatMap(node => [node.process.pid, ...flat(node.children)]);
  assert.deepEqual(flat(nodes).sort(), [10, 11, 12, 13, 20, 21, 30]);
  assert.deepEqual(nodes.map(node => node.process.pid), [10, 30, 20]);
  assert.deepEqual(nodes[0]?.children.map(child => child.process.pid), [11, 12]);
});

test('descriptors in two groups', () => {
  const [parent] = processNodes(session, 'h', 'c', [process(10, 1)]);
  assert.ok(parent);
  const groups = groupNodes(parent, [{ fd: 5, kind: 'ipv4', name: '1.2.3.4:5->6.7.8.9:80' }, { fd: 1, kind: 'file', name: '/dev/null' }, { fd: 0, kind: 'pipe', name: '' }]);
  assert.deepEqual(groups.map(group => [group.which, group.descriptors.length]), [['connections', 1], ['files', 2]]);
  const files = groups[1];
  assert.ok(files);
  assert.deepEqual(descriptorNodes(files).map(node => textOf(node).label), ['(pipe)', '/dev/null']);
  assert.equal(groupNodes(parent, []).length, 0);
});

test('filters and lanes hold numbers and hexadecimal ids only, and the filter language takes them', () => {
  const [own] = containerNodes(session, 'h', [container({ id: '' })]);
  const [web] = containerNodes(session, 'h', [container({})]);
  const [evil] = containerNodes(session, 'h', [container({ id: 'x or evt.num>0' })]);
  const [parent] = processNodes(session, 'h', 'c', [process(42, 1)]);
  assert.ok(own && web && evil && parent);
  assert.deepEqual([own, web, evil, parent].map(filterOf), ['container.id=host', 'container.id=0123456789ab', '', 'proc.pid=42']);
  assert.deepEqual([own, web, evil, parent].map(laneOf), ['c:', 'c:0123456789ab', 'c:', 'p:42']);
  const [files] = groupNodes(parent, [{ fd: 1, kind: 'file', name: '/x' }]);
  assert.ok(files);
  const [file] = descriptorNodes(files);
  assert.ok(file);
  for (const filter of [own, web, parent, file].map(filterOf)) assert.equal(compileFilter(filter).ok, true, filter);
});

test('names of a host are shown on one line, without control characters or turned text', () => {
  const [node] = processNodes(session, 'h', 'c', [process(7, 1, { comm: 'a\nb\u202ec\u001b[31m', cmdline: `x\u0000${'y'.repeat(500)}` })]);
  assert.ok(node);
  const { label, description } = textOf(node);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(label + description, /[\u0000-\u001f\u202e]/);
  assert.ok(description.length < 200);
});

test('hosts: state, description, what a failure says', () => {
  const failed = hostNode({ name: 'web', label: 'web', detail: 'me@10.0.0.1', state: 'failed', session: undefined, error: { message: 'Refused.', remedy: 'Check the port.' } });
  assert.equal(hostOfNode(failed), 'web');
  assert.equal(hostOfNode({ kind: 'host', id: 'elsewhere' }), undefined);
  const text = textOf(failed);
  assert.deepEqual([text.context, text.children, text.description], ['host.failed', 'expanded', 'could not connect · me@10.0.0.1']);
  assert.match(text.tooltip, /Refused\.\nCheck the port\./);
});
