// Scripts: calls that change the system. Those that could do harm are made as nobody, and with arguments that lead nowhere.
import { SYSCALLS } from '../schema/index.ts';
import { AT_FDCWD, bytes, flags, NOWHERE, path, ret, text, words, zeros, type Script } from './callsScript.ts';

const UNREADABLE = 4;
const SPECIAL_KEYRING = -2;  // KEY_SPEC_PROCESS_KEYRING
const GETPGRP = SYSCALLS.find((call) => call.name === 'getpgrp')?.x64 ?? 0;
const refused = 'EPERM|ENOSYS|EINVAL';

/** A filter of classic BPF: loads the number of the call, refuses getpgrp with EPERM, and lets all others through. */
const REFUSE_GETPGRP = bytes(Buffer.concat([[0x20, 0, 0, 0], [0x15, 0, 1, GETPGRP], [0x06, 0, 0, 0x00050001], [0x06, 0, 0, 0x7fff0000]].map(([code = 0, yes = 0, no = 0, value = 0]) => {
  const step = Buffer.alloc(8);
  step.writeUInt16LE(code);
  step.writeUInt8(yes, 2);
  step.writeUInt8(no, 3);
  step.writeUInt32LE(value, 4);
  return step;
})));

export const SYSTEM: readonly Script[] = [
  { what: 'what nobody may do', as: 'nobody', rows: [
    ['reboot', [0, 0, 0, 0], 'EPERM'],
    ['kexec_load', [0, 0, 0, 0], refused], ['kexec_file_load', [-1, -1, 0, 0, 0], refused],
    ['swapon', [path('none'), 0], 'EPERM'], ['swapoff', [path('none')], 'EPERM'],
    ['settimeofday', [words(1, 1), 0], 'EPERM'], ['clock_settime', [0, words(1, 1)], 'EPERM'],
    ['sethostname', [text('x'), 1], 'EPERM'], ['setdomainname', [text('x'), 1], 'EPERM'],
    ['acct', [path('none')], 'EPERM|ENOSYS'], ['vhangup', [], 'EPERM'], ['iopl', [3], 'EPERM|ENOSYS'], ['ioperm', [0, 1, 1], 'EPERM|ENOSYS'],
    ['syslog', [5, 0, 0], 'EPERM'], ['pivot_root', [path('none'), path('none')], 'EPERM|ENOENT'],
    ['mount', [text('none'), path(), text('tmpfs'), 0xc0ed0000 + 1 + 8, 0], 'EPERM', (m) => ({ dev: 'none', dir: m.dir, type: 'tmpfs', flags: flags('mount_flags', 'RDONLY', 'NOEXEC') })],
    ['umount2', [path(), 2], 'EPERM|EINVAL', (m) => ({ name: m.dir, flags: flags('umount_flags', 'DETACH') })],
    ['init_module', [text('no module'), 9, text('option=1')], refused, { img: 'no module', length: 9, uargs: 'option=1' }],
    ['init_module', [NOWHERE, 9, NOWHERE], refused, { img: '', length: 9, uargs: '' }, { flags: UNREADABLE }],
    ['finit_module', [0, text('option=1'), 1 | 4], refused, { fd: 0, uargs: 'option=1', flags: flags('finit_module_flags', 'MODULE_INIT_IGNORE_MODVERSIONS', 'MODULE_INIT_COMPRESSED_FILE') }],
    ['delete_module', [text('nosuch'), 0o4000 | 0o1000], refused, { name: 'nosuch', flags: flags('delete_module_flags', 'O_NONBLOCK', 'O_TRUNC') }],
    ['bpf', [5, zeros(64), 64], 'EPERM', { cmd: flags('bpf_commands', 'BPF_PROG_LOAD') }],
    ['perf_event_open', [zeros(128), 0, -1, -1, 0], 'any'],
    ['fanotify_init', [4, 0], 'EPERM|ENOSYS'],
    ['lookup_dcookie', [1, zeros(8), 8], 'EPERM|ENOSYS'],
    ['quotactl_fd', [0, 0x80000700, 0, zeros(72)], 'any'],
    ['move_pages', [1, 0, 0, 0, 0, 0], 'EPERM'], ['setns', [0, 0], 'EINVAL|EBADF', { fd: 0, nstype: 0 }],
  ] },
  { what: 'quotas', as: 'nobody', rows: [
    // QCMD(Q_QUOTAON, GRPQUOTA) with a format and a file
    ['quotactl', [0x80000201, text('/dev/none'), 2, text('/aquota')], 'any', quota({ special: '/dev/none', quotafilepath: '/aquota', cmd: 'Q_QUOTAON', type: 'GRPQUOTA', quota_fmt: 'QFMT_VFS_V0' })],
    // QCMD(Q_SETQUOTA, USRQUOTA) with limits of blocks and the time that is left
    ['quotactl', [0x80000800, text('/dev/none'), 1000, words(11, 12, 13, 14, 15, 16, 17, 18, 1 | 16)], 'any', quota({ special: '/dev/none', cmd: 'Q_SETQUOTA', type: 'USRQUOTA', id: 1000, dqb_bhardlimit: 11, dqb_bsoftlimit: 12, dqb_btime: 17_000_000_000 })],
    ['quotactl', [0x80000600, text('/dev/none'), 0, words(3, 4, 7n << 32n)], 'any', quota({ special: '/dev/none', cmd: 'Q_SETINFO', type: 'USRQUOTA', dqi_bgrace: 3_000_000_000, dqi_igrace: 4_000_000_000, dqi_flags: 1 })],
    ['quotactl', [0x80000100, 0, 0, 0], 'any', quota({ cmd: 'Q_SYNC', type: 'USRQUOTA' })],
    ['quotactl', [0x580100, text('/dev/none'), 0, 0], 'any', quota({ special: '/dev/none', cmd: 'Q_XQUOTAON', type: 'USRQUOTA' })],
    ['quotactl', [0x123400, text('/dev/none'), 0, 0], 'any', quota({ special: '/dev/none', type: 'USRQUOTA' })],
  ] },
  { what: 'keys', rows: [
    ['add_key:k', [text('user'), text('porthole'), text('secret'), 6, SPECIAL_KEYRING], 'ok'],
    ['request_key', [text('user'), text('porthole'), 0, SPECIAL_KEYRING], 'ok'],
    ['keyctl', [11, ret('k'), zeros(16), 16, 0], 6, (m) => ({ operation: flags('keyctl_operations', 'KEYCTL_READ'), arg2: `0:${String(m.ret('k'))}`, arg3: `0:${String(m.arg(2))}`, arg4: '0:16', arg5: '0:0' })],
    ['keyctl', [10, SPECIAL_KEYRING, text('user'), text('porthole'), 0], 'ok', { operation: flags('keyctl_operations', 'KEYCTL_SEARCH'), arg2: '0:-2', arg3: '1:user\0', arg4: '1:porthole\0', arg5: '0:0' }],
    ['keyctl', [6, ret('k'), zeros(128), 128, 0], 'ok', (m) => ({ operation: flags('keyctl_operations', 'KEYCTL_DESCRIBE'), arg2: `0:${String(m.ret('k'))}`, arg3: (v) => /^1:user;\d+;\d+;[0-9a-f]+;porthole\0$/.test(String(v)), arg4: '0:128', arg5: '0:0' })],
    ['keyctl', [1, NOWHERE, 0, 0, 0], 'EFAULT', { operation: flags('keyctl_operations', 'KEYCTL_JOIN_SESSION_KEYRING'), arg2: '1:\0', arg3: '0:0', arg4: '0:0', arg5: '0:0' }, { flags: UNREADABLE }],
    ['keyctl', [3, ret('k'), 0, 0, 0], 'ok', (m) => ({ operation: flags('keyctl_operations', 'KEYCTL_REVOKE'), arg2: `0:${String(m.ret('k'))}`, arg3: '0:0', arg4: '0:0', arg5: '0:0' })],
    ['keyctl', [9999, 0, 0, 0, 0], 'EOPNOTSUPP', { operation: 9999, arg2: '0:0', arg3: '0:0', arg4: '0:0', arg5: '0:0' }],
  ] },
  { what: 'tracing and eBPF', rows: [
    ['ptrace', [16, 0x7fffffff, 0, 0], 'ESRCH', { addr: '0:0', data: '0:0', request: flags('ptrace_requests', 'PTRACE_ATTACH'), pid: 0x7fffffff }],
    ['ptrace', [2, 0x7fffffff, 0x1234, 0], 'ESRCH', { addr: `0:${String(0x1234)}`, data: '0:0', request: flags('ptrace_requests', 'PTRACE_PEEKDATA'), pid: 0x7fffffff }],
    ['ptrace', [7, 0x7fffffff, 1, 10], 'ESRCH', { addr: '0:1', data: '1:\n', request: flags('ptrace_requests', 'PTRACE_CONT'), pid: 0x7fffffff }],
    ['ptrace', [0x4206, 0x7fffffff, 0, 8], 'ESRCH', { addr: '0:0', data: '0:8', request: flags('ptrace_requests', 'PTRACE_SEIZE'), pid: 0x7fffffff }],
    ['ptrace', [0x9999, 0x7fffffff, 0, 0], 'ESRCH', { addr: '0:0', data: '0:0', request: 0, pid: 0x7fffffff }],
    ['bpf', [9999, zeros(64), 64], 'EINVAL', { cmd: 9999 }],
    ['bpf', [0, NOWHERE, 64], 'EFAULT', { cmd: flags('bpf_commands', 'BPF_MAP_CREATE') }],
    ['seccomp', [2, 0, words(0x7fff0000)], 'ok', { op: 2, flags: 0 }],
    ['seccomp', [77, 1, 0], 'EINVAL', { op: 77, flags: 1 }],
    ['perf_event_open', [zeros(128), 0, -1, -1, 0], 'any'],
    ['landlock_create_ruleset', [0, 0, 1], 'any'], ['landlock_add_rule', [999, 1, zeros(16), 0], 'any'], ['landlock_restrict_self', [999, 0], 'any'],
    ['lsm_list_modules', [zeros(64), words(64), 0], 'any'], ['lsm_get_self_attr', [100, zeros(64), words(64), 0], 'any'], ['lsm_set_self_attr', [100, zeros(64), 64, 0], 'any'],
  ] },
  { what: 'what seccomp refuses', rows: [
    ['prctl', [38, 1, 0, 0, 0], 'ok', { option: flags('prctl_options', 'PR_SET_NO_NEW_PRIVS'), arg2_str: '', arg2_int: 1 }],
    ['seccomp', [1, 0, words(4, REFUSE_GETPGRP)], 'ok', { op: 1, flags: 0 }],
    ['getpgrp', [], 'EPERM', undefined, { unbegun: true }],
    ['getppid', [], 'ok'],
  ] },
  { what: 'mounts that are put together and thrown away', rows: [
    ['fsopen:fs', [text('tmpfs'), 0], 'ok'],
    ['fsconfig', [ret('fs'), 1, text('size'), text('64k'), 0], 'ok', (m) => ({ fd: m.ret('fs'), cmd: flags('fsconfig_cmds', 'FSCONFIG_SET_STRING'), key: 'size', value_bytebuf: '', value_charbuf: '64k', aux: 0 })],
    ['fsconfig', [ret('fs'), 2, text('blob'), text('abc'), 3], 'EINVAL', (m) => ({ fd: m.ret('fs'), cmd: flags('fsconfig_cmds', 'FSCONFIG_SET_BINARY'), key: 'blob', value_bytebuf: 'abc', value_charbuf: '', aux: 3 })],
    ['fsconfig', [ret('fs'), 0, text('nosuchflag'), 0, 0], 'EINVAL', (m) => ({ fd: m.ret('fs'), cmd: flags('fsconfig_cmds', 'FSCONFIG_SET_FLAG'), key: 'nosuchflag', value_bytebuf: '', value_charbuf: '', aux: 0 })],
    ['fsconfig', [ret('fs'), 6, 0, 0, 0], 'ok', (m) => ({ fd: m.ret('fs'), cmd: flags('fsconfig_cmds', 'FSCONFIG_CMD_CREATE'), key: '', value_bytebuf: '', value_charbuf: '', aux: 0 })],
    ['fsmount:mnt', [ret('fs'), 0, 0], 'ok'],
    ['mount_setattr', [ret('mnt'), text(''), 0x1000, words(1, 0, 0, 0), 32], 'ok'],
    ['fspick', [AT_FDCWD, path(), 0], 'any'],
    ['open_tree', [AT_FDCWD, text('/'), 0o2000000], 'ok'], ['open_tree_attr', [AT_FDCWD, text('/'), 0, 0, 0], 'any'],
    ['move_mount', [999, text(''), 998, text(''), 0], 'any'],
    ['mount', [0, path('none'), 0, 0x1000, 0], 'ENOENT', (m) => ({ dev: '', dir: `${m.dir}/none`, type: '', flags: flags('mount_flags', 'BIND') })],
    ['umount2', [path('none'), 0], 'ENOENT', (m) => ({ name: `${m.dir}/none`, flags: 0 })],
    ['statmount', [zeros(24), zeros(512), 512, 0], 'any'], ['listmount', [zeros(24), zeros(64), 8, 0], 'any'], ['syncfs', [ret('mnt')], 'EBADF'],
    ['sync', [], 'ok'],
  ] },
  { what: 'calls that kernels no longer have, or not yet', rows: [
    ['uselib', [path()], 'any'], ['_sysctl', [0], 'ENOSYS'], ['create_module', [text('x'), 1], 'ENOSYS'], ['get_kernel_syms', [0], 'ENOSYS'], ['query_module', [0, 0, 0, 0, 0], 'ENOSYS'],
    ['nfsservctl', [0, 0, 0], 'ENOSYS'], ['getpmsg', [0, 0, 0, 0, 0], 'ENOSYS'], ['epoll_ctl_old', [0, 0, 0, 0], 'ENOSYS'], ['epoll_wait_old', [0, 0, 0, 0], 'ENOSYS'],
    ['listns', [0, 0, 0, 0], 'any'], ['rseq_slice_yield', [], 'any'],
    ['nr185', [1, 2, 3, 4, 5, 6], 'ENOSYS'], ['nr505', [1, 2, 3, 4, 5, 6], 'ENOSYS'], ['nr1000', [6, 5, 4, 3, 2, 1], 'ENOSYS'],
  ] },
];

function quota(given: Readonly<Record<string, string | number>>): Record<string, string | number> {
  const named = (table: string, name: string | number | undefined): number => (name === undefined ? 0 : flags(table, String(name)));
  const order = ['special', 'quotafilepath', 'dqb_bhardlimit', 'dqb_bsoftlimit', 'dqb_curspace', 'dqb_ihardlimit', 'dqb_isoftlimit', 'dqb_btime', 'dqb_itime', 'dqi_bgrace', 'dqi_igrace', 'dqi_flags', 'quota_fmt_out', 'cmd', 'type', 'id', 'quota_fmt'];
  const all: Record<string, string | number> = {
    special: '', quotafilepath: '', ...given, quota_fmt_out: flags('quotactl_quota_fmts', 'QFMT_NOT_USED'), cmd: named('quotactl_cmds', given['cmd']), type: named('quotactl_types', given['type']),
    quota_fmt: flags('quotactl_quota_fmts', String(given['quota_fmt'] ?? 'QFMT_NOT_USED')),
  };
  return Object.fromEntries(order.map((name) => [name, all[name] ?? 0]));
}
