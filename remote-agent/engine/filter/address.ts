// Addresses and networks as filters name them: read once, compared with the text of a descriptor's ends.
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from '../base/address.ts';

/** Answers kept at most by a network's test. */
const MEMO_LIMIT = 4096;

/** Four bytes of an address as `inet_pton` takes it: no zeros in front. */
function strictIpv4(text: string): Uint8Array | undefined { return /(^|\.)0\d/.test(text) ? undefined : ipv4Bytes(text); }

/** The number that an IPv4 address is on a little-endian machine; undefined for others. */
export function littleEndian(address: string): number | undefined {
  const bytes = address.includes(':') ? undefined : ipv4Bytes(address);
  return bytes === undefined ? undefined : ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16) | ((bytes[3] ?? 0) << 24)) >>> 0;
}

/** An address in the form in which descriptors' ends are written; undefined where the text is none. */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(':')) {
    const bytes = strictIpv4(text);
    return bytes === undefined ? undefined : ipv4Text(bytes, 0);
  }
  const bytes = ipv6Bytes(text);
  return bytes === undefined ? undefined : ipv6Text(bytes, 0);
}

/** A test for addresses within `10.0.0.0/8`, `fd00::/8`, or an IPv6 address whose first half counts; a text says what is wrong. */
export function networkTest(text: string): ((address: string) => boolean) | string {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const v6 = address.includes(':');
  if (slash < 0 && !v6) return `"${text}" is no network: give the length of its prefix, e.g. 10.0.0.0/8`;
  const net = v6 ? ipv6Bytes(address) : strictIpv4(address);
  if (net === undefined) return `"${address}" is no address: expected a network such as 10.0.0.0/8 or fd00::/8`;
  const lengthText = slash < 0 ? '64' : text.slice(slash + 1);
  const length = /^[ \t]*\+?\d{1,9}$/.test(lengthText) ? Number(lengthText) : -1;
  if (length < 0 || length > net.length * 8) return `"${lengthText}" is no length of a prefix: expected 0 to ${net.length * 8}`;
  const memo = new Map<string, boolean>();
  return (other) => {
    let inside = memo.get(other);
    if (inside === undefined) {
      const bytes = other.includes(':') === v6 ? (v6 ? ipv6Bytes(other) : ipv4Bytes(other)) : undefined;
      inside = bytes !== undefined && samePrefix(net, bytes, length);
      if (memo.size >= MEMO_LIMIT) memo.clear();
      memo.set(other, inside);
    }
    return inside;
  };
}

function samePrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0;
}
