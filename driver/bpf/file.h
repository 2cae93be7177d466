// Calls on files and directories by name.
#pragma once
#include "flags.h"
#include "task.h"

static __always_inline u32 mode_of_open(u64 flags, u64 mode) { return flags & (KERNEL_O_CREAT | KERNEL_O_TMPFILE) & ~(u64)KERNEL_O_DIRECTORY ? mode & 07777 : 0; }

// What the flags of a call that opens a file say of the file: that the call made it, and the layer of an overlay that it lies in. `flags`: those of the call;
// without some it makes nothing.
static __always_inline u32 marks_of(const struct opened *it, u64 flags) {
  struct file *file = it->file;
  if (!file) return 0;
  u32 marks = flags & (KERNEL_O_CREAT | KERNEL_O_TMPFILE) && BPF_CORE_READ(file, f_mode) & 0x100000 ? SCAP_file_flags_O_F_CREATED : 0;
  enum layer layer = layer_in(it->sb, it->inode);
  return marks | (layer == UPPER_LAYER ? SCAP_file_flags_FD_UPPER_LAYER : layer == LOWER_LAYER ? SCAP_file_flags_FD_LOWER_LAYER : 0);
}

CALL(openat) {
  struct opened it = opened_as(w->ret);
  put_ret(e);
  put_args_int(e, 0);
  put_string(e, w->args[1]);
  put32(e, file_flags(w->args[2]) | marks_of(&it, w->args[2]));
  put32(e, mode_of_open(w->args[2], w->args[3]));
  put_device_and_inode(e, &it);
}
CALL(openat2) {
  struct user_open_how how = {};
  struct opened it = opened_as(w->ret);
  put_ret(e);
  put_args_int(e, 0);
  put_string(e, w->args[1]);
  if (bpf_probe_read_user(&how, sizeof how, (const void *)w->args[2]) < 0) w->flags |= FLAG_UNREADABLE;
  put32(e, file_flags(how.flags) | marks_of(&it, how.flags));
  put32(e, mode_of_open(how.flags, how.mode));
  put32(e, resolve_flags(how.resolve));
  put_device_and_inode(e, &it);
}
CALL(open_by_handle_at) {
  struct opened it = opened_as(w->ret);
  struct file *file = it.file;
  put_ret(e);
  put_args_int(e, 0);
  put32(e, file_flags(w->args[2]) | marks_of(&it, w->args[2]));
  put_path(e, file ? BPF_CORE_READ(file, f_path.mnt) : NULL, file ? BPF_CORE_READ(file, f_path.dentry) : NULL);
  put_device_and_inode(e, &it);
}
CALL(newfstatat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[3]); }
CALL(fstat) { put_ret(e); put_args_int(e, 0); }
CALL(unlinkat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[2]); }
CALL(renameat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put_args_int(e, 2); put_string(e, w->args[3]); }
CALL(renameat2) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put_args_int(e, 2); put_string(e, w->args[3]); put32(e, w->args[4]); }
CALL(mkdirat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[2]); }
CALL(linkat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put_args_int(e, 2); put_string(e, w->args[3]); put32(e, w->args[4]); }
CALL(symlinkat) { put_ret(e); put_string(e, w->args[0]); put_args_int(e, 1); put_string(e, w->args[2]); }
CALL(fchmodat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[2] & 07777); }
CALL(fchmod) { put_ret(e); put_args_int(e, 0); put32(e, w->args[1] & 07777); }
CALL(fchown) { put_ret(e); put_args_int(e, 0); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(fchownat) {
  put_ret(e);
  put_args_int(e, 0);
  put_string(e, w->args[1]);
  put32(e, w->args[2]);
  put32(e, w->args[3]);
  put32(e, IF(w->args[4], 0x100, SCAP_fchownat_flags_AT_SYMLINK_NOFOLLOW) | IF(w->args[4], 0x1000, SCAP_fchownat_flags_AT_EMPTY_PATH));
}
CALL(chdir) { put_ret(e); put_string(e, w->args[0]); }
CALL(fchdir) { put_ret(e); put_args_int(e, 0); }
CALL(getcwd) { put_ret(e); if (w->ret > 0) put_string(e, w->args[0]); else put_empty(e); }
CALL(mount) {
  put_ret(e);
  if (w->args[0]) put_string(e, w->args[0]); else put_empty(e);
  put_string(e, w->args[1]);
  if (w->args[2]) put_string(e, w->args[2]); else put_empty(e);
  u32 flags = w->args[3];
  put32(e, (flags & 0xffff0000) == 0xc0ed0000 ? flags & 0xffff : flags);  // MS_MGC_VAL, of old
}
CALL(umount2) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); }
CALL(getdents64) { put_ret(e); put_args_int(e, 0); }
CALL(flock) {
  u32 op = w->args[1];
  put_ret(e);
  put_args_int(e, 0);
  put32(e, IF(op, 1, 1) | IF(op, 2, 2) | IF(op, 4, 4) | IF(op, 8, 8));
}
CALL(mknodat) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[2]); put32(e, w->args[3]); }
CALL(userfaultfd) { put_ret(e); put32(e, descriptor_flags(w->args[0])); }

#if defined(__TARGET_ARCH_x86)
CALL(open) {
  struct opened it = opened_as(w->ret);
  put_ret(e);
  put_string(e, w->args[0]);
  put32(e, file_flags(w->args[1]) | marks_of(&it, w->args[1]));
  put32(e, mode_of_open(w->args[1], w->args[2]));
  put_device_and_inode(e, &it);
}
CALL(creat) {
  struct opened it = opened_as(w->ret);
  put_ret(e);
  put_string(e, w->args[0]);
  put32(e, w->args[1] & 07777);
  put_device_and_inode(e, &it);
  enum layer layer = layer_in(it.sb, it.inode);
  put16(e, layer == UPPER_LAYER ? SCAP_creat_flags_FD_UPPER_LAYER_CREAT : layer == LOWER_LAYER ? SCAP_creat_flags_FD_LOWER_LAYER_CREAT : 0);
}
CALL(stat) { put_ret(e); put_string(e, w->args[0]); }
CALL(lstat) { put_ret(e); put_string(e, w->args[0]); }
CALL(access) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); }
CALL(unlink) { put_ret(e); put_string(e, w->args[0]); }
CALL(rename) { put_ret(e); put_string(e, w->args[0]); put_string(e, w->args[1]); }
CALL(mkdir) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); }
CALL(rmdir) { put_ret(e); put_string(e, w->args[0]); }
CALL(link) { put_ret(e); put_string(e, w->args[0]); put_string(e, w->args[1]); }
CALL(symlink) { put_ret(e); put_string(e, w->args[0]); put_string(e, w->args[1]); }
CALL(chmod) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1] & 07777); }
CALL(chown) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(lchown) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(mknod) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); }
CALL(getdents) { put_ret(e); put_args_int(e, 0); }
#endif
FAMILY(file)
