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
}

const SECTION_NAMES_AT = 62, SECTIONS_AT = 40, SECTION_COUNT_AT = 60, SECTION_BYTES = 64, SYMBOL_BYTES = 24;
const SYMBOL_TABLE = 2, FUNCTION = 2;
/** An instruction is 8 bytes: code, registers, offset, u32. A call says by its source register what it calls (include/uapi/linux/bpf.h). */
const INSTRUCTION_BYTES = 8, CALL = 0x85, CALL_HELPER = 0, CALL_KERNEL = 2;

export function functionsOf(path: string): BpfFunction[] {
  const bytes = readFileSync(path), data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const number = (at: number): number => Number(data.getBigUint64(at, true));
  const section = (i: number): { name: number; type: number; offset: number; length: number; link: number } => {
    const at = number(SECTIONS_AT) + i * SECTION_BYTES;
    return { name: data.getUint32(at, true), type: data.getUint32(at + 4, true), offset: number(at + 24), length: number(at + 32), link: data.getUint32(at + 40, true) };
  };
  const text = (table: number, at: number): string => { const from = section(table).offset + at; return bytes.toString('latin1', from, bytes.indexOf(0, from)); };
  const count = data.getUint16(SECTION_COUNT_AT, true), names = data.getUint16(SECTION_NAMES_AT, true);
  const symbols = Array.from({ length: count }, (_, i) => section(i)).find(({ type }) => type === SYMBOL_TABLE);
  if (symbols === undefined) throw new Error(`${path} has no symbols`);
  const found: BpfFunction[] = [];
  for (let at = symbols.offset; at < symbols.offset + symbols.length; at += SYMBOL_BYTES) {
    if ((data.getUint8(at + 4) & 15) !== FUNCTION) continue;
    const home = section(data.getUint16(at + 6, true)), start = home.offset + number(at + 8), end = start + number(at + 16);
    const helpers = new Set<number>();
    let kernelFunctions = 0;
    for (let i = start; i < end; i += INSTRUCTION_BYTES) {
      if (data.getUint8(i) !== CALL) continue;
      const what = data.getUint8(i + 1) >> 4;
      if (what === CALL_HELPER) helpers.add(data.getInt32(i + 4, true)); else if (what === CALL_KERNEL) kernelFunctions++;
    }
    found.push({ name: text(symbols.link, data.getUint32(at, true)), section: text(names, home.name), helpers, kernelFunctions });
  }
  return found;
}
