// Differences of fields from sysdig 0.29.3, by name, with the reason; each says what makes a column equal again.
import type { KnownDifference } from './harnessKnown.ts';

/** A difference of the text of some fields. `same` tells whether what differs is this difference. */
export interface FieldDifference {
  readonly name: string;
  readonly reason: string;
  readonly fields: ReadonlySet<string>;
  /** Names of captures that show it; left out: any. */
  readonly captures?: ReadonlySet<string>;
  /** sysdig ends by it: nothing is compared of these fields in these captures. */
  readonly ends?: boolean;
  readonly same: (ours: string, theirs: string) => boolean;
}

const EVENTS: readonly string[] = ['events-1', 'events-2', 'events-3', 'events-4'];
/** Captures in which containers are described after the first event. */
const DESCRIBED: ReadonlySet<string> = new Set([...EVENTS, 'life']);

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
    name: 'writable-never-set', fields: new Set(['proc.is_exe_writable']),
    reason: 'Of a thread that nobody told of, whether its program is writable is memory that was never set.',
    same: (ours) => ours === 'false',
  },
  {
    name: 'thread-of-a-description',
    fields: new Set(['proc.ppid', 'proc.pname', 'proc.pcmdline', 'proc.apid[1]', 'proc.apid[3]', 'proc.aname[1]', 'proc.aname[2]', 'proc.aname[4]', 'proc.loginshellid', 'proc.is_exe_writable', 'user.uid', 'user.name', 'user.homedir', 'user.shell', 'group.name', 'group.gid', 'proc.duration', 'proc.tty', 'thread.pfmajor', 'thread.pfminor', 'proc.sname']), captures: DESCRIBED,
    reason: 'An event that describes a container stands for a thread that never was. Of its parents, its user and its program sysdig prints memory that was never set, mostly that of the thread that was made before. Porthole prints that there are none.',
    same: (ours) => ours === '-1' || ours === NA || ours === '4294967295' || ours === 'false',
  },
  {
    name: 'time-of-a-description', fields: new Set(['thread.totexectime']), captures: DESCRIBED, ends: true,
    reason: 'sysdig ends with "invalid thread state ID" where the time that a thread ran in all is asked of an event that describes a container. Porthole goes on.',
    same: () => true,
  },
  {
    name: 'result-of-bpf', fields: new Set(['evt.res']), captures: new Set(EVENTS), ends: true,
    reason: 'sysdig crashes on the result of a bpf call. Porthole prints it.',
    same: () => true,
  },
  {
    name: 'protocol-never-set', fields: new Set(['fd.l4proto', 'fd.name', 'fd.containername']), captures: new Set(['events-3', 'events-4', 'big-numbers']),
    reason: 'A socket that is bound or connected with an address of another family gets its protocol from memory that was never set, mostly that of the descriptor that was read before. Porthole takes it for not known.',
    same: (ours, theirs) => [ours, theirs].some((text) => text === NA || text.endsWith('<unknown>')),
  },
  {
    name: 'closed-and-opened', fields: new Set(['proc.fdopencount', 'proc.fdusage']), captures: new Set(['life']),
    reason: 'While a thread closes a descriptor whose number another one opens anew, sysdig counts both. Porthole counts one.',
    same: (ours, theirs) => Math.abs(Number(theirs) - Number(ours)) <= 1,
  },
  {
    name: 'directory-by-the-way', fields: new Set(['fd.type', 'fd.typechar', 'fd.directory', 'fd.filename', 'fd.containerdirectory', 'fd.is_server', 'fd.connected', 'fd.name_changed', 'fd.dev', 'fd.dev.major', 'fd.dev.minor', 'fd.sockfamily', 'fd.l4proto']), captures: new Set(['events-2', 'events-4']),
    reason: 'Where a failed openat names a descriptor for its directory, sysdig takes that for the descriptor of the event as soon as it has printed the name: other fields differ by whether they stand in front of fd.name or behind it. To Porthole the event has no descriptor.',
    same: (ours) => ours === NA,
  },
  {
    name: 'directory-never-set', fields: new Set(['proc.cwd']), captures: new Set(['curl_google']),
    reason: 'Of a process that began outside of the capture sysdig prints a working directory from memory that was never set.',
    same: () => true,
  },
];

/** As the list of all differences has them. */
export const FIELD_KNOWN: readonly KnownDifference[] = FIELD_DIFFERENCES.map(({ name, reason }) => ({ name, reason }));

/** Whether sysdig ends where this field of the capture is asked for. */
export function endsSysdig(field: string, capture: string): boolean { return FIELD_DIFFERENCES.some((d) => d.ends === true && d.fields.has(field) && d.captures?.has(capture) !== false); }

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
        // Of a line that a text with a line's end has cut off, the columns count from its end.
        if (text === otherText || !(d.fields.has(fields[i - 1] ?? '') || d.fields.has(fields[fields.length - own.length + i] ?? ''))) return text;
        return (side === 'porthole' ? d.same(text, otherText) : d.same(otherText, text)) ? `(${d.name})` : text;
      }).join(BAR);
    },
  }));
}
