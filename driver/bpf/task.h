// What the kernel knows of the current task: open files, paths, control groups, process ids in its namespace, memory.
#pragma once
#include "record.h"
#include "pages.h"

static __always_inline struct task_struct *current_task(void) { return (struct task_struct *)bpf_get_current_task(); }

// The open file behind a descriptor of the current task; NULL where there is none.
static __always_inline struct file *file_of(s64 fd) {
  struct fdtable *table = OF(this_task(), files, fdt);
  if (!table || fd < 0 || fd >= OF(table, max_fds)) return NULL;
  struct file **files = OF(table, fd);
  struct file *file = NULL;
  bpf_probe_read_kernel(&file, sizeof file, files + fd);
  return file;
}

// The kernel's device number in the 32 bits that stat() gives.
static __always_inline u32 device_number(u32 dev) {
  u32 major = dev >> 20, minor = dev & 0xfffff;
  return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

// -- layers of an overlay, which tell what a container has changed of its image

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct super_block___magic { unsigned long s_magic; };
#pragma clang attribute pop

#define OVERLAYFS_SUPER_MAGIC 0x794c7630
enum layer { NO_LAYER, UPPER_LAYER, LOWER_LAYER };

// In struct ovl_inode (kernel: fs/overlayfs/ovl_entry.h) the file of the upper layer, where there is one, stands behind the inode.
static __always_inline enum layer layer_in(struct super_block *super, struct inode *inode) {
  struct super_block___magic *sb = (void *)super;
  if (!inode || BPF_CORE_READ(sb, s_magic) != OVERLAYFS_SUPER_MAGIC) return NO_LAYER;
  void *upper = NULL;
  bpf_probe_read_kernel(&upper, sizeof upper, (u8 *)inode + bpf_core_type_size(struct inode));
  return upper ? UPPER_LAYER : LOWER_LAYER;
}
static __always_inline enum layer layer_of(struct inode *inode) { return layer_in(BPF_CORE_READ(inode, i_sb), inode); }

// A file that a call has opened. Each thing that is asked of the kernel costs, so nothing is asked twice.
struct opened { struct file *file; struct inode *inode; struct super_block *sb; u64 number; };

static __always_inline struct opened opened_as(s64 fd) {
  struct file *file = file_of(fd);
  struct inode *inode = file ? BPF_CORE_READ(file, f_inode) : NULL;
  struct opened it = { .file = file, .inode = inode };
  if (!inode) return it;
  // Both lie near each other: one reading gets them, where they do.
  u64 from = __builtin_preserve_field_info(((struct inode *)0)->i_sb, BPF_FIELD_BYTE_OFFSET), to = __builtin_preserve_field_info(((struct inode *)0)->i_ino, BPF_FIELD_BYTE_OFFSET);
  u64 part[4];
  if (to == from + 24 && bpf_probe_read_kernel(part, 32, (u8 *)inode + from) == 0) {
    it.sb = (struct super_block *)part[0];
    it.number = part[3];
  } else {
    it.sb = BPF_CORE_READ(inode, i_sb);
    it.number = BPF_CORE_READ(inode, i_ino);
  }
  return it;
}

static __always_inline void put_device_and_inode(struct event *e, const struct opened *it) {
  struct super_block *sb = it->sb;
  put32(e, sb ? device_number(BPF_CORE_READ(sb, s_dev)) : 0);
  put64(e, it->number);
}

// -- text built from its end in w->text, then moved behind the record's values

#define MOST_PARTS BOUND(256, 64)  // of a path
#define MOST_GROUPS BOUND(64, 32)  // of the path of a control group

struct climb {
  struct work *w;
  u32 at;  // first byte of the text so far
  bool whole;
  struct kernfs_node *node;
  struct dentry *dentry, *root;
  struct mount *mount, *root_mount;
};

// Puts `/name` in front.
static __always_inline bool climb_name(struct climb *c, const void *name) {
  struct work *w = c->w;
  long n = bpf_probe_read_kernel_str(w->name, 256, name);
  if (n <= 1) return n == 1;
  u32 length = n - 1;
  if (length + 1 > c->at) return false;
  u32 at = c->at - length - 1;
  asm volatile("" : "+r"(at), "+r"(length));
  at &= TEXT_SIZE - 1;
  length &= 0xff;
  w->text[at] = '/';
  bpf_probe_read_kernel(w->text + at + 1, length, w->name);
  c->at = at;
  return true;
}

static int climb_kernfs(u32 i, struct climb *c) {
  struct kernfs_node *node = c->node, *parent;
  if (bpf_core_field_exists(node->__parent)) parent = BPF_CORE_READ(node, __parent);
  else parent = BPF_CORE_READ((struct kernfs_node___before_615 *)node, parent);
  if (!parent) { c->whole = true; return 1; }
  if (!climb_name(c, BPF_CORE_READ(node, name))) return 1;
  c->node = parent;
  return 0;
}

static int climb_dentry(u32 i, struct climb *c) {
  struct dentry *dentry = c->dentry, *parent;
  struct mount *mount = c->mount;
  if (!dentry || !mount || (dentry == c->root && mount == c->root_mount)) { c->whole = true; return 1; }
  parent = BPF_CORE_READ(dentry, d_parent);
  if (dentry == BPF_CORE_READ(mount, mnt.mnt_root) || dentry == parent) {
    struct mount *above = BPF_CORE_READ(mount, mnt_parent);
    if (above == mount || !above) { c->whole = true; return 1; }
    c->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    c->mount = above;
    return 0;
  }
  if (!climb_name(c, BPF_CORE_READ(dentry, d_name.name))) return 1;
  c->dentry = parent;
  return 0;
}

#define CLIMB_CUT 0x80000000  // beside where the text begins: it has more parts

static __always_inline u32 climbed(const struct climb *c) { return c->whole ? c->at : c->at | CLIMB_CUT; }

// Builds the path from `dentry` in `mount` up to a root; gives where it begins.
SEPARATE_IN_5_8 u32 climb_path(u64 dentry, u64 mount, u64 root, u64 root_mount) {
  struct climb c = { .w = this_work(), .at = TEXT_SIZE, .dentry = (struct dentry *)dentry, .mount = (struct mount *)mount, .root = (struct dentry *)root, .root_mount = (struct mount *)root_mount };
  if (!c.w) return TEXT_SIZE;
  LOOP(MOST_PARTS, MOST_PARTS, climb_dentry, &c);
  return climbed(&c);
}

SEPARATE_IN_5_8 u32 climb_group(u64 node) {
  struct climb c = { .w = this_work(), .at = TEXT_SIZE, .node = (struct kernfs_node *)node };
  if (!c.w) return TEXT_SIZE;
  LOOP(MOST_GROUPS, MOST_GROUPS, climb_kernfs, &c);
  return climbed(&c);
}

// Moves the built text behind what the event holds, `/` for an empty one, with a NUL; gives its size. The parameter is not ended.
static __always_inline u32 take_text(struct event *e, u32 ahead, u32 at) {
  if (at & CLIMB_CUT) { e->w->flags |= FLAG_LIST_CUT; at &= ~CLIMB_CUT; }
  u8 *to = e->record + ((e->at + ahead) & RECORD_MASK);
  u32 n = TEXT_SIZE - at;
  asm volatile("" : "+r"(at), "+r"(n));
  at &= TEXT_SIZE - 1;
  n &= TEXT_SIZE - 1;
  if (n == 0) { to[0] = '/'; to[1] = 0; return 2; }
  bpf_probe_read_kernel(to, n, e->w->text + at);
  to[n] = 0;
  return n + 1;
}

static __always_inline struct mount *mount_of(struct vfsmount *mnt) {
  return (struct mount *)((u8 *)mnt - __builtin_preserve_field_info(((struct mount *)0)->mnt, BPF_FIELD_BYTE_OFFSET));
}

// The path of a directory or file as the current task sees it (from its root).
static __always_inline void put_path(struct event *e, struct vfsmount *mnt, struct dentry *dentry) {
  struct task_struct *task = current_task();
  if (!dentry) { put_empty(e); return; }
  ended(e, take_text(e, 0, climb_path((u64)dentry, (u64)mount_of(mnt), (u64)BPF_CORE_READ(task, fs, root.dentry), (u64)mount_of(BPF_CORE_READ(task, fs, root.mnt)))));
}

static __always_inline void put_cwd(struct event *e) {
  struct task_struct *task = current_task();
  put_path(e, BPF_CORE_READ(task, fs, pwd.mnt), BPF_CORE_READ(task, fs, pwd.dentry));
}

// `subsys=path` with a NUL; gives the bytes written.
static __always_inline u32 add_cgroup(struct event *e, u32 ahead, const char *subsys, u32 size, struct cgroup *cgroup) {
  if (!cgroup || ahead > 3000) return ahead;
  u8 *to = e->record + ((e->at + ahead) & RECORD_MASK);
  for (u32 i = 0; i < size; i++) to[i] = subsys[i];
  return forget(e->w, ahead + size + take_text(e, ahead + size, climb_group((u64)BPF_CORE_READ(cgroup, kn))));
}

static __always_inline struct cgroup *cgroup_of(struct css_set *set, u32 subsys) {
  struct cgroup_subsys_state *state = NULL;
  bpf_probe_read_kernel(&state, sizeof state, (void *)((u8 *)set + __builtin_preserve_field_info(((struct css_set *)0)->subsys, BPF_FIELD_BYTE_OFFSET) + subsys * 8));
  return state ? BPF_CORE_READ(state, cgroup) : NULL;
}

// The paths of the control groups that tell containers apart: cpuset and memory (v1 or v2), and the v2 hierarchy itself.
static __always_inline void put_cgroups(struct event *e) {
  struct css_set *set = BPF_CORE_READ(current_task(), cgroups);
  u32 n = 0;
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, cpuset_cgrp_id)) n = add_cgroup(e, n, "cpuset=", 7, cgroup_of(set, bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id)));
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) n = add_cgroup(e, n, "memory=", 7, cgroup_of(set, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)));
  n = add_cgroup(e, n, "unified=", 8, BPF_CORE_READ(set, dfl_cgrp));
  ended(e, n & 0x1fff);
}

// -- process ids

static __always_inline struct upid upid_of(struct pid *pid) {
  struct upid id = {};
  u32 level = BPF_CORE_READ(pid, level);
  bpf_probe_read_kernel(&id, sizeof id, (u8 *)pid + __builtin_preserve_field_info(((struct pid *)0)->numbers, BPF_FIELD_BYTE_OFFSET) + (level & 31) * sizeof(struct upid));
  return id;
}
static __always_inline s64 pid_inside(struct task_struct *task) { return upid_of(BPF_CORE_READ(task, thread_pid)).nr; }
static __always_inline struct pid_namespace *pid_namespace_of(struct task_struct *task) { return upid_of(BPF_CORE_READ(task, thread_pid)).ns; }

// The id of the task's process group in its own namespace, and on the host.
static __always_inline struct pid *group_of(struct task_struct *task) {
  struct pid *pid = NULL;
  struct signal_struct *signal = BPF_CORE_READ(task, signal);
  bpf_probe_read_kernel(&pid, sizeof pid, (u8 *)signal + __builtin_preserve_field_info(((struct signal_struct *)0)->pids, BPF_FIELD_BYTE_OFFSET) + 2 * 8);
  return pid;
}
static __always_inline s32 pid_on_host(struct pid *pid) {
  s32 nr = 0;
  bpf_probe_read_kernel(&nr, sizeof nr, (u8 *)pid + __builtin_preserve_field_info(((struct pid *)0)->numbers, BPF_FIELD_BYTE_OFFSET));
  return nr;
}

// A set of capabilities of the task: inheritable, permitted or effective.
#define CAPABILITIES(task, set) ({ const struct cred *cred_ = BPF_CORE_READ(task, cred); u64 set_ = 0; bpf_core_read(&set_, 8, &cred_->set); set_; })

// -- memory, in KiB

static __always_inline void put_memory(struct event *e) {
  struct mm_struct *mm = BPF_CORE_READ(current_task(), mm);
  if (!mm) { put32(e, 0); put32(e, 0); put32(e, 0); return; }
  put32(e, BPF_CORE_READ(mm, total_vm) * PAGE_KIB);
  put32(e, (pages(mm, 0) + pages(mm, 1) + pages(mm, 3)) * PAGE_KIB);
  put32(e, pages(mm, 2) * PAGE_KIB);
}
