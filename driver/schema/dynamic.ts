// Parameters whose type depends on their first byte: the alternatives, by index.

export const DYNAMIC: Readonly<Record<string, readonly string[]>> = {
  sockopt_dynamic_param: ['BYTEBUF:HEX', 'ERRNO:DEC', 'UINT32:DEC', 'UINT64:DEC', 'RELTIME:DEC'],
  ptrace_dynamic_param: ['UINT64:HEX', 'SIGTYPE:DEC'],
  bpf_dynamic_param: ['FD:DEC', 'ERRNO:DEC'],
  keyctl_dynamic_param: ['INT64:DEC', 'CHARBUF:NA'],
};
