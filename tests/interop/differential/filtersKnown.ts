// Differences of filters from sysdig 0.29.3, by name, with the reason.
import type { KnownDifference } from './harnessKnown.ts';

/** Another set of events passes: what is printed says nothing. */
const output = (): string => '';
const acceptedHere = (porthole: number, sysdig: number): boolean => porthole === 0 && sysdig !== 0;
const acceptedThere = (porthole: number, sysdig: number): boolean => porthole !== 0 && sysdig === 0;

export const NEWER_LANGUAGE: KnownDifference = {
  name: 'newer-language', output, code: acceptedHere,
  reason: 'Porthole reads what later libraries read (precedence of `and` and `or`, `regex`, `iglob`, `intersects`, transformers, `val()`, `anyof`, ...) and, beyond both, hexadecimal numbers, decimal fractions, parts of names of events and comparisons of bare bytes. sysdig 0.29 ends with an error.',
};
export const DOUBLE_NOT: KnownDifference = { name: 'double-not', output, reason: 'For sysdig `not not x` is the same as `not x`. In Porthole, as in later libraries, it is `x`.' };
export const LOOSE_NOT: KnownDifference = { name: 'not-without-and', output, code: acceptedThere, reason: 'sysdig takes `a not b`, with neither `and` nor `or` between, and looks at `a` alone. Porthole says what is missing.' };
export const EQUAL_SIGNS: KnownDifference = { name: 'two-equal-signs', output, reason: 'For sysdig `==` is `=` with a value that begins with `=`; in Porthole, as in later libraries, it is `=`.' };
export const QUOTED_ESCAPES: KnownDifference = { name: 'escapes-in-quotes', output, reason: 'In quotes `\\n`, `\\r`, `\\t`, `\\b`, `\\f`, `\\/` and `\\\'` stand for one character, as in later libraries; sysdig 0.29 looks for the backslash and the letter.' };
export const ADDRESS_FAMILIES: KnownDifference = { name: 'address-families', output, reason: 'sysdig compares an IPv6 address or network with IPv4 connections by its first bytes, and an IPv4 network with IPv6 ones: `fd.net=::1` passes every IPv4 connection. In Porthole addresses of different families differ.' };
export const APID_IN: KnownDifference = { name: 'ancestors-in', output, reason: '`proc.apid in (...)` never passes in sysdig, though `proc.apid=` does. In Porthole it passes where one of the values does.' };
export const RAW_IN: KnownDifference = { name: 'bare-values-in', output, code: acceptedHere, reason: 'sysdig crashes on `evt.rawarg.x in (...)` with more than one value.' };
export const SHORT_BUFFERS: KnownDifference = { name: 'short-buffers', output, reason: 'For `evt.buffer startswith` sysdig compares beyond the end of buffers that are shorter than the value: they pass if what follows in memory happens to be equal.' };
export const RAW_ADDRESSES: KnownDifference = { name: 'order-of-bare-addresses', output, code: acceptedThere, reason: 'sysdig takes every operator on `evt.rawarg.addr`, though it can compare no bare address and passes nothing. Porthole says that they have no order.' };

export const FILTER_KNOWN: readonly KnownDifference[] = [NEWER_LANGUAGE, DOUBLE_NOT, LOOSE_NOT, EQUAL_SIGNS, QUOTED_ESCAPES, ADDRESS_FAMILIES, APID_IN, RAW_IN, SHORT_BUFFERS, RAW_ADDRESSES];
