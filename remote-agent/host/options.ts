// The options of the command line: what they are called, what they do, what is said of them.
import type { BufferForm, FieldOptions } from '../engine/fields/index.ts';
import { parseArgs, UsageError, type OptionSpec } from './args.ts';
import { CONTAINERS } from '../engine/format/lines.ts';

export const OPTIONS: readonly OptionSpec[] = [
  { short: 'r', long: 'readfile', argument: 'FILE', help: 'read events from a capture, plain or gzip; - reads standard input. Without it: live, as root' },
  { short: 'w', long: 'writefile', argument: 'FILE', help: 'write the events to a capture that sysdig reads, instead of printing them' },
  { short: 'z', long: 'compress', help: 'gzip the capture that -w writes' },
  { short: 'p', long: 'print', argument: 'FORMAT', help: 'print this line for each event, e.g. -p "%proc.name %fd.name"; -pc adds the container, -pp shows the format in force' },
  { short: 'n', long: 'numevents', argument: 'NUM', help: 'stop after so many events' },
  { short: 'M', long: 'max-seconds', argument: 'SECONDS', help: 'stop so many seconds after the first event' },
  { short: 't', long: 'timetype', argument: 'FORM', help: 'times: h clock (default), a since the epoch, r since the first event, d since the call\'s begin, D since the event before' },
  { short: 'c', long: 'chisel', argument: 'NAME [ARGS]', help: 'run a chisel instead of printing events' },
  { short: 'i', long: 'chisel-info', argument: 'NAME', help: 'say what a chisel does and which arguments it takes' },
  { short: '', long: 'list-chisels', help: 'list the chisels (also -cl)' },
  { short: 'l', long: 'list', help: 'list the fields for filters and formats; -lv with their types' },
  { short: 'L', long: 'list-events', help: 'list the events and their parameters' },
  { short: 'j', long: 'json', help: 'print JSON, one object for each event' },
  { short: 'v', long: 'verbose', help: 'print whole buffers, and totals at the end' },
  { short: 'q', long: 'quiet', help: 'print no events' },
  { short: 'S', long: 'summary', help: 'print at the end how often each event came' },
  { short: 'A', long: 'print-ascii', help: 'buffers as text with their line ends' },
  { short: 'x', long: 'print-hex', help: 'buffers in hexadecimal' },
  { short: 'X', long: 'print-hex-ascii', help: 'buffers in hexadecimal and text' },
  { short: 'b', long: 'print-base64', help: 'buffers in base64' },
  { short: 's', long: 'snaplen', argument: 'BYTES', help: 'live: keep so many bytes of each buffer (default 80)' },
  { short: 'd', long: 'displayflt', help: 'the filter hides lines only; all events are written by -w' },
  { short: 'D', long: 'debug', help: 'print internal events too' },
  { short: 'E', long: 'exclude-users', help: 'accepted; users are always there' },
  { short: '', long: 'unbuffered', help: 'print each line at once' },
  { short: 'h', long: 'help', help: 'print this help' },
  { short: '', long: 'version', help: 'print the version' },
  { short: 'B', long: 'bpf', argument: 'PROBE', optional: true, help: 'accepted; Porthole always uses its own probe' },
  { short: 'C', long: 'file-size', argument: 'MB', help: '', missing: 'files are not rotated yet; leave it out' },
  { short: 'G', long: 'seconds', argument: 'SECONDS', help: '', missing: 'files are not rotated yet; leave it out' },
  { short: 'e', long: 'event-limit', argument: 'NUM', help: '', missing: 'files are not rotated yet; leave it out' },
  { short: 'W', long: 'limit', argument: 'NUM', help: '', missing: 'files are not rotated yet; leave it out' },
  { short: 'F', long: 'fatfile', help: '', missing: 'leave it out: -w writes the state as it is when the recording starts' },
  { short: 'P', long: 'progress', help: '', missing: 'leave it out' },
  { short: 'R', long: 'resolve-ports', help: '', missing: 'ports stay numbers; leave it out' },
  { short: 'I', long: 'input', argument: 'PLUGIN', help: '', missing: 'plugins cannot be loaded' },
  { short: 'H', long: 'plugin', argument: 'PLUGIN', help: '', missing: 'plugins cannot be loaded' },
  { short: 'k', long: 'k8s-api', argument: 'URL', help: '', missing: 'leave it out' },
  { short: 'm', long: 'mesos-api', argument: 'URL', help: '', missing: 'leave it out' },
];

export type TimeForm = FieldOptions['timeForm'];
export interface ChiselChoice { readonly name: string; readonly args: string }

export interface CommandLine {
  readonly action: 'run' | 'help' | 'version' | 'listFields' | 'listFieldTypes' | 'listEvents' | 'listChisels' | 'chiselInfo' | 'showFormat';
  readonly files: readonly string[];
  readonly writeFile: string | undefined;
  readonly compress: boolean;
  readonly format: string | undefined;
  readonly containers: boolean;
  readonly limit: number;
  readonly seconds: number;
  readonly timeForm: TimeForm;
  readonly bufferForm: BufferForm;
  readonly chisels: readonly ChiselChoice[];
  readonly chiselInfo: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly summary: boolean;
  readonly debug: boolean;
  readonly unbuffered: boolean;
  readonly displayFilter: boolean;
  readonly snaplen: number;
  readonly filter: string;
}

function isTimeForm(text: string): text is TimeForm { return ['h', 'a', 'r', 'd', 'D'].includes(text); }

function whole(text: string, least: number, wrong: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) throw new UsageError(wrong);
  return Number(text);
}

const FORMS: Readonly<Record<string, BufferForm>> = { 'print-ascii': 'ascii', 'print-hex': 'hex', 'print-hex-ascii': 'hexAscii', 'print-base64': 'base64' };

/** Reads the command line. `chiselWords` says how many words after a chisel's name are its arguments. Throws a UsageError. */
export function readCommandLine(argv: readonly string[], chiselWords: (name: string, rest: readonly string[]) => number): CommandLine {
  const { options, words } = parseArgs(argv, OPTIONS, (name, value, rest) => name === 'chisel' && value !== 'l' ? chiselWords(value, rest) : 0);
  const has = (name: string): boolean => options.some((o) => o.name === name);
  const last = (name: string): string | undefined => options.filter((o) => o.name === name).at(-1)?.value;
  const chisels: { name: string; args: string }[] = [];
  for (const o of options) {
    if (o.name === 'chisel' && o.value !== 'l') chisels.push({ name: o.value ?? '', args: '' });
    const current = chisels.at(-1);
    if (o.name === 'chisel:args' && current !== undefined) current.args = o.value ?? '';
  }
  const forms = options.filter((o) => o.name in FORMS);
  if (forms.length > 1) throw new UsageError('you cannot specify more than one output format: use one of -A -b -x -X');
  const timeForm = last('timetype') ?? 'h';
  if (!isTimeForm(timeForm)) throw new UsageError(`invalid modifier for flag -t: "${timeForm}" is none of h, a, r, d, D`);
  const print = last('print');
  const containers = print === 'c' || print === 'container';
  return {
    action: has('help') ? 'help' : has('version') ? 'version' : has('list') ? (has('verbose') ? 'listFieldTypes' : 'listFields') : has('list-events') ? 'listEvents'
      : has('list-chisels') || options.some((o) => o.name === 'chisel' && o.value === 'l') ? 'listChisels' : has('chisel-info') ? 'chiselInfo' : print === 'p' ? 'showFormat' : 'run',
    files: options.filter((o) => o.name === 'readfile').map((o) => o.value ?? ''),
    writeFile: last('writefile'),
    compress: has('compress'),
    format: containers ? CONTAINERS : print === 'p' ? undefined : print,
    containers,
    limit: last('numevents') === undefined ? Infinity : whole(last('numevents') ?? '', 1, `invalid event count ${last('numevents')}: -n takes a number from 1`),
    seconds: last('max-seconds') === undefined ? Infinity : whole(last('max-seconds') ?? '', 1, `invalid duration ${last('max-seconds')}: -M takes seconds from 1`),
    timeForm,
    bufferForm: FORMS[forms[0]?.name ?? ''] ?? 'text',
    chisels,
    chiselInfo: last('chisel-info') ?? '',
    json: has('json'), verbose: has('verbose'), quiet: has('quiet') || has('writefile'), summary: has('summary'), debug: has('debug'), unbuffered: has('unbuffered') || has('json'), displayFilter: has('displayflt'),
    snaplen: last('snaplen') === undefined ? 0 : whole(last('snaplen') ?? '', 1, `invalid snaplen ${last('snaplen')}: -s takes bytes from 1`),
    filter: words.join(' '),
  };
}

/** The help, for people. */
export function helpText(): string {
  const line = (o: OptionSpec): string => {
    const names = [o.short === '' ? '' : `-${o.short}`, o.long === '' ? '' : `--${o.long}`].filter((n) => n !== '').join(', ');
    const left = `  ${names}${o.argument === undefined ? '' : o.optional === true ? ` [${o.argument}]` : ` ${o.argument}`}`;
    return left.length < 28 ? `${left.padEnd(30)}${o.help}` : `${left}\n${' '.repeat(30)}${o.help}`;
  };
  return `Porthole shows what happens inside containers: system calls, files, connections and errors.

Usage:
  porthole [options] [filter]     print events, live (as root) or of a capture (-r FILE)
  porthole doctor                 say what this host can do, and how to mend what it cannot
  porthole serve                  answer the editor on standard input and output

Examples:
  sudo porthole -pc evt.type=execve                    programs that start, with their container
  sudo porthole 'container.name=web and fd.port=443'   what a container does over HTTPS
  porthole -r FILE evt.failed=true                     failed calls in a capture
  porthole -r FILE -p '%proc.name %fd.name' 'evt.type in (open, openat) and evt.dir=<'
  sudo porthole -w out.scap container.name contains wordpress
  porthole -r FILE -c topfiles_bytes                   run a chisel (porthole -cl lists them)

Options:
${OPTIONS.filter((o) => o.help !== '').map(line).join('\n')}

A filter compares fields (porthole -l) with values: = != < <= > >= contains icontains startswith endswith
glob in (a, b) pmatch (/dir) exists, joined by and, or, not and brackets.
`;
}
