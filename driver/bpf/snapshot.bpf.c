// What there is when somebody begins to watch: threads, their open descriptors, and what their sockets are connected to, written by two iterators.
//
// An object of its own, loaded while it is read and no longer. An iterator may write a record twice into nothing: where its buffer is full, the kernel calls the program once more for the same
// task or file (bpf_seq_read in kernel/bpf/bpf_iter.c). So the programs count nothing. One reader at a time: there is one piece of memory for texts.
//
// Iterators hand over tasks and files that they hold on to. What hangs on these may go at any moment: it is read by the helpers that bear that, and by loads that the kernel guards. Hence what
// only bpf_d_path can tell is asked of the file alone. Directories and program of a process, which may be let go of meanwhile, and its arguments and environment, which lie in memory that it
// has from a file system of its own making, perhaps, are left to /proc (docs/probe.md).
#include "kernel.h"
#include "pages.h"
#include "event_table.gen.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define PATH_BYTES 4096
#define UNIX_BYTES 112      // sun_path has 108
#define RLIMIT_NOFILE 7
#define O_CLOEXEC 02000000  // as on all architectures of the probe: include/uapi/asm-generic/fcntl.h

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct ns_common___snapshot { unsigned int inum; };
struct net___snapshot { struct ns_common___snapshot ns; };
struct signal_struct___snapshot { unsigned long min_flt, maj_flt; };
struct task_struct___snapshot { int exit_state; const struct cred *real_cred; struct signal_struct___snapshot *signal; };
struct fdtable___snapshot { unsigned long *close_on_exec; };
struct file___snapshot { unsigned int f_flags; };
typedef struct { struct net___snapshot *net; } possible_net_t;
struct sock_common___snapshot { unsigned char skc_state; possible_net_t skc_net; };
struct sock___snapshot { struct sock_common___snapshot __sk_common; u16 sk_type, sk_protocol; };
struct sock___before_56 { unsigned int sk_protocol : 8, sk_type : 16; };
struct bpf_iter__task_file { struct bpf_iter_meta *meta; struct task_struct *task; u32 fd; struct file *file; };
#pragma clang attribute pop

// What is written of a descriptor. The text comes last, so that one write takes as much of it as there is.
struct plain_record { struct snapshot_file file; u8 text[PATH_BYTES]; };
struct socket_record { struct snapshot_file file; struct snapshot_socket socket; u8 text[2 * UNIX_BYTES]; };
struct texts { struct plain_record plain; struct socket_record socket; };
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct texts);
} texts SEC(".maps");

static __always_inline struct upid number_at(struct pid *pid, u32 level) {
  struct upid id = {};
  bpf_probe_read_kernel(&id, sizeof id, (u8 *)pid + __builtin_preserve_field_info(((struct pid *)0)->numbers, BPF_FIELD_BYTE_OFFSET) + (level & 31) * sizeof(struct upid));
  return id;
}

// The process (1), group (2) or session (3) of a task: enum pid_type of include/linux/pid.h.
static __always_inline struct pid *pid_of(struct task_struct *task, u32 type) {
  struct pid *pid = NULL;
  bpf_probe_read_kernel(&pid, sizeof pid, (u8 *)BPF_CORE_READ(task, signal) + __builtin_preserve_field_info(((struct signal_struct *)0)->pids, BPF_FIELD_BYTE_OFFSET) + type * 8);
  return pid;
}

// A number as the namespace `inside` counts, 0 where it has none for it.
static __always_inline u32 number_inside(struct pid *pid, u32 level, struct pid_namespace *inside) {
  if (!pid || BPF_CORE_READ(pid, level) < level) return 0;
  struct upid id = number_at(pid, level);
  return id.ns == inside ? id.nr : 0;
}

static __always_inline u32 device(u32 dev) {
  u32 major = dev >> 20, minor = dev & 0xfffff;
  return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

static __always_inline u32 terminal(struct task_struct *task) {
  struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
  if (!tty) return 0;
  u32 major = BPF_CORE_READ(tty, driver, major), minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
  return device((major << 20) | (minor & 0xfffff));
}

SEC("iter/task") int list_tasks(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  struct task_struct___snapshot *more = (void *)task;
  struct snapshot_task t = {};
  t.at = bpf_ktime_get_boot_ns();
  t.start = task->start_boottime;
  t.minor = task->min_flt;
  t.major = task->maj_flt;
  t.dead_minor = BPF_CORE_READ(more, signal, min_flt);
  t.dead_major = BPF_CORE_READ(more, signal, maj_flt);
  t.fd_limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur);
  t.tid = task->pid;
  t.pid = task->tgid;
  t.ppid = BPF_CORE_READ(task, real_parent, tgid);
  struct pid *own = task->thread_pid;
  u32 level = BPF_CORE_READ(own, level);
  struct upid inside = number_at(own, level);
  t.vtid = inside.nr;
  t.vpid = number_inside(pid_of(task, 1), level, inside.ns);
  t.vpgid = number_inside(pid_of(task, 2), level, inside.ns);
  struct pid *session = pid_of(task, 3);
  t.sid = session ? number_at(session, 0).nr : 0;
  t.uid = BPF_CORE_READ(more, real_cred, euid.val);
  t.gid = BPF_CORE_READ(more, real_cred, egid.val);
  t.loginuid = bpf_core_field_exists(task->loginuid) ? BPF_CORE_READ(task, loginuid.val) : (u32)-1;
  t.tty = terminal(task);
  struct mm_struct *mm = task->mm;
  if (mm) {
    t.vm_size = BPF_CORE_READ(mm, total_vm) * PAGE_KIB;
    t.vm_rss = (pages(mm, 0) + pages(mm, 1) + pages(mm, 3)) * PAGE_KIB;
    t.vm_swap = pages(mm, 2) * PAGE_KIB;
  }
  t.flags = task->flags;
  t.exit_state = more->exit_state;
  struct files_struct *files = task->files, *first = BPF_CORE_READ(task, group_leader, files);
  t.own_files = files && first && files != first;
  bpf_probe_read_kernel(t.comm, sizeof t.comm, task->comm);
  bpf_seq_write(ctx->meta->seq, &t, sizeof t);
  return 0;
}

static __always_inline bool closes_with_exec(struct task_struct *task, u32 fd) {
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  unsigned long *bits = BPF_CORE_READ((struct fdtable___snapshot *)table, close_on_exec), word = 0;
  if (fd >= BPF_CORE_READ(table, max_fds)) return false;
  bpf_probe_read_kernel(&word, sizeof word, bits + fd / 64);
  return word >> (fd % 64) & 1;
}

// Bytes of a record with so much text, at most those of the memory that it lies in. The compiler must not compare one number and use another: the verifier would not see the bound.
static __always_inline u64 whole(u64 head, u64 text, u64 most) {
  u64 bytes = head + ((text + 7) & ~7ull);
  asm volatile("" : "+r"(bytes));
  return bytes < most ? bytes : most;
}

static __always_inline void fill_file(struct snapshot_file *f, struct task_struct *task, struct file *file, u32 fd) {
  struct inode *inode = file->f_inode;
  f->start = task->start_boottime;
  f->at = bpf_ktime_get_boot_ns();
  f->ino = BPF_CORE_READ(inode, i_ino);
  f->tid = task->pid;
  f->pid = task->tgid;
  f->fd = fd;
  f->flags = (((struct file___snapshot *)file)->f_flags & ~O_CLOEXEC) | (closes_with_exec(task, fd) ? O_CLOEXEC : 0);
  f->mode = BPF_CORE_READ(inode, i_mode);
  f->dev = device(BPF_CORE_READ(inode, i_sb, s_dev));
  f->text_bytes = f->too_long = 0;
}

// The address of a UNIX socket without its family; gives its bytes. A name that is a path has a NUL at its end, which does not count.
static __always_inline u32 unix_address_of(struct unix_sock *sock, u8 *to) {
  struct unix_address *address = BPF_CORE_READ(sock, addr);
  if (!address) return 0;
  s32 length = BPF_CORE_READ(address, len) - 2;
  u8 *from = (u8 *)address + __builtin_preserve_field_info(((struct unix_address *)0)->name, BPF_FIELD_BYTE_OFFSET) + 2;
  if (length <= 0 || length > 108) return 0;
  if (bpf_probe_read_kernel(to, length & 127, from) < 0) return 0;
  return to[0] && to[(length - 1) & 127] == 0 ? length - 1 : length;
}

static __always_inline void fill_addresses(struct snapshot_socket *s, struct sock *sk) {
  s->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  s->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (s->family == AF_INET6 && bpf_core_field_exists(sk->__sk_common.skc_v6_rcv_saddr)) {
    bpf_core_read(s->local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bpf_core_read(s->remote, 16, &sk->__sk_common.skc_v6_daddr);
  } else {
    bpf_core_read(s->local, 4, &sk->__sk_common.skc_rcv_saddr);
    bpf_core_read(s->remote, 4, &sk->__sk_common.skc_daddr);
  }
}

static __always_inline long write_socket(struct seq_file *seq, struct socket_record *r, struct sock *sk) {
  struct snapshot_socket *s = &r->socket;
  struct sock___snapshot *more = (void *)sk;
  __builtin_memset(s, 0, sizeof *s);
  s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  s->type = BPF_CORE_READ(more, sk_type);
  s->protocol = BPF_CORE_READ(more, sk_protocol);
  s->state = BPF_CORE_READ(more, __sk_common.skc_state);
  s->net_ns = BPF_CORE_READ(more, __sk_common.skc_net.net, ns.inum);
  u32 length = 0;
  if (s->family == AF_INET || s->family == AF_INET6) fill_addresses(s, sk);
  else if (s->family == AF_UNIX) {
    struct unix_sock *one = (struct unix_sock *)sk, *peer = (struct unix_sock *)BPF_CORE_READ(one, peer);
    length = unix_address_of(one, r->text);
    if (length > 108) length = 0;
    if (peer) s->peer_bytes = unix_address_of(peer, r->text + length);
    length += s->peer_bytes;
  }
  r->file.text_bytes = length;
  return bpf_seq_write(seq, r, whole(sizeof r->file + sizeof *s, length, sizeof *r));
}

SEC("iter/task_file") int list_files(struct bpf_iter__task_file *ctx) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  u32 zero = 0;
  struct texts *t = bpf_map_lookup_elem(&texts, &zero);
  if (!task || !file || !t) return 0;
  struct socket *socket = bpf_sock_from_file(file);
  struct sock *sk = socket ? socket->sk : NULL;
  if (sk) {
    fill_file(&t->socket.file, task, file, ctx->fd);
    t->socket.file.is_socket = 1;
    write_socket(ctx->meta->seq, &t->socket, sk);
    return 0;
  }
  struct plain_record *r = &t->plain;
  fill_file(&r->file, task, file, ctx->fd);
  r->file.is_socket = 0;
  long length = bpf_d_path(&file->f_path, (char *)r->text, sizeof r->text);
  if (length > 0) r->file.text_bytes = length - 1; else r->file.too_long = 1;
  bpf_seq_write(ctx->meta->seq, r, whole(sizeof r->file, r->file.text_bytes, sizeof *r));
  return 0;
}
