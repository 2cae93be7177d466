// The floor: two programs at the tracepoints of system calls that do nothing. Whatever hangs there costs a call at least so much.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

SEC("tp_btf/sys_enter") int floor_enter(unsigned long long *ctx) { return 0; }
SEC("tp_btf/sys_exit") int floor_exit(unsigned long long *ctx) { return 0; }
