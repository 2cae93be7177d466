// The functions of a compiled eBPF object and the helpers that they call, out of its ELF sections (elf(5), 64 bits, little endian).
import { readFileSync } from 'node:fs';

export interface BpfFunction {
  readonly name: string;
  /** `.text` for what others call, else how it is attached: `tp_btf/sys_enter`. */
  readonly section: string;
  /** Ids of helpers. */
  readonly helpers: ReadonlySet<number>;
  /** Calls of functions of the kernel that are no helpers (kfuncs): such a call depends on the kernel's build. */
  readonly kernelFunctions: number;
  /** Calls of other functions of the object. */
  readonly calls: number;
  /** Functions whose address is taken, to be called back. */
  readonly callbacks: number;
  /** Atomic operations that give back a value. */
  readonly fetches: number;
  /** Instructions that are no jumps and fall through into a loop that they are in: kernels before 5.14 or so refuse such a loop. */
  readonly fallsBack: readonly number[];
}

const SECTION_NAMES_AT = 62, SECTIONS_AT = 40, SECTION_COUNT_AT = 60, SECTION_BYTES = 64, SYMBOL_BYTES = 24;
const SYMBOL_TABLE = 2, FUNCTION = 2;
/** An instruction is 8 bytes: code, registers, offset, u32. A call says by its source register what it calls (include/uapi/linux/bpf.h). */
const INSTRUCTION_BYTES = 8, CALL = 0x85, CALL_HELPER = 0, CALL_FUNCTION = 1, CALL_KERNEL = 2;
/** A load of 8 bytes takes the room of two instructions; a function's address is filled in by its relocation (SHT_REL: offset, type, symbol). */
const LOAD_64 = 0x18, RELOCATIONS = 9, RELOCATION_BYTES = 16, EXECUTABLE = 4, ATOMIC = [0xc3, 0xdb], FETCH = 1;

const EXIT = 0x95, JUMP = 0x05, JUMPS = [0x05, 0x06];

/**
 * Walks a function as check_cfg of the kernel does (kernel/bpf/verifier.c, 5.8 to 5.13), depth first, what follows before what is jumped to, and gives the plain
 * instructions behind which one follows that is still being walked: only jumps may go back.
 */
function fallsBack(data: DataView, start: number, end: number): number[] {
  const count = (end - start) / INSTRUCTION_BYTES, state = new Uint8Array(count), next = new Uint8Array(count), found: number[] = [];
  const stack = [0];
  state[0] = 1;
  while (stack.length > 0) {
    const i = stack.at(-1) ?? 0, at = start + i * INSTRUCTION_BYTES, code = data.getUint8(at), isJump = JUMPS.includes(code & 7) && code !== CALL;
    const target = i + 1 + data.getInt16(at + 2, true), following = i + (code === LOAD_64 ? 2 : 1);
    const edges = code === EXIT ? [] : !isJump ? [following] : code === JUMP ? [target] : [following, target];
    const turn = next[i] ?? 0, to = edges[turn];
    if (to === undefined) { state[i] = 2; stack.pop(); continue; }
    next[i] = turn + 1;
    if (state[to] === 1 && !isJump) found.push(i);
    if (state[to] === 0) { state[to] = 1; stack.push(to); }
  }
  return found;
}

export function functionsOf(path: string): BpfFunction[] {
  const bytes = readFileSync(path), data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const number = (at: number): number => Number(data.getBigUint64(at, true));
  const section = (i: number): { name: number; type: number; flags: number; offset: number; length: number; link: number; info: number } => {
    const at = number(SECTIONS_AT) + i * SECTION_BYTES;
    return { name: data.getUint32(at, true), type: data.getUint32(at + 4, true), flags: number(at + 8), offset: number(at + 24), length: number(at + 32), link: data.getUint32(at + 40, true), info: data.getUint32(at + 44, true) };
  };
  const text = (table: number, at: number): string => { const from = section(table).offset + at; return bytes.toString('latin1', from, bytes.indexOf(0, from)); };
  const count = data.getUint16(SECTION_COUNT_AT, true), names = data.getUint16(SECTION_NAMES_AT, true);
  const symbols = Array.from({ length: count }, (_, i) => section(i)).find(({ type }) => type === SYMBOL_TABLE);
  if (symbols === undefined) throw new Error(`${path} has no symbols`);
  // Places in the file where something of an executable section is referred to.
  const toCode = new Set<number>();
  for (let i = 0; i < count; i++) {
    const { type, offset, length, info } = section(i);
    if (type !== RELOCATIONS) continue;
    const target = section(info);
    for (let at = offset; at < offset + length; at += RELOCATION_BYTES) {
      const home = data.getUint16(symbols.offset + data.getUint32(at + 12, true) * SYMBOL_BYTES + 6, true);
      if (home < count && (section(home).flags & EXECUTABLE) !== 0) toCode.add(target.offset + number(at));
    }
  }
  const found: BpfFunction[] = [];
  for (let at = symbols.offset; at < symbols.offset + symbols.length; at += SYMBOL_BYTES) {
    if ((data.getUint8(at + 4) & 15) !== FUNCTION) continue;
    const home = section(data.getUint16(at + 6, true)), start = home.offset + number(at + 8), end = start + number(at + 16);
    const helpers = new Set<number>();
    let kernelFunctions = 0, calls = 0, callbacks = 0, fetches = 0;
    for (let i = start; i < end; i += INSTRUCTION_BYTES) {
      const code = data.getUint8(i), source = data.getUint8(i + 1) >> 4, value = data.getInt32(i + 4, true);
      if (ATOMIC.includes(code) && (value & FETCH) !== 0) fetches++;
      if (code === LOAD_64) { if (toCode.has(i)) callbacks++; i += INSTRUCTION_BYTES; }
      if (code !== CALL) continue;
      if (source === CALL_HELPER) helpers.add(value); else if (source === CALL_FUNCTION) calls++; else if (source === CALL_KERNEL) kernelFunctions++;
    }
    found.push({ name: text(symbols.link, data.getUint32(at, true)), section: text(names, home.name), helpers, kernelFunctions, calls, callbacks, fetches, fallsBack: fallsBack(data, start, end) });
  }
  return found;
}
