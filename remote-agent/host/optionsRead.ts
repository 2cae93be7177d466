// From the words of a command line to what is to be done. Options count in their order, as they do with sysdig: what ends the command first, ends it.
import type { BufferForm, FieldOptions } from '../engine/fields/field.ts';
import { CONTAINERS, KUBERNETES, MESOS } from '../engine/format/lines.ts';
import { ArgReader, UsageError } from './args.ts';
import { OPTIONS, type OptionRow } from './options.ts';
import { ASKED_FOR, type AskedFor } from './probeFilterAsked.ts';
import { parseRingSize } from './ringSize.ts';

export type TimeForm = FieldOptions['timeForm'];
export interface ChiselChoice { readonly name: string; readonly args: string }

/** What to do. Lists and help end the command where they stand; only `list` waits until all options are read. */
export type Action = 'run' | 'help' | 'version' | 'libsVersion' | 'listFields' | 'listFieldTypes' | 'listMarkdown' | 'listEvents' | 'listChisels' | 'listPlugins' | 'chiselInfo' | 'showFormat';

export interface CommandLine {
  action: Action;
  files: string[];
  writeFile: string | undefined;
  compress: boolean;
  fat: boolean;
  /** Rotation: -C, -G, -e, -W. */
  megabytes: number | undefined; rotateSeconds: number | undefined; rotateEvents: number | undefined; maxFiles: number | undefined;
  filterProcesses: boolean;
  /** Undefined: the usual one. */
  format: string | undefined;
  /** One of the formats that stand ready was asked for. */
  ready: boolean;
  containers: boolean;
  limit: number;
  seconds: number;
  timeForm: TimeForm;
  bufferForm: BufferForm;
  chisels: ChiselChoice[];
  chiselInfo: string;
  json: boolean;
  verbose: boolean;
  quiet: boolean;
  summary: boolean;
  progress: boolean;
  debug: boolean;
  unbuffered: boolean;
  displayFilter: boolean;
  users: boolean;
  portNames: boolean;
  /** 0: the usual one. */
  snaplen: number;
  /** Undefined: by the machine. */
  ringBytes: number | undefined;
  suppressed: string[];
  /** Types of events that only come when asked for. */
  also: AskedFor[];
  /** Options with something to say where events come from this host. */
  liveOnly: { row: OptionRow; shown: string }[];
  filter: string;
}

/** What the command line needs to know of chisels while it is read. */
export interface ChiselWords {
  /** How many of the words behind a chisel's name are its arguments. Throws UsageError where the chisel is not there or lacks arguments. */
  count(name: string, rest: readonly string[]): number;
}

const MAX_SUPPRESSED = 32;
const PLUGINS = 'plugins cannot be loaded: Porthole reads captures (-r FILE) and watches this host with its own probe';

/** A number as C's atoi takes it: blanks and a sign in front, whatever comes behind is left. */
function atoi(text: string): number { return Number(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? 0); }
/** The same with 0x and octal, without a sign: a negative number is a very large one. */
function strtoul(text: string): number {
  const [, sign = '', hex, digits] = /^\s*([+-]?)(?:0[xX]([\da-fA-F]+)|(\d+))/.exec(text) ?? [];
  const n = hex !== undefined ? parseInt(hex, 16) : digits === undefined ? 0 : /^0\d/.test(digits) ? parseInt(digits, 8) || 0 : Number(digits);
  return sign === '-' && n > 0 ? Infinity : n;
}
function positive(text: string, wrong: string, read = atoi): number {
  const n = read(text);
  if (!(n > 0)) throw new UsageError(`${wrong}: it takes a number from 1`, 1, true);
  return n;
}

const FORMS: Readonly<Record<string, { readonly form: BufferForm; readonly code: number }>> = {
  A: { form: 'ascii', code: 0 }, b: { form: 'base64', code: 0 }, x: { form: 'hex', code: 1 }, X: { form: 'hexAscii', code: 1 },
};
const READY: Readonly<Record<string, string>> = { c: CONTAINERS, container: CONTAINERS, k: KUBERNETES, kubernetes: KUBERNETES, m: MESOS, mesos: MESOS };

function isTimeForm(text: string): text is TimeForm { return ['h', 'a', 'r', 'd', 'D'].includes(text); }

function emptyLine(): CommandLine {
  return {
    action: 'run', files: [], writeFile: undefined, compress: false, fat: false, megabytes: undefined, rotateSeconds: undefined, rotateEvents: undefined, maxFiles: undefined, filterProcesses: false, format: undefined, ready: false,
    containers: false, limit: Infinity, seconds: Infinity, timeForm: 'h', bufferForm: 'text', chisels: [], chiselInfo: '', json: false, verbose: false, quiet: false, summary: false, progress: false, debug: false, unbuffered: false,
    displayFilter: false, users: true, portNames: false, snaplen: 0, ringBytes: undefined, suppressed: [], also: [], liveOnly: [], filter: '',
  };
}

/** Reads the command line. Throws a UsageError. */
export function readCommandLine(argv: readonly string[], chiselWords: ChiselWords): CommandLine {
  const line = emptyLine();
  const reader = new ArgReader(argv, OPTIONS);
  let list = false, markdown = false;
  try {
    for (let found = reader.next(); found !== undefined; found = reader.next()) {
      const { spec, value = '' } = found;
      const key = spec.short === '' ? spec.long : spec.short;
      if (spec.group === 'live' || spec.group === 'foreign') line.liveOnly.push({ row: spec, shown: found.shown });
      if (key === 'l') list = true;
      else if (key === 'list-markdown') list = markdown = true;
      else if (key === 'c' && value !== 'l') {
        const count = chiselWords.count(value, reader.rest);
        line.chisels.push({ name: value, args: count > 0 ? reader.take() : '' });
      } else if (take(line, key, value)) return line;
    }
  } catch (error) {
    if (error instanceof UsageError) error.summary = error.begun && line.summary;
    throw error;
  }
  if (list) line.action = markdown ? 'listMarkdown' : line.verbose ? 'listFieldTypes' : 'listFields';
  line.filter = reader.words.join(' ');
  return line;
}

/** Takes one option into the line; true where the command ends with it. */
function take(line: CommandLine, key: string, value: string): boolean {
  const end = (action: Action): true => { line.action = action; return true; };
  const form = FORMS[key];
  if (form !== undefined) {
    if (line.bufferForm !== 'text') throw new UsageError('you cannot specify more than one output format: use one of -A -b -x -X', form.code);
    line.bufferForm = form.form;
    return false;
  }
  switch (key) {
    case 'h': return end('help');
    case 'version': return end('version');
    case 'libs-version': return end('libsVersion');
    case 'L': return end('listEvents');
    case 'c': case 'list-chisels': return end('listChisels');
    case 'i': line.chiselInfo = value; return end('chiselInfo');
    case 'p': return print(line, value);
    case 'r': line.files.push(value); break;
    case 'w': line.writeFile = value === '' ? undefined : value; line.quiet = true; break;
    case 'z': line.compress = true; break;
    case 'F': line.fat = true; break;
    case 'C': line.megabytes = positive(value, `invalid file size${value}`); break;
    case 'G': line.rotateSeconds = positive(value, `invalid duration${value}`); break;
    case 'e': line.rotateEvents = positive(value, `invalid parameter 'number of events' ${value}`, strtoul); break;
    case 'W': line.maxFiles = positive(value, `invalid file limit${value}`); break;
    case 'M': line.seconds = positive(value, `invalid duration${value}`); break;
    case 'n': line.limit = eventCount(value); break;
    case 't':
      if (!isTimeForm(value)) throw new UsageError(`invalid modifier for flag -t: "${value}" is none of h, a, r, d, D`);
      line.timeForm = value;
      break;
    case 'j': line.json = true; break;
    case 'v': line.verbose = true; break;
    case 'q': line.quiet = true; break;
    case 'S': line.summary = true; break;
    case 'P': line.progress = true; break;
    case 'd': line.displayFilter = true; break;
    case 'D': line.debug = true; break;
    case 'E': line.users = false; break;
    case 'R': line.portNames = true; break;
    case 'unbuffered': line.unbuffered = true; break;
    case 'filter-proclist': line.filterProcesses = true; break;
    case 's': line.snaplen = Math.max(0, atoi(value)); break;
    case 'ring': line.ringBytes = ringBytes(value); break;
    case 'also': line.also.push(...askedFor(value)); break;
    case 'U': if (!line.suppressed.includes(value)) line.suppressed.push(value); break;
    case 'cri-timeout': if (!/^\s*[+-]?\d+$/.test(value)) throw new UsageError(`${value} is not a valid number`, 1, true); break;
    case 'I': if (value === 'l') return end('listPlugins'); throw new UsageError(`plugin ${value} not loaded: ${PLUGINS}`, 1, true);
    case 'H': throw new UsageError(`plugin ${value} not found: ${PLUGINS}`, 1, true);
    case 'plugin-config-file': throw new UsageError(`configuration file ${value}: ${PLUGINS}`, 1, true);
  }
  return false;
}

function print(line: CommandLine, value: string): boolean {
  if (value === 'p') { line.action = 'showFormat'; return true; }
  const ready = READY[value];
  line.format = ready ?? value;
  line.ready = ready !== undefined;
  // As with sysdig, a format of one's own does not take back what an earlier -pc told the chisels.
  if (ready !== undefined) line.containers = true;
  return false;
}

function ringBytes(text: string): number | undefined {
  const size = parseRingSize(text);
  if (typeof size === 'object') throw new UsageError(`--ring ${size.wrong}`, 1, true);
  return size;
}

function askedFor(text: string): AskedFor[] {
  return text.split(',').map((word) => {
    const type = ASKED_FOR.find((one) => one === word.trim());
    if (type === undefined) throw new UsageError(`--also takes ${ASKED_FOR.join(', ')}, not ${text}`, 1, true);
    return type;
  });
}

function eventCount(text: string): number {
  const digits = /^\s*([+-]?)(\d+)$/.exec(text);
  if (digits === null) throw new UsageError('can\'t parse the -n argument, make sure it\'s a number', 1, true);
  const n = Number(digits[2]);
  if (n === 0) throw new UsageError(`invalid event count ${text}: -n takes a number from 1`, 1, true);
  return digits[1] === '-' ? Infinity : n;
}

/** Why these words cannot be run with events of this host, or of captures; undefined where they can. In the order in which sysdig looks. */
export function impossible(line: CommandLine): string | undefined {
  const live = line.files.length === 0;
  if (line.filterProcesses && line.filter === '') return 'you must specify a filter if you use --filter-proclist.';
  if (line.filterProcesses && live) return '--filter-proclist not supported with live captures: record, then write it anew with -r';
  if (line.suppressed.length > MAX_SUPPRESSED) return `could not add ${line.suppressed[MAX_SUPPRESSED]} to the set of suppressed comms: -U can be given ${MAX_SUPPRESSED} times; filter by proc.name instead`;
  if (!live) return undefined;
  for (const { row, shown } of line.liveOnly) if (row.refused !== undefined) return `${shown}: ${row.refused}`;
  if (line.progress) return 'the -P flag cannot be used with live captures.';
  return undefined;
}
