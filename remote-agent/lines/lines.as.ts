// Lines of text from the bytes of events, as WebAssembly: what engine/format/quickLines.ts runs for each line. AssemblyScript, compiled by
// .scripts/gen.mjs into engine/format/quickCode.gen.ts.
//
// What a line consists of is a program, words of 32 bits in memory: the lowest byte of a word says what comes next (OP, the same as in
// engine/format/quickOps.ts), the other three hold a number. Memory is laid out by the caller; nothing is allocated here.
// Copies go by sixteen bytes, so that up to fifteen bytes behind every text are read, and behind the line are written.

// What both sides have to know, declared in engine/format/quickOps.ts, quickLayout.ts and driver/schema; the compiler is given it as a file.
import {
  TEXT, THREAD, DESCRIPTOR, NUMBER, CLOCK, EPOCH, CPU, FIELD, ARGUMENTS, EIGHT, FOUR, FD, RESULT, DATA, OTHER, VALUE, HEX, PATH, VALUES, ITEM, LINES_END, NPARAMS, LENGTHS,
} from './facts';

/** Writes argument `index`, of which the value is `size` bytes at `at`, to `out`. Where it ended; 0: the line is to be given up. */
@external("caller", "argument") declare function argument(index: i32, at: usize, size: i32, out: usize): usize;
/** Address of the text of the event's thread's descriptor of this number, with the number in front; NO_INFO: nothing is known of it; 0: the line is to be given up. */
@external("caller", "descriptor") declare function descriptor(fd: i32): usize;
/** Writes field `index`. Where it ended; 0: the line is to be given up. */
@external("caller", "field") declare function field(index: i32, out: usize): usize;

/** Address of the text of the one argument that has to be asked for, if that was done before; 0: it was not. */
let asked: usize = 0;
/** Instead of asking for the text of a descriptor: this one; 0: it is asked for. */
let handed: usize = 0;
@inline function ask(index: i32, at: usize, size: i32, out: usize): usize { return asked != 0 ? text(asked, out) : argument(index, at, size, out); }

const NS: u64 = 1_000_000_000;
const DAY: i64 = 86400;
const ZEROS: u64 = 0x3030303030303030;
const MAX_ERRNO: i32 = 4096;
const AT_FDCWD: i64 = -100;
const NO_INFO: usize = 1;
const LOWEST: u32 = 0x20, PRINTABLE: u8 = 0x5e, DOT: u8 = 46, SLASH: u8 = 47;

/** Seconds to be added to universal time. */
let zone: i64 = 0;
/** Addresses of the texts of errors by their numbers, 0: none; and of the text behind the number of AT_FDCWD. */
let errors: usize = 0;
let currentFolder: usize = 0;
/** The second of the last event, and its text. */
let second: u64 = 0, secondText: u64 = 0;
let hasSecond: bool = false;

/** Says what lines depend on beside the events. */
export function prepare(zoneSeconds: i32, errorTexts: usize, folderText: usize): void {
  zone = zoneSeconds;
  errors = errorTexts;
  currentFolder = folderText;
  hasSecond = false;
}

/** Digits of a number below 100,000,000 as eight bytes 0 to 9, the first one lowest: by halves, each time in both halves at once. */
@inline function eightDigits(n: u32): u64 {
  const high = n / 10000;
  let v = (<u64>(n - high * 10000) << 32) | <u64>high;
  const hundreds = ((v * 10486) >> 20) & 0x0000007f0000007f;
  v = ((v - hundreds * 100) << 16) | hundreds;
  const tens = ((v * 103) >> 10) & 0x000f000f000f000f;
  return ((v - tens * 10) << 8) | tens;
}

/** Writes decimal digits; where they end. */
@inline function small(n: u32, out: usize): usize {
  if (n < 10) { store<u8>(out, <u8>(48 + n)); return out + 1; }
  const digits = eightDigits(n), shift = <u64>ctz(digits) & 56;
  store<u64>(out, (digits | ZEROS) >> shift);
  return out + 8 - <usize>(shift >> 3);
}
function decimal(n: u64, out: usize): usize {
  if (n < 100_000_000) return small(<u32>n, out);
  const high = n / 100_000_000, end = decimal(high, out);
  store<u64>(end, eightDigits(<u32>(n - high * 100_000_000)) | ZEROS);
  return end + 8;
}
@inline function signed(value: i64, out: usize): usize {
  if (value >= 0) return decimal(<u64>value, out);
  store<u8>(out, 45);
  return decimal(<u64>(-value), out + 1);
}

/** Copies bytes; where they end. */
@inline function copy(from: usize, size: usize, out: usize): usize {
  for (let i: usize = 0; i < size; i += 16) v128.store(out + i, v128.load(from + i));
  return out + size;
}
/** Copies a text behind its length. */
@inline function text(at: usize, out: usize): usize { return copy(at + 4, load<u32>(at), out); }

/** Writes a number in hexadecimal, without zeros in front. */
function hex(n: u64, out: usize): usize {
  const digits = n == 0 ? 1 : (67 - <i32>clz(n)) >> 2;
  for (let i = digits - 1; i >= 0; i--) {
    const digit = <u32>(n & 15);
    store<u8>(out + i, <u8>(digit < 10 ? 48 + digit : 55 + digit));
    n >>= 4;
  }
  return out + digits;
}

/** Copies a text up to a NUL, at most `size` bytes, without what is no printable ASCII. */
function path(from: usize, size: i32, out: usize): usize {
  const lowest = i8x16.splat(<i8>LOWEST), most = i8x16.splat(<i8>PRINTABLE);
  let i = 0;
  for (; i + 16 <= size; i += 16) {
    const bytes = v128.load(from + i);
    if (!i8x16.all_true(i8x16.le_u(i8x16.sub(bytes, lowest), most))) break;
    v128.store(out, bytes);
    out += 16;
  }
  for (; i < size; i++) {
    const byte = load<u8>(from + i);
    if (byte == 0) break;
    if (byte >= <u8>LOWEST && byte - <u8>LOWEST <= PRINTABLE) store<u8>(out++, byte);
  }
  return out;
}

function newSecond(ts: u64): void {
  second = ts / NS * NS;
  let day = (<i64>(ts / NS) + zone) % DAY;
  if (day < 0) day += DAY;
  const seconds = <u32>day, minutes = seconds / 60, hours = minutes / 60;
  // HH:MM:SS are the digits of one number with colons between.
  const digits = eightDigits(hours * 1_000_000 + (minutes % 60) * 1000 + seconds % 60) | ZEROS;
  secondText = (digits & 0xffff00ffff00ffff) | 0x00003a00003a0000;
  hasSecond = true;
}
@inline function clock(ts: u64, out: usize): usize {
  let nanos = ts - second;
  if (!hasSecond || nanos >= NS) { newSecond(ts); nanos = ts - second; }
  store<u64>(out, secondText);
  const first = <u32>nanos / 100_000_000;
  store<u16>(out + 8, <u16>(46 + ((48 + first) << 8)));
  store<u64>(out + 10, eightDigits(<u32>nanos - first * 100_000_000) | ZEROS);
  return out + 18;
}

/** Writes bytes with a dot for what is no printable ASCII. */
@inline function dotted(from: usize, size: usize, out: usize): usize {
  const lowest = i8x16.splat(<i8>LOWEST), most = i8x16.splat(<i8>PRINTABLE), dot = i8x16.splat(<i8>DOT);
  for (let i: usize = 0; i < size; i += 16) {
    const bytes = v128.load(from + i);
    v128.store(out + i, v128.bitselect(bytes, dot, i8x16.le_u(i8x16.sub(bytes, lowest), most)));
  }
  return out + size;
}

/**
 * Writes the line of the event at `event` to `out`. `num`: its number; `thread`, `named`: what is kept of its thread and of the descriptor that it works on
 * (offsets of texts, by their indices in the program); `fdNum`, `fdText`: that descriptor's number, and its text as an argument (NO_INFO: nothing is known of it).
 * Where the line ends; 0: it has to be written in another way.
 */
export function line(program: usize, event: usize, out: usize, num: f64, thread: usize, named: usize, fdNum: i32, fdText: usize, cpu: u32): usize {
  let at = program, o = out, lengths: usize = 0, value: usize = 0, index: i32 = 0;
  while (true) {
    const word = load<u32>(at), extra = word >> 8;
    at += 4;
    switch (word & 255) {
      case TEXT: o = copy(load<u32>(at), extra, o); at += 4; break;
      case THREAD: o = text(thread + load<u32>(thread + (extra << 2)), o); break;
      case DESCRIPTOR:
        if (named != 0) o = text(named + load<u32>(named + (extra << 2)), o);
        else { o = field(load<u32>(at), o); if (o == 0) return 0; }
        at += 4;
        break;
      case NUMBER: o = decimal(<u64>num, o); break;
      case CLOCK: o = clock(load<u64>(event), o); break;
      case EPOCH: o = decimal(load<u64>(event), o); break;
      case CPU: o = small(cpu, o); break;
      case FIELD: o = field(extra, o); if (o == 0) return 0; break;
      case ARGUMENTS: {
        const held = load<u32>(event + NPARAMS);
        if (held < extra) return 0;
        lengths = event + LENGTHS;
        value = lengths + (held << 1);
        index = 0;
        break;
      }
      case EIGHT: {
        const size = <i32>load<u16>(lengths);
        if (size == 8) o = signed(load<i64>(value), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case FOUR: {
        const size = <i32>load<u16>(lengths);
        if (size == 4) o = signed(<i64>load<i32>(value), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case FD: {
        const size = <i32>load<u16>(lengths);
        const fd = size == 8 ? load<i64>(value) : i64.MIN_VALUE;
        if (fd >= 0 && fd <= 0x7fffffff) {
          const known = handed != 0 ? handed : <i32>fd == fdNum ? fdText : descriptor(<i32>fd);
          if (known == 0) return 0;
          o = known > NO_INFO ? text(known, o) : small64(fd, o);
        } else if (fd == AT_FDCWD) o = text(currentFolder, o);
        else if (fd < 0 && fd > -MAX_ERRNO && load<u32>(errors + (<usize>-fd << 2)) != 0) o = text(load<u32>(errors + (<usize>-fd << 2)), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case RESULT: {
        const size = <i32>load<u16>(lengths);
        const result = size == 8 ? load<i64>(value) : i64.MIN_VALUE;
        if (result >= 0 && result <= 0x7fffffff) o = small64(result, o);
        else {
          const known: usize = result < 0 && result > -MAX_ERRNO ? <usize>load<u32>(errors + (<usize>-result << 2)) : 0;
          if (known != 0) o = text(known, o);
          else { o = ask(index, value, size, o); if (o == 0) return 0; }
        }
        lengths += 2; value += size; index++;
        break;
      }
      case DATA: {
        const size = <i32>load<u16>(lengths), limit = <i32>extra;
        if (limit > 0 && size > limit) { o = dotted(value, limit - 3, o); store<u32>(o, 0x2e2e2e); o += 3; }
        else o = dotted(value, size, o);
        lengths += 2; value += size; index++;
        break;
      }
      case VALUE: {
        const size = <i32>load<u16>(lengths);
        let entry: usize = 0, n: u32 = 0;
        if (size == <i32>extra) {
          n = size == 1 ? load<u8>(value) : size == 2 ? load<u16>(value) : load<u32>(value);
          entry = load<u32>(at) + (((n ^ (n >> 8)) & (VALUES - 1)) << 3);
        }
        at += 4;
        if (entry != 0 && load<u32>(entry) == n && load<u32>(entry + 4) != 0) o = text(load<u32>(entry + 4), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case HEX: {
        const size = <i32>load<u16>(lengths);
        if (size == 8) o = hex(load<u64>(value), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case PATH: {
        const size = <i32>load<u16>(lengths);
        if (size > 0 && load<u8>(value) == SLASH) o = path(value, min(size, <i32>extra), o);
        else { o = ask(index, value, size, o); if (o == 0) return 0; }
        lengths += 2; value += size; index++;
        break;
      }
      case OTHER: {
        const size = <i32>load<u16>(lengths);
        o = ask(index, value, size, o);
        if (o == 0) return 0;
        lengths += 2; value += size; index++;
        break;
      }
      default: return o;
    }
  }
}
@inline function small64(n: i64, out: usize): usize { return n < 100_000_000 ? small(<u32>n, out) : decimal(<u64>n, out); }

// What stands in memory of a line that is to be written, ITEM bytes: program, event, number (eight bytes), thread, named, fdText, asked; or 0, the address of a text, and its length.
// The only descriptor among its arguments is that of fdText; the number of the CPU stands in front of the event, as blocks have it.

/** Writes lines one after the other, each with a newline behind, while they end below `limit`. How many are done; LINES_END holds where they end, 0: one cannot be written. */
export function lines(items: usize, from: i32, count: i32, out: usize, limit: usize): i32 {
  let o = out, i = from;
  for (; i < count && o < limit; i++) {
    const item = items + <usize>i * ITEM, program = load<u32>(item);
    if (program == 0) o = copy(load<u32>(item + 4), load<u32>(item + 8), o);
    else {
      const event = <usize>load<u32>(item + 4);
      asked = load<u32>(item + 28);
      handed = load<u32>(item + 24);
      o = line(program, event, o, load<f64>(item + 8), load<u32>(item + 16), load<u32>(item + 20), -1, 0, load<u16>(event - 2));
      if (o == 0) break;
    }
    store<u8>(o++, 10);
  }
  store<u32>(LINES_END, o);
  return i;
}
