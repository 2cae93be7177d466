// The few kernel structures and fields that the probe reads. Offsets do not count: they are relocated from the running kernel's BTF (CO-RE).
// Fields that kernels renamed stand in flavours (name___old); `bpf_core_field_exists` chooses.
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef _Bool bool;
#define true 1
#define false 0

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs { unsigned long di, si, dx, r10, r8, r9, orig_ax, bx, cx, bp; };
struct thread_info { u32 status; };
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs { u64 regs[31]; u64 orig_x0; s32 syscallno; };
struct thread_info { unsigned long flags; };
#else
#error "the probe knows x86-64 and arm64"
#endif

typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;
typedef struct { u32 low, high; } kernel_cap_t;  // one u64 since 6.3, two u32 before: 8 bytes either way
struct list_head { struct list_head *next, *prev; };

// -- files
struct qstr { const unsigned char *name; };
struct super_block { u32 s_dev; };
struct timespec64 { s64 tv_sec; long tv_nsec; };
struct inode { u16 i_mode; kuid_t i_uid; kgid_t i_gid; struct super_block *i_sb; unsigned long i_ino; u32 i_nlink; s64 i_mtime_sec; s64 i_ctime_sec; u32 i_mtime_nsec; u32 i_ctime_nsec; };
struct inode___before_611 { struct timespec64 __i_mtime; struct timespec64 __i_ctime; };  // 6.7 to 6.10
struct inode___before_67 { struct timespec64 i_mtime; };                                  // 6.6 renamed the one, 6.7 the other
struct inode___before_66 { struct timespec64 i_ctime; };
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; };
struct vfsmount { struct dentry *mnt_root; int mnt_flags; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file { u32 f_mode; void *private_data; struct inode *f_inode; struct path f_path; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root; struct path pwd; };

// -- control groups
struct kernfs_node { struct kernfs_node *__parent; const char *name; u64 id; };  // since 6.15
struct kernfs_node___before_615 { struct kernfs_node *parent; };
struct cgroup_root { int hierarchy_id; };
struct cgroup { struct kernfs_node *kn; struct cgroup_root *root; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[16]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { cpuset_cgrp_id = 0, memory_cgrp_id = 1 };

// -- processes
struct percpu_counter { s64 count; };
typedef struct { s64 counter; } atomic_long_t;
struct mm_rss_stat___before_62 { atomic_long_t count[4]; };
struct mm_struct___before_62 { struct mm_rss_stat___before_62 rss_stat; };
struct mm_struct { unsigned long total_vm, arg_start, arg_end, env_start, env_end; unsigned long saved_auxv[46]; struct percpu_counter rss_stat[4]; struct file *exe_file; };
struct rlimit { unsigned long rlim_cur, rlim_max; };
struct tty_driver { int major, minor_start; };
struct tty_struct { struct tty_driver *driver; int index; };
struct pid;
struct signal_struct { struct pid *pids[4]; struct tty_struct *tty; struct rlimit rlim[16]; unsigned int is_child_subreaper : 1; };
struct task_struct;
struct pid_namespace { struct task_struct *child_reaper; unsigned int level; };
struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };
struct nsproxy { struct pid_namespace *pid_ns_for_children; };
struct cred { kuid_t euid; kgid_t egid; kuid_t fsuid; kgid_t fsgid; kernel_cap_t cap_inheritable, cap_permitted, cap_effective; };
struct task_struct {
  struct thread_info thread_info;
  unsigned int flags;
  int pid, tgid, exit_code;
  struct task_struct *real_parent, *group_leader;
  struct list_head children;
  struct mm_struct *mm;
  struct fs_struct *fs;
  struct files_struct *files;
  struct signal_struct *signal;
  struct nsproxy *nsproxy;
  struct pid *thread_pid;
  const struct cred *cred;
  struct css_set *cgroups;
  u64 start_boottime;
  unsigned long min_flt, maj_flt;
  kuid_t loginuid;
  char comm[16];
};
struct task_struct___with_tasks { struct { struct task_struct *unused; } group; };

// -- iterators
struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };

// -- sockets
struct in6_addr { u8 bytes[16]; };
struct sock_common { u32 skc_daddr; u32 skc_rcv_saddr; u16 skc_dport; u16 skc_num; unsigned short skc_family; struct in6_addr skc_v6_daddr; struct in6_addr skc_v6_rcv_saddr; };
struct sock { struct sock_common __sk_common; u32 sk_ack_backlog; u32 sk_max_ack_backlog; u16 sk_type; };
struct socket { struct sock *sk; };
struct ipv6_pinfo { struct in6_addr saddr; };
struct inet_sock { struct ipv6_pinfo *pinet6; u32 inet_saddr; };
struct sockaddr_un { unsigned short sun_family; char sun_path[108]; };
struct unix_address { int len; struct sockaddr_un name[0]; };
struct unix_sock { struct unix_address *addr; struct sock *peer; };

#pragma clang attribute pop

// Structures of user space: fixed layouts, never relocated.
struct user_iovec { u64 base; u64 len; };
struct user_msghdr { u64 name; s32 namelen; s32 pad; u64 iov; u64 iovlen; u64 control; u64 controllen; u32 flags; };
struct user_mmsghdr { struct user_msghdr hdr; u32 len; u32 pad; };
struct user_pollfd { s32 fd; s16 events; s16 revents; };
struct user_timespec { s64 sec; s64 nsec; };
struct user_open_how { u64 flags, mode, resolve; };
struct user_clone_args { u64 flags; };

#define EINPROGRESS 115
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AT_FDCWD -100
