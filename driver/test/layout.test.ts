// The generated header agrees with the event table, and the handlers put as many parameters as their rows have. Needs neither root nor a kernel.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { handledCalls, makeHeader } from '../codegen/cHeader.ts';
import { EVENT_HEADER, KERNEL_LOSSES, RECORD, SYSCALLS, eventBySymbol } from '../schema/index.ts';

const bpf = fileURLToPath(new URL('../bpf/', import.meta.url));
const sources = readdirSync(bpf).filter((name) => /\.[ch]$/.test(name) && !name.includes('.gen.')).sort().map((name) => ({ name, text: readFileSync(join(bpf, name), 'utf8') }));
const header = readFileSync(join(bpf, 'event_table.gen.h'), 'utf8');

test('the committed header is what the table makes', () => { assert.equal(header, makeHeader(sources)); });

test('the header carries the record layout', () => {
  const values = new Map([...header.matchAll(/^#define (\w+) (\d+)$/gm)].map((m) => [m[1], Number(m[2])]));
  assert.equal(values.get('RECORD_EVENT'), RECORD.event);
  assert.equal(values.get('RECORD_CGROUP'), RECORD.cgroup);
  assert.equal(values.get('EVENT_LENGTHS'), EVENT_HEADER.lengths);
  assert.equal(values.get('LOSS_CAUSES'), KERNEL_LOSSES.length);
  assert.equal(values.get('EVENT_openat'), 307);
  assert.equal(values.get('PARAMS_openat'), eventBySymbol('SYSCALL_OPENAT_2_X').params.length);
});

test('every handler is a call of the table, once', () => {
  const names = handledCalls(sources).map(({ name }) => name);
  assert.ok(names.length > 100);
  assert.deepEqual([...new Set(names)], names);
  for (const name of names) assert.ok(SYSCALLS.some((s) => s.name === name && s.event !== 'GENERIC'), name);
});

test('a handler of an unknown call is refused', () => { assert.throws(() => makeHeader([{ name: 'x.h', text: 'CALL(nosuchcall) {}' }]), /nosuchcall/); });

test('the codes of calls are where their numbers are', () => {
  const table = /code_of_call\[512\] = \{\n([^}]*)\}/.exec(header)?.[1]?.split(',').map(Number) ?? [];
  for (const call of SYSCALLS.filter((s) => s.x64 >= 0)) assert.equal(table[call.x64], call.code, call.name);
});
