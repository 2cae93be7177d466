// Who may import whom (docs/architecture.md): one list of what is allowed, compared with every import of the project's TypeScript.
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { projectFiles, readProjectFile } from './files.ts';

interface Import { readonly from: string; readonly to: string; readonly typeOnly: boolean }

/** A part of the project: its files, the parts they may import, those they may import types of, and the npm packages. Node's own modules are the package `node:`. */
interface Part { readonly files: RegExp; readonly parts: readonly string[]; readonly typesOf?: readonly string[]; readonly packages: readonly RegExp[] }

const PARTS: Readonly<Record<string, Part>> = {
  schema: { files: /^driver\/schema\//, parts: [], packages: [] },
  // The Lua virtual machine is behind one file.
  engine: { files: /^remote-agent\/engine\//, parts: ['schema'], packages: [] },
  // What both ends of the wire need, and which needs nothing.
  packing: { files: /^remote-agent\/protocol\/packing\.ts$/, parts: [], packages: [] },
  protocol: { files: /^remote-agent\/protocol\//, parts: ['schema', 'engine', 'packing'], packages: [/^vscode-jsonrpc$/, /^@msgpack\/msgpack$/] },
  // Captures on a disk, for the agent and for the editor's worker.
  capture: { files: /^remote-agent\/capture\//, parts: ['schema', 'engine', 'protocol'], packages: [/^node:/] },
  host: { files: /^remote-agent\/(host|addon)\//, parts: ['schema', 'engine', 'protocol', 'capture'], packages: [/^node:/, /^vscode-jsonrpc(\/node)?$/, /^dockerode$/, /^wasmoon$/] },
  pageProtocol: { files: /^webviews\/protocol\//, parts: ['schema', 'engine', 'protocol'], packages: [] },
  pages: { files: /^webviews\/(?!protocol\/)/, parts: ['pageProtocol', 'engine', 'schema', 'packing'], typesOf: ['protocol'], packages: [/^d3/] },
  // Never the host's files, never a page's.
  extension: {
    files: /^extension\//, parts: ['schema', 'engine', 'protocol', 'pageProtocol', 'capture'],
    packages: [/^node:/, /^vscode$/, /^vscode-jsonrpc(\/node)?$/, /^vscode-language(client|server|server-textdocument)(\/node)?$/, /^ssh2$/, /^ssh-config$/, /^luaparse$/, /^wasmoon$/],
  },
};

/** Files that may import a package which the rest of their part may not. */
const ALONE: readonly { readonly file: RegExp; readonly package: RegExp }[] = [{ file: /^remote-agent\/engine\/chisel\/quick\/compile\.ts$/, package: /^luaparse$/ }];

/** The folders of the engine in the order in which they build on each other: values are imported from the same folder or one before. */
const ENGINE_ORDER = ['base', 'event', 'state', 'scap', 'fields', 'filter', 'format', 'view', 'chisel', 'session', 'overview'];

/** Tests, harnesses and generators may import anything. */
const isFree = (path: string): boolean => /\.test\.ts$|\/(test|harness|codegen)\/|^tests\//.test(path);

function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const pattern = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const match of readProjectFile(path).matchAll(pattern)) {
    const name = match[2] ?? match[3] ?? '';
    const to = name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), name)) : name;
    found.push({ from: path, to, typeOnly: match[1] !== undefined });
  }
  return found;
}

const partOf = (path: string): string | undefined => Object.keys(PARTS).find((name) => PARTS[name]?.files.test(path));

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const name = partOf(from);
  const part = name === undefined ? undefined : PARTS[name];
  if (part === undefined || /\.(css|json)$/.test(to)) return true;
  const target = partOf(to);
  if (target !== undefined) return target === name || part.parts.includes(target) || (typeOnly && (part.typesOf ?? []).includes(target));
  return part.packages.some((allowed) => allowed.test(to)) || ALONE.some((entry) => entry.file.test(from) && entry.package.test(to));
}

const sources = projectFiles().filter((path) => path.endsWith('.ts') && !isFree(path));
const all = sources.flatMap(importsOf);

test('there are imports to judge', () => {
  assert.ok(all.length > 100, `only ${all.length} imports were found: is the pattern still right?`);
});

test('every part imports only what it may', () => {
  assert.deepEqual(all.filter((entry) => !isAllowed(entry)).map(({ from, to }) => `${from} imports ${to}`), []);
});

test('no page imports another page', () => {
  const pageOf = (path: string): string | undefined => /^webviews\/([^/]+)\//.exec(path)?.[1];
  const wrong = all.filter(({ from, to }) => {
    const [a, b] = [pageOf(from), pageOf(to)];
    return a !== undefined && b !== undefined && a !== b && b !== 'base' && b !== 'protocol';
  });
  assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

test("within the engine, values are imported in one direction: base, event, state, scap, fields, filter, format, chisel, session, overview", () => {
  const rank = (path: string): number => {
    const folder = /^remote-agent\/engine\/([^/]+)\//.exec(path)?.[1];
    return folder === undefined ? -1 : ENGINE_ORDER.indexOf(folder);
  };
  const wrong = all.filter(({ from, to, typeOnly }) => !typeOnly && rank(from) >= 0 && rank(to) > rank(from));
  assert.deepEqual(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});
