// The oldest kernel that takes the probe: what docs/probe.md says is what the compiled programs need, and this kernel's verifier accepts each of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cannotRun, openProbe } from '../../driver/test/recorder.ts';
import { KERNEL_NEEDED, KERNEL_WHOLE } from '../../remote-agent/host/doctorKernel.ts';
import { withObject } from './fallback.ts';
import { functionsOf, type BpfFunction } from './elf.ts';
import { idsOf, idsOfKernel, tell, whyNoIds } from './probeFiles.ts';

const built = fileURLToPath(new URL('../../.build/probe/', import.meta.url));
const objects = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith('.bpf.o')).map((name) => join(built, name)) : [];
const skip = objects.length > 0 ? false : 'SKIPPED: the probe is not compiled (node remote-agent/addon/build.mjs)';
const functions: readonly BpfFunction[] = objects.flatMap(functionsOf);
/** The objects for kernels from 5.8 on: the probe's own, that of the counters of the host, and that of events that are no calls. `jumps`: it has programs that jump to others; how many maps and global functions it has at least. */
const OLDER_OBJECTS = [{ name: 'porthole_5_8', jumps: true, maps: 10, functions: 3, sections: ['.text', 'iter', 'tp_btf'] }, { name: 'host_5_8', jumps: false, maps: 5, functions: 0, sections: ['raw_tp', 'tp_btf'] }, { name: 'hostEvents_5_8', jumps: false, maps: 4, functions: 1, sections: ['.text', 'raw_tp', 'tp_btf'] }] as const;
const docs = readFileSync(fileURLToPath(new URL('../../docs/probe.md', import.meta.url)), 'utf8');

const TAIL_CALL = 12, TASK_STORAGE_GET = 156;
/** Rows of the document's table of helpers. */
const told = [...docs.matchAll(/^\| `(bpf_\w+)` \| (\d+) \| (\d+)\.(\d+) \|/gm)].map(([, name = '', id, major, minor]) => ({ name, id: Number(id), since: [Number(major), Number(minor)] as const }));
const isAtMost = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean => a < c || (a === c && b <= d);

test('every helper that is called is in the document, with the kernel that it needs, and no other', { skip }, () => {
  assert.ok(functions.length > 20, `${functions.length} functions were found`);
  const called = new Set(functions.flatMap(({ helpers }) => [...helpers]));
  assert.deepEqual([...called].sort((a, b) => a - b), told.map(({ id }) => id));
  assert.deepEqual(told.filter(({ since }) => !isAtMost(since, KERNEL_WHOLE)), [], 'newer than the floor of any object');
  assert.deepEqual(functions.filter(({ kernelFunctions }) => kernelFunctions > 0).map(({ name }) => name), [], "a kernel's own functions change without notice");
  assert.match(docs, new RegExp(`The floor is \\*\\*Linux ${KERNEL_NEEDED.join('\\.')}\\*\\*`));
  assert.match(docs, new RegExp(`from \\*\\*${KERNEL_WHOLE.join('\\.')}\\*\\* on`));
});

/** What BTF says of an object: names of its maps' types, and its global functions' parameters by kind. Ids and kinds: include/uapi/linux/btf.h. */
interface BtfType { readonly id: number; readonly kind: string; readonly name: string; readonly type_id?: number; readonly nr_elems?: number; readonly linkage?: string; readonly members?: readonly { readonly name: string; readonly type_id: number }[]; readonly params?: readonly { readonly type_id: number }[]; readonly ret_type_id?: number; readonly vars?: readonly { readonly type_id: number }[] }
function typesOf(path: string): (id: number | undefined) => BtfType {
  const { types } = JSON.parse(execFileSync(BPFTOOL ?? 'bpftool', ['-j', 'btf', 'dump', 'file', path], { encoding: 'utf8', maxBuffer: 64 << 20 })) as { types: BtfType[] };
  const byId = new Map(types.map((type) => [type.id, type]));
  return (id) => byId.get(id ?? 0) ?? { id: 0, kind: 'VOID', name: 'void' };
}
function* all(type: (id: number) => BtfType): Iterable<BtfType> { for (let id = 1; ; id++) { const found = type(id); if (found.id === 0) return; yield found; } }
const BPFTOOL = ['/usr/sbin/bpftool', '/usr/bin/bpftool', '/usr/local/sbin/bpftool'].find((path) => existsSync(path));
/** Kinds of maps (enum bpf_map_type) that 5.8 has, with the kernel that had them first: HASH, ARRAY, PROG_ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, QUEUE, STACK, RINGBUF. */
const MAPS_OF_5_8 = new Map([[1, '3.19'], [2, '3.19'], [3, '4.2'], [5, '4.6'], [6, '4.6'], [9, '4.10'], [22, '4.20'], [23, '4.20'], [27, '5.8']]);

for (const { name, jumps, maps: leastMaps, functions: leastFunctions, sections } of OLDER_OBJECTS) describe(`the object for kernels from 5.8 on: ${name}`, { skip: existsSync(join(built, `${name}.bpf.o`)) ? false : skip || 'SKIPPED: it is not compiled' }, () => {
  const OLDER = join(built, `${name}.bpf.o`);
  test('calls no helper that is newer, and uses nothing else of later kernels', () => {
    const older = functionsOf(OLDER), called = new Set(older.flatMap(({ helpers }) => [...helpers]));
    assert.deepEqual(told.filter(({ id, since }) => called.has(id) && !isAtMost(since, KERNEL_NEEDED)), []);
    assert.ok(called.size >= 6 && [...called].every((id) => told.some((helper) => helper.id === id)));
    assert.deepEqual(older.filter(({ callbacks, fetches, kernelFunctions }) => callbacks + fetches + kernelFunctions > 0), [], 'callbacks (5.13), atomic operations that give back a value (5.12)');
    assert.deepEqual(older.filter(({ fallsBack }) => fallsBack.length > 0).map(({ name }) => name), [], 'loops that the compiler has laid out so that their end falls through to their beginning');
    const jumping = older.filter(({ helpers }) => helpers.has(TAIL_CALL));
    assert.equal(jumping.length > 0, jumps);
    assert.deepEqual(jumping.filter(({ calls }) => calls > 0).map(({ name }) => name), [], 'programs that jump to others and have functions (5.10 on x86-64, 6.0 on arm64)');
    assert.deepEqual([...new Set(older.map(({ section }) => section.split('/')[0]))].sort(), sections, 'BTF-typed tracepoints (5.5), raw tracepoints (4.17), iterators (5.8)');
    // The same looks at the other object find what they look for.
    const newer = functionsOf(join(built, 'porthole.bpf.o'));
    assert.ok(newer.some(({ callbacks }) => callbacks > 0) && newer.some(({ helpers, calls }) => helpers.has(TAIL_CALL) && calls > 0) && newer.some(({ helpers }) => helpers.has(TASK_STORAGE_GET)));
  });

  test('has maps of kinds that there were, and global functions that take numbers', { skip: BPFTOOL === undefined ? 'SKIPPED: bpftool is not installed' : false }, () => {
    const type = typesOf(OLDER), kindOf = (id: number | undefined): string => { const found = type(id); return ['TYPEDEF', 'CONST', 'VOLATILE'].includes(found.kind) ? kindOf(found.type_id) : found.kind; };
    const maps = [...all(type)].filter(({ kind, name }) => kind === 'DATASEC' && name === '.maps').flatMap(({ vars = [] }) => vars.map((variable) => type(variable.type_id)));
    assert.ok(maps.length >= leastMaps, `${maps.length} maps`);
    // `__uint(type, 5)` is a member that points to an array of 5 elements.
    const kinds = maps.map((map) => [map.name, type(type(type(map.type_id).members?.find(({ name }) => name === 'type')?.type_id).type_id).nr_elems ?? -1] as const);
    assert.deepEqual(kinds.filter(([, kind]) => !MAPS_OF_5_8.has(kind)), []);
    const programs = new Set(functionsOf(OLDER).filter(({ section }) => section !== '.text').map(({ name }) => name));
    const global = [...all(type)].filter(({ kind, linkage, name }) => kind === 'FUNC' && linkage === 'global' && !programs.has(name));
    assert.ok(global.length >= leastFunctions, global.map(({ name }) => name).join(' '));
    for (const { name, type_id } of global) assert.deepEqual([...type(type_id).params ?? [], { type_id: type(type_id).ret_type_id ?? 0 }].map((part) => kindOf(part.type_id)).filter((kind) => kind !== 'INT' && kind !== 'ENUM'), [], name);
  });
});

test('names and numbers are those of the kernel\'s header', { skip: existsSync('/usr/include/linux/bpf.h') ? false : 'SKIPPED: the kernel\'s headers are not installed (Debian: linux-libc-dev)' }, () => {
  const header = readFileSync('/usr/include/linux/bpf.h', 'utf8');
  const mapper = header.slice(header.indexOf('#define ___BPF_FUNC_MAPPER') >= 0 ? header.indexOf('#define ___BPF_FUNC_MAPPER') : header.indexOf('#define __BPF_FUNC_MAPPER'));
  // FN(name, 1, ...) in newer headers; in older ones FN(name), numbered by their place.
  const names = [...mapper.matchAll(/\bFN\((\w+)(?:, (\d+), [^)]*)?\)/g)].map(([, name = '', id], place) => [`bpf_${name}`, id === undefined ? place : Number(id)] as const);
  const numbers = new Map<string, number>(names);
  assert.ok(numbers.size > 150);
  for (const { name, id } of told) assert.equal(numbers.get(name), id, name);
});

for (const [object, name] of [['5.17', 'porthole'], ['5.8', 'porthole_5_8']] as const) test(`no program stays unloaded that this kernel can run: the verifier accepts every one of the object for ${object}`, { skip: cannotRun() ?? (whyNoIds() === undefined ? skip : `SKIPPED: ${whyNoIds() ?? ''}`) }, () => {
  const programs = functionsOf(join(built, `${name}.bpf.o`)).filter(({ section }) => section !== '.text').map(({ name }) => name);
  const probe = withObject(object, () => openProbe({}));
  try {
    assert.equal(probe.object().since, object);
    const held = idsOf(process.pid);
    assert.ok(held.prog.size >= programs.length, `${held.prog.size} of ${programs.length} programs are loaded: ${programs.join(' ')}`);
    assert.equal(tell(held, idsOfKernel()), tell(held), 'all that is held is in the kernel');
  } finally { probe.close(); }
  assert.equal(idsOf(process.pid).prog.size, 0);
});
