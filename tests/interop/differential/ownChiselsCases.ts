// What Porthole's own chisels are compared with sysdig's on.

/** Something that sysdig's chisel does wrong, taken out of what was printed, or mended, before the two are compared. */
export interface Fault { readonly reason: string; /** Of both outputs, unless it looks at whose it is. */ readonly mend: (output: string, side: 'porthole' | 'sysdig') => string }

export interface OwnCase {
  /** Behind `-r FILE`. */
  readonly words: readonly string[];
  /**
   * What of the output is defined: its order too, its lines, its rows down to those that tie with the last, its members as JSON; or Porthole has more lines, and all
   * of sysdig's among them.
   */
  readonly order: 'defined' | 'open' | 'ties' | 'json' | 'more';
  readonly faults?: readonly Fault[];
  /** Captures to look at, instead of the usual ones. */
  readonly on?: readonly string[];
}

/** What the project makes for chisels, and small captures where the output is long. */
const CHISELS = ['chisels', 'life'], SMALL = ['chisels', 'life', 'curl_google'];
/** With several containers, by different makers. */
const CONTAINERS = ['chisels', 'demo', 'wordpress-small'];

type Case = (...words: string[]) => OwnCase;
const rows: Case = (...words) => ({ words, order: 'ties' });
const json = (...words: string[]): OwnCase => ({ words: ['-j', ...words], order: 'json' });
const exact: Case = (...words) => ({ words, order: 'defined' });
const set: Case = (...words) => ({ words, order: 'open' });
/** Plain, and with containers. */
const both = (make: Case, name: string, ...args: string[]): OwnCase[] => [make('-c', name, ...args), { ...make('-pc', '-c', name, ...args), on: CONTAINERS }];
/** A table of the highest sums: plain and with containers. */
const table = (name: string, ...args: string[]): OwnCase[] => both(rows, name, ...args);
const only = (on: readonly string[], ...cases: readonly OwnCase[]): OwnCase[] => cases.map((one) => ({ ...one, on }));
const mended = (faults: readonly Fault[], ...cases: readonly OwnCase[]): OwnCase[] => cases.map((one) => ({ ...one, faults: [...one.faults ?? [], ...faults] }));

const fault = (reason: string, pattern: RegExp, put: string): Fault => ({ reason, mend: (output) => output.replace(pattern, put) });
const COLOURS_STAY = fault('takes the argument disable_color and prints in colours all the same', /\x1b\[\d+m/g, '');
const STALE_LENGTH = fault('says Read of what is written too, and the length of an earlier piece where the direction stays', /^((?:\x1b\[\d+m)?------ ).*$/gm, '$1');
const LATE_TYPES = fault('knows no engine that came after it: `unknown`', /^(?:unknown {8}|podman {9})|"(?:unknown|podman)"/gm, '');
const NO_PROTOCOL = fault('has no protocol of IPv6 connections that were open before', /^(?:<NA>|tcp|udp) +(?=\S*:\S*:)/gm, '');
const WIDE_TITLE = fault('has a blank too many in its titles', /container\.id {9,10}/, '');
const THRICE = fault('prints the last shell three times instead of all shells once', /^(\d.*)\n\1\n\1$/gm, '$1');
const NIL = fault('prints nil where there is no data', / nil$/gm, ' ');
const SHUFFLED: Fault = {
  reason: 'mixes up facility and container where the output is no terminal',
  mend: (output, side) => side === 'porthole' ? output : output.replace(/^(\S+) +(\S+) +(\S+)\.(\S+) /gm, (_, facility: string, id: string, name: string, severity: string) => `${id.padEnd(20)} ${name.padEnd(20)} ${facility}.${severity} `),
};
const DIRECTORY = fault('indents changes of directory further than programs', /^ +(?=\d+ \S+ \S+\) cd )/gm, '');

export const OWN_CASES: Readonly<Record<string, readonly OwnCase[]>> = {
  bottlenecks: [exact('-c', 'bottlenecks')],
  echo_fds: [exact('-c', 'echo_fds'), ...only(SMALL, exact('-c', 'echo_fds', 'disable_color'), exact('-pc', '-c', 'echo_fds'))],
  fdbytes_by: [rows('-c', 'fdbytes_by', 'fd.type'), rows('-c', 'fdbytes_by', 'fd.directory')],
  fdcount_by: [set('-c', 'fdcount_by', 'fd.type'), set('-c', 'fdcount_by', 'proc.name')],
  fdtime_by: [rows('-c', 'fdtime_by', 'fd.type')],
  fileslower: [...both(exact, 'fileslower', '0'), ...only(CHISELS, exact('-c', 'fileslower', '1 disable_color'), exact('-c', 'fileslower', '0.5'))],
  httplog: both(exact, 'httplog'),
  httptop: [...table('httptop'), ...only(['shop', 'demo'], rows('-c', 'httptop', 'time'), rows('-c', 'httptop', 'bytes'), json('-c', 'httptop'))],
  iobytes: [exact('-c', 'iobytes')],
  iobytes_file: [exact('-c', 'iobytes_file')],
  iobytes_net: [exact('-c', 'iobytes_net')],
  list_login_shells: [
    ...mended([THRICE], ...both((...words) => ({ words, order: 'more' }), 'list_login_shells')),
    ...only(CHISELS, ...mended([THRICE], { words: ['-c', 'list_login_shells', 'ls'], order: 'more' }, { words: ['-c', 'list_login_shells', '* -l'], order: 'more' })),
  ],
  lscontainers: mended([LATE_TYPES], set('-c', 'lscontainers'), ...only(CHISELS, set('-c', 'lscontainers', 'desc'))),
  lsof: [set('-c', 'lsof'), ...only(SMALL, set('-c', 'lsof', 'fd.type=ipv4'), set('-c', 'lsof', 'fd.num=3', 'proc.name=nosuch'))],
  memcachelog: [exact('-c', 'memcachelog'), ...only(['chisels', 'wordpress-small'], exact('-c', 'memcachelog', 'get'), exact('-c', 'memcachelog', 'set 5000'), exact('-c', 'memcachelog', 'gets'))],
  netlower: [...both(exact, 'netlower', '0'), ...only(CHISELS, exact('-c', 'netlower', '1 disable_color'))],
  netstat: mended([NO_PROTOCOL], set('-c', 'netstat'), ...only(SMALL, set('-c', 'netstat', 'fd.num=3'))),
  proc_exec_time: [...both(exact, 'proc_exec_time'), ...only(CHISELS, ...mended([COLOURS_STAY], exact('-c', 'proc_exec_time', 'disable_color')))],
  ps: [exact('-c', 'ps'), ...only(SMALL, exact('-c', 'ps', 'fd.type=ipv4'), exact('-c', 'ps', 'fd.num=3', 'proc.name=nosuch'))],
  scallslower: [exact('-c', 'scallslower', '1'), ...mended([WIDE_TITLE], exact('-pc', '-c', 'scallslower', '10')), ...only(CHISELS, exact('-c', 'scallslower', '0 disable_color'))],
  spy_file: [...mended([NIL], exact('-c', 'spy_file')), ...only(['chisels', 'demo'], exact('-c', 'spy_file', 'R'), exact('-c', 'spy_file', 'W /dev/null'), exact('-x', '-c', 'spy_file', 'RW /var/log/app.txt'))],
  spy_ip: mended([STALE_LENGTH], exact('-c', 'spy_ip', '192.0.2.10'), exact('-c', 'spy_ip', '172.31.0.6'), ...only(CHISELS, ...mended([COLOURS_STAY], exact('-c', 'spy_ip', '198.51.100.7 disable_color')))),
  spy_logs: [...both(exact, 'spy_logs'), ...only(['chisels'], exact('-A', '-c', 'spy_logs', 'out.scap 4 disable_color'))],
  spy_port: mended([STALE_LENGTH], exact('-c', 'spy_port', '80'), ...only(CHISELS, exact('-X', '-c', 'spy_port', '11211'))),
  spy_syslog: [exact('-c', 'spy_syslog'), ...only(['chisels', 'talk', 'life'], ...mended([SHUFFLED], exact('-pc', '-c', 'spy_syslog'))), ...only(['life'], exact('-c', 'spy_syslog', 'out.scap 4'))],
  spy_users: [
    ...only(['wordpress-small', 'curl_google', 'life', 'demo'], ...both(exact, 'spy_users')),
    ...only(['chisels'], ...mended([DIRECTORY], { words: ['-c', 'spy_users'], order: 'more' }), { words: ['-pc', '-c', 'spy_users', '2 disable_color'], order: 'more' }),
  ],
  stderr: [...both(exact, 'stderr'), ...only(CHISELS, exact('-pc', '-c', 'stderr', 'disable_color'))],
  stdin: [exact('-c', 'stdin')],
  stdout: [exact('-c', 'stdout')],
  table_generator: [rows('-c', 'table_generator', "proc.name,fd.type Process,Type evt.count N 'evt.dir=<' 0 none")],
  topconns: table('topconns'),
  topcontainers_cpu: [rows('-c', 'topcontainers_cpu')],
  topcontainers_error: table('topcontainers_error'),
  topcontainers_file: table('topcontainers_file'),
  topcontainers_net: table('topcontainers_net'),
  topfiles_bytes: [...table('topfiles_bytes'), ...only(['shop', 'life'], json('-c', 'topfiles_bytes'))],
  topfiles_errors: table('topfiles_errors'),
  topfiles_time: table('topfiles_time'),
  topports_server: table('topports_server'),
  topprocs_cpu: table('topprocs_cpu'),
  topprocs_errors: table('topprocs_errors'),
  topprocs_file: table('topprocs_file'),
  topprocs_net: [...table('topprocs_net'), ...only(['shop', 'demo', 'life'], json('-c', 'topprocs_net'))],
  topscalls: table('topscalls'),
  topscalls_time: table('topscalls_time'),
  around: only(['chisels', 'life', 'cluster'], exact('-c', 'around', 'out.scap 5', 'evt.type=chdir'), exact('-c', 'around', 'out.scap', 'evt.type=procexit')),
};

/** Those that sysdig has not, or that are another thing on purpose. */
export const APART: Readonly<Record<string, string>> = {
  container_writes: 'sysdig has none',
  conversations: 'sysdig has none',
  crashes: 'sysdig has none',
  dnslog: 'sysdig has none',
  flame: 'prints lines that tools for flame graphs read; sysdig\'s prints a page of its own with the data in it',
  mysqllog: 'sysdig has none',
  pgsqllog: 'sysdig has none',
  redislog: 'sysdig has none',
  shared_files: 'sysdig has none',
  shellshock_detect: 'sysdig\'s does not start: its filter is wrong',
  slowwaits: 'sysdig has none',
  spectrogram: 'a picture of its own, which needs neither a terminal nor colours; sysdig\'s prints on terminals alone',
  subsecoffset: 'a picture of its own, as spectrogram',
  topfiles_rw: 'tells bytes read from bytes written and counts calls; sysdig has none',
  topprocs_cpu_estimate: 'works without scheduler events, which many captures have not, by an estimate from calls; sysdig has none',
  typed_commands: 'shows what people type with container, directory and nesting; sysdig has none',
};
