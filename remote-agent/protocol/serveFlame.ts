// Answers what is asked of flame graphs out of a session.
import { ResponseError, type CancellationToken } from 'vscode-jsonrpc';
import { Flame, type FlameNode } from '../engine/session/flame.ts';
import type { Session } from '../engine/session/session.ts';
import { ERRORS } from './messages.ts';
import type { FlameMeasure, FlameNodeMessage, FlameParams, FlameResult } from './viewMessages.ts';

/** Segments of 8,192 events that are added up before others get their turn. */
const SLICE = 8;
const MAX_NODES = 700, MAX_LABEL = 160, MAX_CHARACTERS = 40_000;
/** What is narrower than this part of the picture cannot be seen. */
const SMALLEST = 1 / 3000;
const MEASURES: readonly FlameMeasure[] = ['ns', 'count', 'failed'];

/** `pause` lets everything else that waits have its turn. Undefined where it was cancelled. */
export async function answerFlame(session: Session, params: FlameParams, token: CancellationToken, pause: () => Promise<void>): Promise<FlameResult | undefined> {
  const measure = MEASURES.includes(params.measure) ? params.measure : 'ns', path = Array.isArray(params.path) ? params.path.map(String) : [];
  const flame = new Flame(session.history, { startNs: Number(params.startNs), endNs: Number(params.endNs) }, session.filters.get(String(params.filter)));
  while (!flame.advance(SLICE)) { await pause(); if (token.isCancellationRequested) return undefined; }
  const root = flame.at(path);
  if (root === undefined) throw new ResponseError(ERRORS.gone, 'Nothing of this is left in what is shown. Go back to everything.');
  const { nodes, small } = walk(root, path, measure, (id) => id === '' ? 'the host' : session.state.container(id)?.name ?? id);
  return { startNs: flame.startNs, endNs: flame.endNs, nodes, small };
}

/** The largest nodes, as many as a message holds, in the order of a walk. */
function walk(root: FlameNode, path: readonly string[], measure: FlameMeasure, containerName: (id: string) => string): { readonly nodes: readonly FlameNodeMessage[]; readonly small: number } {
  const all: { readonly node: FlameNode; readonly depth: number; readonly value: number }[] = [], least = root[measure] * SMALLEST;
  let small = 0;
  const collect = (node: FlameNode, depth: number): void => {
    if (depth > 0 && (node[measure] <= 0 || node[measure] < least)) { small++; return; }
    all.push({ node, depth, value: node[measure] });
    for (const child of [...node.children.values()].sort((a, b) => b[measure] - a[measure] || (a.key < b.key ? -1 : 1))) collect(child, depth + 1);
  };
  collect(root, 0);
  // A child is never larger than what it is in, so what is in stays a tree.
  const bound = all.length <= MAX_NODES ? 0 : [...all].sort((a, b) => b.value - a.value)[MAX_NODES]?.value ?? 0, nodes: FlameNodeMessage[] = [];
  let room = MAX_CHARACTERS;
  for (const { node: { key, ns, count, failed }, depth, value } of all) {
    if (depth > 0 && (value < bound || nodes.length > MAX_NODES || room <= 0)) { small++; continue; }
    const level = path.length + depth, text = level === 0 ? 'Everything' : level === 1 ? containerName(key) : key === '' ? '(no name)' : key, label = text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text;
    room -= label.length + key.length + 24;
    nodes.push({ depth, key, label, ns, count, failed });
  }
  return { nodes, small };
}
