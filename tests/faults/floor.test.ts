// The oldest kernel that takes the probe: what docs/probe.md says is what the compiled programs need, and this kernel's verifier accepts each of them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cannotRun, openProbe } from '../../driver/test/recorder.ts';
import { KERNEL_NEEDED } from '../../remote-agent/host/doctorKernel.ts';
import { functionsOf, type BpfFunction } from './elf.ts';
import { idsOf, idsOfKernel, tell, whyNoIds } from './probeFiles.ts';

const built = fileURLToPath(new URL('../../.build/probe/', import.meta.url));
const objects = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith('.bpf.o')).map((name) => join(built, name)) : [];
const skip = objects.length > 0 ? false : 'SKIPPED: the probe is not compiled (node remote-agent/addon/build.mjs)';
const functions: readonly BpfFunction[] = objects.flatMap(functionsOf);
const docs = readFileSync(fileURLToPath(new URL('../../docs/probe.md', import.meta.url)), 'utf8');

/** Rows of the document's table of helpers. */
const told = [...docs.matchAll(/^\| `(bpf_\w+)` \| (\d+) \| (\d+)\.(\d+) \|/gm)].map(([, name = '', id, major, minor]) => ({ name, id: Number(id), since: [Number(major), Number(minor)] as const }));
const isAtMost = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean => a < c || (a === c && b <= d);

test('every helper that is called is in the document, with the kernel that it needs, and no other', { skip }, () => {
  assert.ok(functions.length > 20, `${functions.length} functions were found`);
  const called = new Set(functions.flatMap(({ helpers }) => [...helpers]));
  assert.deepEqual([...called].sort((a, b) => a - b), told.map(({ id }) => id));
  assert.deepEqual(told.filter(({ since }) => !isAtMost(since, KERNEL_NEEDED)), [], 'newer than the floor');
  assert.deepEqual(functions.filter(({ kernelFunctions }) => kernelFunctions > 0).map(({ name }) => name), [], "a kernel's own functions change without notice");
  assert.match(docs, new RegExp(`The floor is \\*\\*Linux ${KERNEL_NEEDED.join('\\.')}\\*\\*`));
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

test('no program that this kernel can run stays unloaded: the verifier accepts every one', { skip: cannotRun() ?? (whyNoIds() === undefined ? skip : `SKIPPED: ${whyNoIds() ?? ''}`) }, () => {
  const programs = functionsOf(join(built, 'porthole.bpf.o')).filter(({ section }) => section !== '.text').map(({ name }) => name);
  const probe = openProbe({});
  try {
    const held = idsOf(process.pid);
    assert.ok(held.prog.size >= programs.length, `${held.prog.size} of ${programs.length} programs are loaded: ${programs.join(' ')}`);
    assert.equal(tell(held, idsOfKernel()), tell(held), 'all that is held is in the kernel');
  } finally { probe.close(); }
  assert.equal(idsOf(process.pid).prog.size, 0);
});
