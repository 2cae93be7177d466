// clone, clone3, fork, vfork, seen as they return in the parent and in the child; execve and execveat: an event of their own when they begin (it holds what was asked
// for), and one with what then runs.
#pragma once
#include "program.h"

#define CLONE3_FLAGS_READ (1ull << 63)  // in the sixth argument, beside the flags (see on_fork)

static __noinline int put_birth(struct event *e, u64 flags) {
  struct work *w = e->w;
  struct task_struct *task = current_task();
  struct mm_struct *mm = BPF_CORE_READ(task, mm);
  if (w->ret == 0 && w->start == 0) w->start = BPF_CORE_READ(task, start_boottime);
  put_ret(e);
  put_exe_and_args(e, mm);
  put_identity(e, task);
  struct pid_namespace *inside = w->ret == 0 ? pid_namespace_of(task) : BPF_CORE_READ(task, nsproxy, pid_ns_for_children);
  u32 level = BPF_CORE_READ(inside, level);
  put32(e, clone_flags(flags) | (level > 0 ? SCAP_clone_flags_CLONE_CHILD_IN_PIDNS : 0));
  put32(e, BPF_CORE_READ(task, cred, euid.val));
  put32(e, BPF_CORE_READ(task, cred, egid.val));
  put64(e, pid_inside(task));
  put64(e, pid_inside(BPF_CORE_READ(task, group_leader)));
  put64(e, level > 0 ? BPF_CORE_READ(inside, child_reaper, start_boottime) : 0);
  return 0;
}

CALL(clone) { put_birth(e, w->args[0]); }
CALL(clone3) {
  struct user_clone_args args = {};
  if (w->args[5] & CLONE3_FLAGS_READ) args.flags = w->args[5] & ~CLONE3_FLAGS_READ;
  else if (bpf_probe_read_user(&args, sizeof args, (const void *)w->args[0]) < 0) w->flags |= FLAG_UNREADABLE;
  put_birth(e, args.flags);
}
#if defined(__TARGET_ARCH_x86)
CALL(fork) { put_birth(e, 0); }
CALL(vfork) { put_birth(e, 0x4100); }
#endif

// -- execve, execveat

static __always_inline bool is_writable(struct task_struct *task, struct file *file, struct inode *inode) {
  u16 mode = BPF_CORE_READ(inode, i_mode);
  if (BPF_CORE_READ(file, f_path.mnt, mnt_flags) & 0x40) return false;
  if (CAPABILITIES(task, cap_effective) & 2) return true;  // CAP_DAC_OVERRIDE
  if (BPF_CORE_READ(task, cred, fsuid.val) == BPF_CORE_READ(inode, i_uid.val)) return mode & 0200;
  if (BPF_CORE_READ(task, cred, fsgid.val) == BPF_CORE_READ(inode, i_gid.val)) return mode & 0020;
  return mode & 0002;
}

// A file of memfd_create: its name begins so, and no directory has it.
static __always_inline bool is_from_memory(struct file *file, struct inode *inode) {
  char name[8] = {};
  if (BPF_CORE_READ(inode, i_nlink) != 0) return false;
  bpf_probe_read_kernel(name, 6, BPF_CORE_READ(file, f_path.dentry, d_name.name));
  return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' && name[5] == ':';
}

#define NSEC_BITS 0x3fffffff  // a bit above them says whether somebody has asked for the time since 6.13

static __always_inline void put_inode_times(struct event *e, struct inode *inode) {
  struct inode___before_611 *middle = (void *)inode;
  if (!inode) { put64(e, 0); put64(e, 0); }
  else if (bpf_core_field_exists(inode->i_ctime_sec)) {
    put64(e, BPF_CORE_READ(inode, i_ctime_sec) * 1000000000 + (BPF_CORE_READ(inode, i_ctime_nsec) & NSEC_BITS));
    put64(e, BPF_CORE_READ(inode, i_mtime_sec) * 1000000000 + (BPF_CORE_READ(inode, i_mtime_nsec) & NSEC_BITS));
  } else {
    struct timespec64 c = {}, m = {};
    if (bpf_core_field_exists(middle->__i_ctime)) c = BPF_CORE_READ(middle, __i_ctime);
    else c = BPF_CORE_READ((struct inode___before_66 *)inode, i_ctime);
    if (bpf_core_field_exists(middle->__i_mtime)) m = BPF_CORE_READ(middle, __i_mtime);
    else m = BPF_CORE_READ((struct inode___before_67 *)inode, i_mtime);
    put64(e, c.tv_sec * 1000000000 + c.tv_nsec);
    put64(e, m.tv_sec * 1000000000 + m.tv_nsec);
  }
}

static __always_inline u32 terminal_of(struct task_struct *task) {
  struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
  if (!tty) return 0;
  u32 major = BPF_CORE_READ(tty, driver, major), minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
  return device_number((major << 20) | (minor & 0xfffff));
}

struct auxv { struct mm_struct *mm; u64 found; u32 narrow; };

static int find_execfn(u32 i, struct auxv *a) {
  u64 pair[2] = {};
  u32 words[2] = {};
  u8 *vector = (u8 *)a->mm + __builtin_preserve_field_info(((struct mm_struct *)0)->saved_auxv, BPF_FIELD_BYTE_OFFSET);
  if (a->narrow) {
    bpf_probe_read_kernel(words, sizeof words, vector + i * sizeof words);
    pair[0] = words[0];
    pair[1] = words[1];
  } else bpf_probe_read_kernel(pair, sizeof pair, vector + i * sizeof pair);
  if (pair[0] == 31) a->found = pair[1];
  return pair[0] == 0 || pair[0] == 31;
}

// The name under which the running program was asked for, from the stack that the kernel laid out for it.
static __always_inline u64 execfn_of(struct work *w, struct mm_struct *mm) {
  struct auxv a = { .mm = mm, .narrow = w->narrow };
  LOOP(20, 20, find_execfn, &a);
  return a.found;
}

static __noinline int put_exec(struct event *e, u64 argv, u64 envp) {
  struct work *w = e->w;
  struct task_struct *task = current_task();
  struct mm_struct *mm = BPF_CORE_READ(task, mm);
  put_ret(e);
  if (w->ret == 0) put_exe_and_args(e, mm);
  else {
    u64 first = read_word(w, argv);
    if (first) { put_string(e, first); ended(e, copy_strings(e->at, argv + (w->narrow ? 4 : 8)) & 0x1fff); }
    else { put_empty(e); put_empty(e); }
  }
  put_identity(e, task);
  if (w->ret == 0) put_env(e, mm);
  else ended(e, copy_strings(e->at, envp) & 0x1fff);
  put32(e, terminal_of(task));
  struct pid *group = group_of(task);
  put64(e, upid_of(group).nr);
  put32(e, bpf_core_field_exists(task->loginuid) ? BPF_CORE_READ(task, loginuid.val) : (u32)-1);
  struct file *file = mm ? BPF_CORE_READ(mm, exe_file) : NULL;
  struct inode *inode = file ? BPF_CORE_READ(file, f_inode) : NULL;
  u32 flags = 0;
  if (inode && is_writable(task, file, inode)) flags |= SCAP_execve_flags_EXE_WRITABLE;
  if (inode) {
    enum layer layer = layer_of(inode);
    flags |= layer == UPPER_LAYER ? SCAP_execve_flags_EXE_UPPER_LAYER : layer == LOWER_LAYER ? SCAP_execve_flags_EXE_LOWER_LAYER : 0;
    if (is_from_memory(file, inode)) flags |= SCAP_execve_flags_EXE_FROM_MEMFD;
  }
  put32(e, flags);
  put64(e, CAPABILITIES(task, cap_inheritable));
  put64(e, CAPABILITIES(task, cap_permitted));
  put64(e, CAPABILITIES(task, cap_effective));
  put64(e, inode ? BPF_CORE_READ(inode, i_ino) : 0);
  put_inode_times(e, inode);
  put32(e, BPF_CORE_READ(task, cred, euid.val));
  put_path(e, file ? BPF_CORE_READ(file, f_path.mnt) : NULL, file ? BPF_CORE_READ(file, f_path.dentry) : NULL);
  put64(e, pid_on_host(group));
  put32(e, BPF_CORE_READ(task, cred, egid.val));
  return 0;
}

CALL(execve) {
  put_exec(e, w->args[1], w->args[2]);
  put_string(e, w->ret == 0 ? execfn_of(w, BPF_CORE_READ(current_task(), mm)) : w->args[0]);
}
CALL(execveat) { put_exec(e, w->args[2], w->args[3]); }

// What was asked for, as the call begins.
static __always_inline void submit_exec_enter(struct work *w) {
  u8 *record = record_of(w);
  if (!record) return;
  if (w->nr == NR_execve) {
    struct event e = event_of(w, record, PARAMS_execve_enter);
    put_string(&e, w->args[0]);
    submit(&e, EVENT_execve_enter, PARAMS_execve_enter);
  } else {
    struct event e = event_of(w, record, PARAMS_execveat_enter);
    put_args_int(&e, 0);
    put_string(&e, w->args[1]);
    put32(&e, IF(w->args[4], 0x1000, SCAP_execveat_flags_AT_EMPTY_PATH) | IF(w->args[4], 0x100, SCAP_execveat_flags_AT_SYMLINK_NOFOLLOW));
    submit(&e, EVENT_execveat_enter, PARAMS_execveat_enter);
  }
}
FAMILY(life)
