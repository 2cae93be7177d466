// What the overview counts, one declaration each: the filter behind a number is the filter that its tile leads to, so that `porthole -r FILE FILTER` counts the same.

export const CATEGORIES = ['general', 'file', 'network', 'security', 'performance', 'application', 'log'] as const;
export type MetricCategory = (typeof CATEGORIES)[number];
export type MetricUnit = 'count' | 'bytes' | 'ns';

/** How events that pass become a number: how many they are, the sum of a field, or how many different values a field has. */
export type MetricValue = { readonly kind: 'count' } | { readonly kind: 'sum'; readonly field: string } | { readonly kind: 'distinct'; readonly field: string };

export interface Metric {
  readonly id: string;
  readonly name: string;
  readonly category: MetricCategory;
  readonly unit: MetricUnit;
  readonly filter: string;
  readonly value: MetricValue;
  /** One sentence for people. */
  readonly doc: string;
  /** More of it is worse: drawn in the colour of errors. */
  readonly bad?: true;
  /** Whatever passes is marked as failed by the history, so that no other event is looked at. */
  readonly failedOnly?: true;
}

const COUNT: MetricValue = { kind: 'count' };
const sum = (field: string): MetricValue => ({ kind: 'sum', field });
const distinct = (field: string): MetricValue => ({ kind: 'distinct', field });

// Parts that several filters have in common; a pass asks each of them once.
const DONE = 'evt.dir=<';
const OPEN = 'evt.type in (open, openat, openat2, creat)';
const EXEC = `evt.type in (execve, execveat) and ${DONE}`;
const READ = `evt.is_io_read=true and ${DONE}`, WRITE = `evt.is_io_write=true and ${DONE}`, IO = `evt.is_io=true and ${DONE}`;
const FILE = 'fd.type=file', NET = 'fd.type in (ipv4, ipv6)';
const MOVED = 'evt.rawres>0';
/** Calls that are there to wait: their length says nothing. */
const WAITS = 'futex, futex_waitv, nanosleep, clock_nanosleep, wait4, waitid, pause, rt_sigtimedwait, rt_sigsuspend, epoll_pwait2, io_getevents, io_pgetevents';
/** Calls that do something. */
export const NO_WAITS = `evt.is_wait=false and not evt.type in (${WAITS})`;
const SLOW = `${DONE} and ${NO_WAITS}`;
const TO_LOG = `${WRITE} and (fd.num in (1, 2) or fd.name pmatch (/var/log) or fd.name endswith .log)`;
const buffer = (operator: string, texts: readonly string[]): string => `(${texts.map((text) => `evt.buffer ${operator} "${text}"`).join(' or ')})`;

/** Places that hold who may do what. */
export const SENSITIVE_FILES = 'fd.name pmatch (/etc/shadow, /etc/gshadow, /etc/sudoers, /etc/sudoers.d, /etc/pam.d, /etc/ssh, /root/.ssh, /root/.aws, /root/.kube, /var/run/secrets, /run/secrets)';
/** Places that programs of a container have no reason to write to. */
export const SYSTEM_PLACES = 'fd.name pmatch (/etc, /bin, /sbin, /lib, /lib64, /usr, /boot, /root)';
export const SHELLS = 'proc.name in (sh, bash, dash, ash, zsh, ksh, fish, busybox)';
/** Ways in which a call says "later" are no failures, nor are waits that ran out. */
export const FAILED = 'evt.failed=true and not evt.res in (EAGAIN, EINPROGRESS, ETIMEDOUT, ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK)';
export const NOT_CONNECTED = 'evt.type=connect and evt.res in (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET)';
export const HTTP_ERRORS = `${WRITE} and ${buffer('startswith', ['HTTP/1.1 4', 'HTTP/1.1 5', 'HTTP/1.0 4', 'HTTP/1.0 5'])}`;
export const PRIVILEGED = `evt.type in (ptrace, mount, umount, umount2, init_module, finit_module, delete_module, bpf, setns, unshare, pivot_root, chroot) and ${DONE}`;
export const DNS = `fd.sport=53 and ${IO} and ${MOVED}`;

const general = (id: string, name: string, filter: string, value: MetricValue, doc: string, more: Partial<Metric> = {}): Metric => ({ id, name, category: 'general', unit: 'count', filter, value, doc, ...more });
const of = (category: MetricCategory) => (id: string, name: string, filter: string, value: MetricValue, doc: string, more: Partial<Metric> = {}): Metric => ({ ...general(id, name, filter, value, doc, more), category });
const file = of('file'), network = of('network'), security = of('security'), performance = of('performance'), application = of('application'), log = of('log');
const BYTES = { unit: 'bytes' } as const, BAD = { bad: true } as const;

export const METRICS: readonly Metric[] = [
  general('processes', 'Processes', 'proc.pid>0', distinct('proc.pid'), 'Different processes that did something.'),
  general('containers', 'Containers', 'container.id!=host', distinct('container.id'), 'Different containers that did something.'),
  general('calls', 'Calls', DONE, COUNT, 'System calls that returned, and other events that end something.'),
  general('executions', 'Programs started', `${EXEC} and evt.rawres=0`, COUNT, 'Programs that were executed.'),
  general('forks', 'Threads begun', `evt.type in (clone, clone3, fork, vfork) and ${DONE} and evt.rawres=0`, COUNT, 'Children of clone and fork: processes begin with their first thread.'),
  general('ends', 'Threads ended', 'evt.type=procexit', COUNT, 'Ends of threads; a process ends with its last one.'),
  general('failed', 'Failed calls', FAILED, COUNT, 'Calls that returned an error, but for those that only say "later".', { bad: true, failedOnly: true }),

  file('opens', 'Files opened', `${OPEN} and ${DONE} and evt.failed=false`, COUNT, 'Calls that opened a file or folder.'),
  file('openFailed', 'Opens that failed', `${OPEN} and evt.failed=true`, COUNT, 'Calls that should have opened a file and could not.', BAD),
  file('files', 'Files used', `${IO} and ${FILE}`, distinct('fd.name'), 'Different files that were read or written.'),
  file('fileRead', 'Read from files', `${READ} and ${FILE} and ${MOVED}`, sum('evt.rawres'), 'Bytes that calls read from files.', BYTES),
  file('fileWritten', 'Written to files', `${WRITE} and ${FILE} and ${MOVED}`, sum('evt.rawres'), 'Bytes that calls wrote to files.', BYTES),
  file('deletes', 'Deleted or renamed', `evt.type in (unlink, unlinkat, rmdir, rename, renameat, renameat2) and ${DONE} and evt.failed=false`, COUNT, 'Files and folders that were removed or renamed.'),

  network('netIn', 'Received', `${READ} and ${NET} and ${MOVED}`, sum('evt.rawres'), 'Bytes that calls read from IPv4 and IPv6 sockets.', BYTES),
  network('netOut', 'Sent', `${WRITE} and ${NET} and ${MOVED}`, sum('evt.rawres'), 'Bytes that calls wrote to IPv4 and IPv6 sockets.', BYTES),
  network('unix', 'Through Unix sockets', `${IO} and fd.type=unix and ${MOVED}`, sum('evt.rawres'), 'Bytes that calls read from and wrote to Unix sockets.', BYTES),
  network('connections', 'Connections used', `${IO} and ${NET}`, distinct('fd.name'), 'Different pairs of addresses that data went over.'),
  network('connects', 'Connections out', `evt.type=connect and ${DONE} and ${NET}`, COUNT, 'Calls of connect over IPv4 and IPv6.'),
  network('accepts', 'Connections in', `evt.type in (accept, accept4) and ${DONE} and evt.rawres>=0`, COUNT, 'Connections that servers accepted.'),
  network('refused', 'Connections that failed', NOT_CONNECTED, COUNT, 'Calls of connect that were refused, ran out of time or had no way.', { bad: true }),
  network('dns', 'DNS queries', `fd.sport=53 and ${WRITE} and ${MOVED}`, COUNT, 'Packets sent to port 53.'),

  security('sensitive', 'Sensitive files opened', `${OPEN} and ${DONE} and ${SENSITIVE_FILES}`, COUNT, 'Opens of files that hold passwords, keys and rights, tried or done.', BAD),
  security('systemWrites', 'System files written', `evt.is_open_write=true and ${SYSTEM_PLACES}`, COUNT, 'Opens for writing below /etc, /usr, /bin and their like.', BAD),
  security('shells', 'Shells started', `${EXEC} and ${SHELLS}`, COUNT, 'Executions of a shell.'),
  security('listens', 'Sockets that listen', `evt.type=listen and ${DONE} and evt.failed=false`, COUNT, 'Sockets that began to listen.'),
  security('setuid', 'Changes of user', `evt.type in (setuid, setgid, setresuid, setresgid, setreuid, setregid) and ${DONE}`, COUNT, 'Calls by which a process becomes another user or group.'),
  security('executable', 'Made executable', `evt.type in (chmod, fchmod, fchmodat, fchmodat2) and ${DONE} and evt.arg.mode contains S_IX`, COUNT, 'Calls that set a right to execute.'),
  security('privileged', 'Privileged calls', PRIVILEGED, COUNT, 'Mounts, kernel modules, ptrace, bpf, changes of namespace and root.'),

  performance('slow1', 'Calls ≥ 1 ms', `${SLOW} and evt.latency>=1000000`, COUNT, 'Calls that took a millisecond or more, but for those that are there to wait.'),
  performance('slow10', 'Calls ≥ 10 ms', `${SLOW} and evt.latency>=10000000`, COUNT, 'Calls that took ten milliseconds or more, but for those that are there to wait.'),
  performance('slow100', 'Calls ≥ 100 ms', `${SLOW} and evt.latency>=100000000`, COUNT, 'Calls that took a tenth of a second or more, but for those that are there to wait.', BAD),
  performance('slowFile', 'File calls ≥ 1 ms', `${IO} and ${FILE} and evt.latency>=1000000`, COUNT, 'Reads and writes of files that took a millisecond or more.', BAD),
  performance('fileTime', 'Time in file calls', `${IO} and ${FILE}`, sum('evt.latency'), 'Time that threads spent reading and writing files.', { unit: 'ns' }),
  performance('mappings', 'Memory mappings', `evt.type in (mmap, mmap2, brk) and ${DONE}`, COUNT, 'Calls that ask for memory or map a file.'),
  performance('pageFaults', 'Page faults', 'evt.type=page_fault', COUNT, 'Page faults, where the source records them.'),
  performance('switches', 'Context switches', 'evt.type=switch', COUNT, 'Switches of the scheduler, where the source records them.'),

  application('httpRequests', 'HTTP requests', `${READ} and ${buffer('startswith', ['GET ', 'POST ', 'PUT ', 'HEAD ', 'DELETE ', 'PATCH ', 'OPTIONS '])}`, COUNT, 'Requests in plain HTTP/1 as their servers read them.'),
  application('httpErrors', 'HTTP errors', HTTP_ERRORS, COUNT, 'Answers 4xx and 5xx in plain HTTP/1 as their servers write them.', BAD),
  application('sql', 'SQL statements', `${WRITE} and ${buffer('contains', ['SELECT ', 'INSERT INTO ', 'UPDATE ', 'DELETE FROM '])}`, COUNT, 'Writes that hold a statement of SQL, as far as the captured bytes show it.'),
  log('logLines', 'Writes to logs', TO_LOG, COUNT, 'Writes to standard output, standard error and files of logs.'),
  log('logErrors', 'Log writes with errors', `${TO_LOG} and ${buffer('contains', ['error', 'Error', 'ERROR', 'FATAL', 'fatal', 'panic', 'CRITICAL'])}`, COUNT, 'Writes to logs that speak of errors.', BAD),
  log('syslog', 'Syslog messages', `evt.is_syslog=true and ${WRITE}`, COUNT, 'Messages written to the socket of syslog.'),
];

export function metricById(id: string): Metric | undefined { return METRICS.find((metric) => metric.id === id); }
