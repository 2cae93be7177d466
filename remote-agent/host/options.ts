// The options of the command line, one row each: what they are called, what they take, what is said of them. Parser, help, completions and docs/command-line.md are made of it.
import type { OptionSpec } from './args.ts';

/** Headings of the help, in order. */
export const GROUPS = {
  source: 'Where events come from',
  choose: 'Which events',
  print: 'What is printed of them',
  buffers: 'Contents of reads and writes',
  write: 'Writing captures',
  chisels: 'Chisels: small programs over events',
  lists: 'Lists and help',
  live: 'Only for events of this host',
  foreign: 'Known to sysdig, without use here',
} as const;
export type OptionGroup = keyof typeof GROUPS;

export interface OptionRow extends OptionSpec {
  readonly group: OptionGroup;
  /** One line, for the help and completions. */
  readonly help: string;
  /** More, for the reference page. Markdown. */
  readonly more?: string;
  /** Words that may stand for the argument, for completions: choices, or what kind of thing it is. */
  readonly takes?: readonly string[] | 'file' | 'format' | 'chisel';
  /** With events of this host: why it cannot be had and what to do instead. The command ends with 1. Captures are read as if it was not there. */
  readonly refused?: string;
  /** With events of this host: said, and then the command goes on. */
  readonly said?: string;
}

const SEARCHED = 'Chisels are searched in the folders of `PORTHOLE_CHISEL_DIR` or `SYSDIG_CHISEL_DIR` (`;` between them), in `./chisels`, `~/.chisels`, among those that come with Porthole, and in `/usr/share/sysdig/chisels`.';

export const OPTIONS: readonly OptionRow[] = [
  { group: 'source', short: 'r', long: 'readfile', argument: 'FILE', takes: 'file', help: 'read a capture, plain or gzip; - is standard input. Again: one after the other', more: 'Without `-r` events come live from this host, which takes root. With several, each file has its own numbers and its own `-n`; the summary of `-S` adds up. The first file that cannot be read, or is damaged, ends the command with exit code 1, after everything before the damage.' },
  { group: 'choose', short: 'n', long: 'numevents', argument: 'NUM', help: 'stop after so many events', more: 'Events that pass the filter are counted, also those that print no line because a field has no value. With `-d` all events are counted.' },
  { group: 'choose', short: 'M', long: '', argument: 'SECONDS', help: 'stop so many seconds after the first event' },
  { group: 'choose', short: 'd', long: 'displayflt', help: 'the filter hides lines only: -n, -S and -w get all events' },
  { group: 'choose', short: 'D', long: 'debug', help: 'print internal events too' },
  { group: 'choose', short: 'E', long: 'exclude-users', help: 'without lists of users and groups: ids stay, names are missing', more: 'Captures that are written with it hold no names of users and groups.' },
  { group: 'choose', short: '', long: 'filter-proclist', help: 'with -w and a filter: only processes that pass it go to the head of the capture', more: 'Needs a filter, and `-r`.' },
  { group: 'print', short: 'p', long: 'print', argument: 'FORMAT', takes: 'format', help: 'print this line for each event, e.g. -p "%proc.name %fd.name"', more: '`%name` prints a field (`-l` lists them), `%20name` in 20 columns; `\\n`, `\\t`, `\\e` and `\\\\` are newline, tab, escape and backslash. An event that has no value for a field prints no line, unless the format begins with `*`: then `<NA>`.\n\nWords with a meaning: `-pc` (`-pcontainer`) adds the container to the usual line, `-pk` (`-pkubernetes`) the pod, `-pm` (`-pmesos`) the task; `-pp` prints the format in force and ends.' },
  { group: 'print', short: 't', long: 'timetype', argument: 'FORM', takes: ['h', 'a', 'r', 'd', 'D'], help: 'times: h clock, a since 1970, r since the first event, d length of the call, D since the event before', more: 'Changes `evt.outputtime` alone.' },
  { group: 'print', short: 'j', long: 'json', help: 'print JSON, one object for each event' },
  { group: 'print', short: 'S', long: 'summary', help: 'print at the end how often each event came' },
  { group: 'print', short: 'v', long: 'verbose', help: 'print whole buffers, and totals on standard error at the end' },
  { group: 'print', short: 'q', long: 'quiet', help: 'print no events' },
  { group: 'print', short: 'R', long: 'resolve-ports', help: 'print ports of connections by the names of their services', more: 'Names come from `/etc/services`. Addresses stay numbers.' },
  { group: 'print', short: 'P', long: 'progress', argument: 'WORD', optional: true, longOnly: true, help: 'print progress on standard error while a capture is read', more: 'Without it a long run shows its progress all the same where standard error is a terminal and nothing else is printed there.' },
  { group: 'print', short: '', long: 'unbuffered', help: 'print each line at once' },
  { group: 'buffers', short: 'A', long: 'print-ascii', help: 'as text with its line ends', more: 'One of `-A`, `-b`, `-x` and `-X` can be given.' },
  { group: 'buffers', short: 'b', long: 'print-base64', help: 'in base64' },
  { group: 'buffers', short: 'x', long: 'print-hex', help: 'in hexadecimal' },
  { group: 'buffers', short: 'X', long: 'print-hex-ascii', help: 'in hexadecimal and text' },
  { group: 'write', short: 'w', long: 'writefile', argument: 'FILE', takes: 'file', help: 'write events to a capture that sysdig reads, and print none; - is standard output' },
  { group: 'write', short: 'z', long: 'compress', help: 'gzip it' },
  { group: 'write', short: 'F', long: 'fatfile', help: 'also write hidden events that the filter drops and that change what is known' },
  { group: 'write', short: 'C', long: 'file-size', argument: 'MB', help: 'a new file after so many million bytes', more: 'Files are called as `-w` says, with a number from 0 behind, filled with zeros to the digits of `-W`.' },
  { group: 'write', short: 'G', long: 'seconds', argument: 'SECONDS', help: 'a new file after so many seconds', more: 'The name may hold the time as `strftime` writes it (`out-%H%M.scap`); without a `%` a number is put behind.' },
  { group: 'write', short: 'e', long: 'event-limit', argument: 'NUM', help: 'a new file after so many events' },
  { group: 'write', short: 'W', long: 'limit', argument: 'NUM', help: 'keep so many files, overwriting the oldest' },
  { group: 'chisels', short: 'c', long: 'chisel', argument: 'NAME', takes: 'chisel', help: 'run a chisel instead of printing events; its arguments are the next word', more: `Arguments stand together in one word: \`-c NAME "a b"\`; \`'\` and \`\\\`\` hold those with blanks together. \`-cl\` lists the chisels. ${SEARCHED}` },
  { group: 'chisels', short: 'i', long: 'chisel-info', argument: 'NAME', takes: 'chisel', help: 'say what a chisel does and what its arguments are' },
  { group: 'chisels', short: '', long: 'list-chisels', help: 'list the chisels, as -cl' },
  { group: 'lists', short: 'l', long: 'list', help: 'list the fields for filters and formats; -lv with their types' },
  { group: 'lists', short: '', long: 'list-markdown', help: 'the same as Markdown' },
  { group: 'lists', short: 'L', long: 'list-events', help: 'list the events and their parameters' },
  { group: 'lists', short: 'h', long: 'help', help: 'print this help' },
  { group: 'lists', short: '', long: 'version', help: 'print the version' },
  { group: 'lists', short: '', long: 'libs-version', help: 'print the version of the engine, which is Porthole\'s own' },
  { group: 'live', short: 's', long: 'snaplen', argument: 'BYTES', help: 'keep so many bytes of each buffer (otherwise 80)' },
  { group: 'live', short: '', long: 'also', argument: 'EVENTS', takes: ['switch', 'page_fault', 'switch,page_fault'], help: 'events that only come when asked for: switch (of the scheduler), page_fault', more: 'With commas between. A filter that names them (`evt.type=switch`), and a chisel that uses them, asks for them by itself. They are many: tens of thousands a second on a busy host.' },
  { group: 'live', short: '', long: 'ring', argument: 'SIZE', help: 'size of the buffer between kernel and command, e.g. 32M (otherwise by memory and CPUs)', more: 'Events that do not fit while the command is kept from reading are lost, and counted at the end. A number alone is KiB; `auto` is what is taken without it, which `porthole doctor` tells. At least 64 KiB, at most 1 GiB, rounded up to a power of two.' },
  { group: 'live', short: 'U', long: 'suppress-comm', argument: 'NAME', help: 'leave out processes of this name; may be given again, up to 32 times' },
  { group: 'live', short: 'B', long: 'bpf', argument: 'PROBE', optional: true, help: 'accepted: Porthole always uses its own probe' },
  { group: 'live', short: '', long: 'cri', argument: 'SOCKET', help: 'not used: containers come from Docker', said: 'containers are asked of Docker; other engines are not, their containers are known by their ids' },
  { group: 'live', short: '', long: 'cri-timeout', argument: 'MS', help: 'not used, as --cri' },
  { group: 'live', short: '', long: 'large-environment', help: 'accepted: environments are read as the kernel has them' },
  { group: 'live', short: '', long: 'page-faults', help: 'not to be had', refused: 'the probe has no page faults; without it thread.pfmajor and thread.pfminor count them' },
  { group: 'foreign', short: 'I', long: 'input', argument: 'PLUGIN', help: 'plugins cannot be loaded' },
  { group: 'foreign', short: 'H', long: 'plugin', argument: 'PLUGIN', help: 'plugins cannot be loaded' },
  { group: 'foreign', short: '', long: 'plugin-config-file', argument: 'FILE', takes: 'file', help: 'plugins cannot be loaded' },
  { group: 'foreign', short: 'k', long: 'k8s-api', argument: 'URL', help: 'no Kubernetes API is asked', refused: 'no Kubernetes API is asked; leave it out, and choose containers by container.name or container.label' },
  { group: 'foreign', short: 'K', long: 'k8s-api-cert', argument: 'FILE', takes: 'file', help: 'as -k', refused: 'no Kubernetes API is asked; leave it out' },
  { group: 'foreign', short: '', long: 'node-name', argument: 'NAME', help: 'as -k', refused: 'no Kubernetes API is asked; leave it out' },
  { group: 'foreign', short: 'm', long: 'mesos-api', argument: 'URL', help: 'no Mesos API is asked', refused: 'no Mesos API is asked; leave it out' },
  { group: 'foreign', short: 'T', long: 'force-tracers-capture', argument: 'WORD', optional: true, longOnly: true, help: 'what is written to /dev/null is recorded no longer than other data', refused: 'what tracers write to /dev/null is recorded like other data, so many bytes of it as -s says; leave it out' },
  { group: 'foreign', short: 'u', long: 'udig', argument: 'WORD', optional: true, longOnly: true, help: 'there is no engine by ptrace', refused: 'processes are not traced by ptrace; leave it out: the probe needs no more than root' },
];

/** Other first words of the command. */
export const COMMANDS: readonly { readonly words: string; readonly help: string }[] = [
  { words: 'view ID -r FILE', help: 'a table of a capture; view --list names them' },
  { words: 'inflight [-r FILE]', help: 'say what every thread is blocked on, and for how long' },
  { words: 'counters [SECONDS]', help: 'count calls, CPU, disk and TCP by container, in the kernel' },
  { words: 'rings [SECONDS]', help: 'count what is submitted to io_uring, by ring and process' },
  { words: 'doctor', help: 'say what this host can do, and how to mend what it cannot' },
  { words: 'completion bash|zsh|fish', help: 'print completions for a shell' },
  { words: 'serve', help: 'answer the editor on standard input and output' },
];
