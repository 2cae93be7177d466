// Differences of fields from sysdig 0.29.3, by name, with the reason; each says what makes a column equal again.
import type { KnownDifference } from './harnessKnown.ts';

/** A difference of the text of some fields. `same` tells whether what differs is this difference. */
export interface FieldDifference {
  readonly name: string;
  readonly reason: string;
  readonly fields: ReadonlySet<string>;
  /** Names of captures that show it; left out: any. */
  readonly captures?: ReadonlySet<string>;
  readonly same: (ours: string, theirs: string) => boolean;
}

const LOW_HALF = 4294967296n;
const NA = '<NA>';

export const FIELD_DIFFERENCES: readonly FieldDifference[] = [
  {
    name: 'device-of-nothing', fields: new Set(['fd.dev', 'fd.dev.major', 'fd.dev.minor']),
    reason: 'Of descriptors whose device nobody told, sysdig prints memory that was never set: another number in each run, or that of the descriptor before. Porthole prints 0.',
    same: (ours) => ours === '0',
  },
  {
    name: 'wide-group', fields: new Set(['group.gid']),
    reason: 'sysdig reads the 32 bits of a group\'s id as 64: its upper half is what lies behind it in memory. Porthole prints the id.',
    same: (ours, theirs) => /^\d+$/.test(theirs) && BigInt(theirs) % LOW_HALF === BigInt(ours),
  },
  {
    name: 'newer-thread-tables', fields: new Set(['user.loginuid', 'user.loginname', 'proc.is_exe_writable']), captures: new Set(['wordpress-small', 'wordpress']),
    reason: 'Entries of threads that libraries from 0.10 on write have two more values in front of the login\'s id. sysdig 0.29 takes their bytes for the id and for whether the program is writable.',
    same: () => true,
  },
  {
    name: 'latency-of-another', fields: new Set(['evt.latency.human']),
    reason: 'Of events without a thread sysdig prints the time that it printed last, of another event. Porthole prints 0ns.',
    same: (ours) => ours === '0ns',
  },
  {
    name: 'raw-numbers-without-sign', fields: new Set(['evt.rawarg.size', 'evt.rawarg.flags', 'evt.rawarg.vm_size', 'evt.rawarg.length', 'evt.rawarg.uid', 'evt.rawarg.pgft_maj']),
    reason: 'sysdig prints no raw parameter of a type without sign: <NA>. Porthole prints the number.',
    same: (ours, theirs) => theirs === NA && /^\d+$/.test(ours),
  },
  {
    name: 'kinds-without-word', fields: new Set(['container.type']),
    reason: 'sysdig 0.29 has no word for containers of podman, and prints the one of the container before. Porthole prints podman.',
    same: (ours) => ours === 'podman',
  },
  {
    name: 'writable-never-set', fields: new Set(['proc.is_exe_writable']), captures: new Set(['sockets', 'descriptors']),
    reason: 'Of a thread that nobody told of, whether its program is writable is memory that was never set.',
    same: (ours) => ours === 'false',
  },
  {
    name: 'directory-never-set', fields: new Set(['proc.cwd']), captures: new Set(['curl_google']),
    reason: 'Of a process that began outside of the capture sysdig prints a working directory from memory that was never set.',
    same: () => true,
  },
];

/** As the list of all differences has them. */
export const FIELD_KNOWN: readonly KnownDifference[] = FIELD_DIFFERENCES.map(({ name, reason }) => ({ name, reason }));

/** What stands between the columns of a line. */
export const BAR = '|\u0001|';

/** The differences as they apply to lines with a column for each of `fields`, behind a first one. */
export function columnDifferences(fields: readonly string[], capture: string): KnownDifference[] {
  return FIELD_DIFFERENCES.filter((d) => fields.some((f) => d.fields.has(f)) && d.captures?.has(capture) !== false).map((d): KnownDifference => ({
    name: d.name, reason: d.reason,
    line: (line, side, other) => {
      const own = line.split(BAR), others = other.split(BAR);
      if (own.length !== others.length) return line;
      return own.map((text, i) => {
        const otherText = others[i] ?? '';
        if (text === otherText || !d.fields.has(fields[i - 1] ?? '')) return text;
        return (side === 'porthole' ? d.same(text, otherText) : d.same(otherText, text)) ? `(${d.name})` : text;
      }).join(BAR);
    },
  }));
}
