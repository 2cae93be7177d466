// The chisel API: every function of the modules sysdig, chisel and evt, every callback and every global of a head, declared once for the
// runtime's tests, completion, hover, signature help and the reference.

export interface ApiParameter { readonly name: string; readonly type: string; readonly doc: string; readonly optional?: boolean }
export interface ApiFunction {
  /** With its module: `chisel.request_field`. */
  readonly name: string;
  readonly parameters: readonly ApiParameter[];
  /** What it returns; '' for nothing. */
  readonly returns: string;
  readonly doc: string;
  /** This version runs it; the others raise an error that says so. */
  readonly supported: boolean;
}
/** A function that a chisel defines and the engine calls. */
export interface ApiCallback { readonly name: string; readonly parameters: readonly ApiParameter[]; readonly returns: string; readonly doc: string; readonly snippet: string }
/** A global that describes the chisel. */
export interface ApiGlobal { readonly name: string; readonly type: string; readonly doc: string }

type P = readonly [name: string, type: string, doc: string, optional?: '?'];
function parameters(list: readonly P[]): ApiParameter[] { return list.map(([name, type, doc, optional]) => ({ name, type, doc, ...(optional === '?' ? { optional: true } : {}) })); }
function fn(name: string, list: readonly P[], returns: string, doc: string, supported = true): ApiFunction { return { name, parameters: parameters(list), returns, doc, supported }; }
function callback(name: string, list: readonly P[], returns: string, doc: string, snippet: string): ApiCallback { return { name, parameters: parameters(list), returns, doc, snippet }; }

const THREAD_FILTER: P = ['filter', 'string', 'only threads, and descriptors, that pass it', '?'];

export const CHISEL_FUNCTIONS: readonly ApiFunction[] = [
  fn('chisel.request_field', [['name', 'string', 'name of a field, with its argument: `fd.name`, `evt.arg.name`, `evt.arg[0]`']], 'a handle for evt.field', 'Asks for a field, to be read of each event with `evt.field`. Call it in `on_init`.'),
  fn('chisel.set_filter', [['filter', 'string', 'a filter, e.g. `evt.type=open and fd.name contains /etc`']], '', 'Only events that pass the filter reach this chisel\'s `on_event`.'),
  fn('chisel.set_event_formatter', [['format', 'string', 'text with `%field` in it; `""` or `default`: the standard line']], '', 'Prints a line for each event for which `on_event` returns true, or for every event where the chisel has no `on_event`.'),
  fn('chisel.set_interval_s', [['seconds', 'number', 'length of the interval']], 'true', 'Has `on_interval` called at the first event of each new interval of so many seconds.'),
  fn('chisel.set_interval_ns', [['ns', 'number', 'length of the interval in nanoseconds']], 'true', 'Has `on_interval` called at the first event of each new interval of so many nanoseconds.'),
  fn('chisel.set_precise_interval_ns', [['ns', 'number', 'length of the interval in nanoseconds']], 'true', 'Has `on_interval` called once for every interval that has passed since the first event, also where several passed between two events.'),
  fn('chisel.exec', [['name', 'string', 'name of another chisel'], ['...', 'string', 'its arguments', '?']], '', 'Ends this chisel after `on_init` and runs another in its place.'),
];

export const EVT_FUNCTIONS: readonly ApiFunction[] = [
  fn('evt.field', [['field', 'handle', 'what `chisel.request_field` returned']], 'number, string, boolean, or nil', 'The value of a requested field in the event at hand; nil where the event has none.'),
  fn('evt.get_num', [], 'number', 'Number of the event.'),
  fn('evt.get_ts', [], 'number, number', 'Time of the event: seconds since the epoch, and nanoseconds of that second.'),
  fn('evt.get_type', [], 'string', 'Name of the event or system call, as `evt.type`.'),
  fn('evt.get_cpuid', [], 'number', 'Number of the CPU on which it happened.'),
];

export const SYSDIG_FUNCTIONS: readonly ApiFunction[] = [
  fn('sysdig.set_filter', [['filter', 'string', 'a filter']], '', 'Sets a filter for the whole capture; events that fail it are not seen at all. Only in `on_init`.'),
  fn('sysdig.set_snaplen', [['bytes', 'number', 'bytes kept of each buffer']], '', 'How much of each buffer a live capture keeps.'),
  fn('sysdig.set_output_format', [['format', 'string', '`normal`, `json`, `simple`, `hex`, `hexascii`, `ascii`, `base64` or `jsonbase64`']], '', 'How buffers are printed.'),
  fn('sysdig.set_fatfile_dump_mode', [['on', 'boolean', '']], '', 'Keeps the events that state needs when a filtered capture is written. Has no effect here.'),
  fn('sysdig.is_live', [], 'boolean', 'Whether events come live, not from a capture.'),
  fn('sysdig.is_tty', [], 'boolean', 'Whether the output is a terminal.'),
  fn('sysdig.get_terminal_info', [], 'table {width, height}', 'Size of the terminal; -1 each where the output is none.'),
  fn('sysdig.get_filter', [], 'string', 'The filter that selects the events; "" where there is none.'),
  fn('sysdig.get_machine_info', [], 'table {num_cpus, memory_size_bytes, max_pid, hostname}', 'The machine on which the events happened. From `on_capture_start` on.'),
  fn('sysdig.get_output_format', [], 'string', '`json` where JSON is asked for, else `normal`.'),
  fn('sysdig.get_evtsource_name', [], 'string', 'Name of the capture file; "" live.'),
  fn('sysdig.is_print_container_data', [], 'boolean', 'Whether lines are to name the container.'),
  fn('sysdig.get_firstevent_ts', [], 'string', 'Time of the first event: nanoseconds since the epoch, as a string.'),
  fn('sysdig.get_lastevent_ts', [], 'string', 'Time of the last event: nanoseconds since the epoch, as a string.'),
  fn('sysdig.make_ts', [['seconds', 'number', ''], ['ns', 'number', '']], 'string', 'Puts a time together: seconds and nanoseconds as one decimal string.'),
  fn('sysdig.add_ts', [['a', 'string', 'nanoseconds'], ['b', 'string', 'nanoseconds']], 'string', 'Sum of two times, exact.'),
  fn('sysdig.subtract_ts', [['a', 'string', 'nanoseconds'], ['b', 'string', 'nanoseconds']], 'string', 'Difference of two times, exact.'),
  fn('sysdig.end_capture', [], '', 'No more events after this one; `on_capture_end` still runs.'),
  fn('sysdig.log', [['text', 'string', ''], ['level', 'string', '`debug`, `info`, `warning`, `error` or `critical`', '?']], '', 'Prints a line of a log.'),
  fn('sysdig.get_read_progress', [], 'number', 'How much of the capture is read, in percent.'),
  fn('sysdig.get_thread_table', [THREAD_FILTER], 'table by thread id', 'The threads with their descriptors, as they are at the event at hand. From `on_capture_start` on.'),
  fn('sysdig.get_thread_table_nofds', [THREAD_FILTER], 'table by thread id', 'The threads without their descriptors.'),
  fn('sysdig.get_thread_table_barebone', [THREAD_FILTER], 'table by thread id', 'The threads by id, with the numbers of their descriptors.'),
  fn('sysdig.get_thread_table_barebone_nofds', [THREAD_FILTER], 'table by thread id', 'The threads by id alone.'),
  fn('sysdig.get_container_table', [], 'array of {id, name, image, type}', 'The containers.'),
  fn('sysdig.run_app', [['arguments', 'string', '']], '', 'Starts the tool again with these arguments after the capture: to read the same capture, and to write what passes a filter to a file that an argument of the chisel names.'),
  fn('sysdig.udp_setpeername', [['ip', 'string', ''], ['port', 'string', '']], '', 'Connects a UDP socket. Chisels have no network here.', false),
  fn('sysdig.udp_send', [['text', 'string', '']], '', 'Sends a datagram. Chisels have no network here.', false),
];

export const API_FUNCTIONS: readonly ApiFunction[] = [...CHISEL_FUNCTIONS, ...EVT_FUNCTIONS, ...SYSDIG_FUNCTIONS];
const BY_NAME: ReadonlyMap<string, ApiFunction> = new Map(API_FUNCTIONS.map((f) => [f.name, f]));
export function apiFunction(name: string): ApiFunction | undefined { return BY_NAME.get(name); }
export const API_MODULES: readonly string[] = ['chisel', 'evt', 'sysdig'];

const INTERVAL_TIMES: readonly P[] = [['ts_s', 'number', 'time: seconds since the epoch'], ['ts_ns', 'number', 'time: nanoseconds of that second']];
export const API_CALLBACKS: readonly ApiCallback[] = [
  callback('on_set_arg', [['name', 'string', 'name of the argument'], ['value', 'string', 'its value, always a string']], 'boolean: false refuses it', 'Called for each argument before `on_init`.', 'function on_set_arg(name, value)\n\t$0\n\treturn true\nend'),
  callback('on_init', [], 'boolean: false refuses to run', 'Called once before the events: ask for fields, set filters and intervals here.', 'function on_init()\n\t$0\n\treturn true\nend'),
  callback('on_capture_start', [], 'boolean', 'Called once when the capture is open, before the first event.', 'function on_capture_start()\n\t$0\n\treturn true\nend'),
  callback('on_event', [], 'true: print the event with the formatter, if one is set', 'Called for each event that passes the filter.', 'function on_event()\n\t$0\n\treturn true\nend'),
  callback('on_interval', [...INTERVAL_TIMES, ['delta', 'number', 'nanoseconds since the interval before']], 'boolean: anything but true ends the run', 'Called at the end of each interval.', 'function on_interval(ts_s, ts_ns, delta)\n\t$0\n\treturn true\nend'),
  callback('on_capture_end', [...INTERVAL_TIMES, ['delta', 'number', 'nanoseconds from the first to the last event']], '', 'Called once after the last event.', 'function on_capture_end(ts_s, ts_ns, delta)\n\t$0\nend'),
];

export const API_GLOBALS: readonly ApiGlobal[] = [
  { name: 'description', type: 'string', doc: 'What the chisel does, at length. It makes a script a chisel.' },
  { name: 'short_description', type: 'string', doc: 'What it does, in one line of a list.' },
  { name: 'category', type: 'string', doc: 'Heading under which it is listed: `CPU Usage`, `I/O`, `Net`, `Security`, ...' },
  { name: 'hidden', type: 'boolean', doc: 'true leaves it out of lists.' },
  { name: 'args', type: 'table', doc: 'Its arguments: a list of `{ name = , description = , argtype = , optional = }`. `{}` for none; it must be there.' },
];

/** `name(a, b?) -> result`, for people. */
export function signature(f: ApiFunction | ApiCallback): string {
  const list = f.parameters.map((p) => `${p.name}${p.optional === true ? '?' : ''}${p.name === '...' ? '' : `: ${p.type}`}`).join(', ');
  return `${f.name}(${list})${f.returns === '' ? '' : ` -> ${f.returns}`}`;
}
