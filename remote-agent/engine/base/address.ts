// Internet addresses between the bytes of captures and text.

/** `a.b.c.d` of four bytes. */
export function ipv4Text(bytes: Uint8Array, at: number): string { return `${bytes[at] ?? 0}.${bytes[at + 1] ?? 0}.${bytes[at + 2] ?? 0}.${bytes[at + 3] ?? 0}`; }

/** Text of sixteen bytes in the form that `inet_ntop` prints (longest run of zeros shortened, mapped IPv4 dotted). */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  const words: number[] = [];
  for (let i = 0; i < 8; i++) words.push(((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0));
  let best = -1, bestLength = 1;
  for (let i = 0; i < 8;) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > bestLength) { best = i; bestLength = n; }
    i += Math.max(n, 1);
  }
  if (best === 0 && (bestLength === 6 || (bestLength === 5 && words[5] === 0xffff))) return `::${bestLength === 5 ? 'ffff:' : ''}${ipv4Text(bytes, at + 12)}`;
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === best) { text += '::'; i += bestLength - 1; continue; }
    text += (text === '' || text.endsWith(':') ? '' : ':') + (words[i] ?? 0).toString(16);
  }
  return text;
}

/** True where the IPv6 address stands for an IPv4 one (or for none at all). */
export function isMapped(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== 0) return false;
  const a = bytes[at + 10], b = bytes[at + 11];
  if (a === 0xff && b === 0xff) return true;
  for (let i = 10; i < 16; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

/** Four bytes of `a.b.c.d`; undefined where the text is none. */
export function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** Sixteen bytes of an IPv6 address (an IPv4 one is mapped); undefined where the text is none. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  const v4 = ipv4Bytes(text);
  if (v4 !== undefined) { bytes[10] = 255; bytes[11] = 255; bytes.set(v4, 12); return bytes; }
  let source = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const end = ipv4Bytes(tail[2] ?? '');
    if (end === undefined) return undefined;
    source = `${tail[1]}${(((end[0] ?? 0) << 8) | (end[1] ?? 0)).toString(16)}:${(((end[2] ?? 0) << 8) | (end[3] ?? 0)).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const words = (half: string | undefined): string[] => half === undefined || half === '' ? [] : half.split(':');
  const head = words(halves[0]), rest = words(halves[1]);
  if (![...head, ...rest].every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  if (halves.length === 1 ? head.length !== 8 : head.length + rest.length > 7) return undefined;
  const all = [...head, ...new Array<string>(8 - head.length - rest.length).fill('0'), ...rest];
  all.forEach((word, i) => { const value = parseInt(word, 16); bytes[2 * i] = value >> 8; bytes[2 * i + 1] = value & 255; });
  return bytes;
}

/** True for '', `0.0.0.0` and `::`. */
export function isZeroAddress(text: string): boolean { return text === '' || text === '0.0.0.0' || text === '::'; }
