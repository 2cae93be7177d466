// Calls that look into other processes or change the system: ptrace, modules, quotas, keys, eBPF, mounts being put together.
#pragma once
#include "flags.h"
#include "io.h"
#include "narrow.h"
#include "task.h"

// -- parameters whose first byte says as what the rest is to be read (schema/dynamic.ts)

#define DYNAMIC_NUMBER 0  // in all of the tables here
#define DYNAMIC_SIGNAL 1  // ptrace_dynamic_param
#define DYNAMIC_TEXT 1    // keyctl_dynamic_param

static __always_inline void put_dynamic_number(struct event *e, u64 value) {
  u8 *to = room(e);
  *to = DYNAMIC_NUMBER;
  *(u64 *)(to + 1) = value;
  done(e, 9);
}

static __always_inline void put_dynamic_text(struct event *e, u64 pointer) {
  u8 *to = room(e);
  *to = DYNAMIC_TEXT;
  long n = bpf_probe_read_user_str(to + 1, LONGEST_STRING, (const void *)pointer);
  if (n < 0) e->w->flags |= FLAG_UNREADABLE;
  if (n <= 0) { to[1] = 0; n = 1; }  // 0: see put_string
  ended(e, 1 + (n & 0x1fff));
}

// -- other processes

// What was read stands in data where a word of the other process was asked for; the signal where one was handed on.
CALL(ptrace) {
  u32 request = w->args[0];
  put_ret(e);
  put_dynamic_number(e, w->args[2]);
  if (request >= 1 && request <= 3 && w->ret == 0) put_dynamic_number(e, read_word(w, w->args[3]));  // PTRACE_PEEK*
  else if (request == 7 || request == 9 || request == 17 || request == 24) {  // PTRACE_CONT, SINGLESTEP, DETACH, SYSCALL
    u8 *to = room(e);
    to[0] = DYNAMIC_SIGNAL;
    to[1] = w->args[3];
    ended(e, 2);
  } else put_dynamic_number(e, w->args[3]);
  put16(e, ptrace_request(request));
  put_args_int(e, 1);
}

static __always_inline void put_foreign_memory(struct event *e) {
  struct work *w = e->w;
  u64 total = 0;
  put_ret(e);
  put_args_int(e, 0);
  ended(e, w->ret > 0 ? gather(e, w->args[1], w->args[2], w->ret, &total) : 0);
}
CALL(process_vm_readv) { put_foreign_memory(e); }
CALL(process_vm_writev) { put_foreign_memory(e); }

// -- modules of the kernel

CALL(init_module) { put_ret(e); put_data(e, w->args[0], w->args[1]); put64(e, w->args[1]); put_string(e, w->args[2]); }
CALL(finit_module) { put_ret(e); put_args_int(e, 0); put_string(e, w->args[1]); put32(e, w->args[2] & 7); }
CALL(delete_module) {
  put_ret(e);
  put_string(e, w->args[0]);
  put32(e, IF(w->args[1], 04000, SCAP_delete_module_flags_O_NONBLOCK) | IF(w->args[1], 01000, SCAP_delete_module_flags_O_TRUNC));
}

CALL(bpf) { put_ret(e); put32(e, w->args[0]); }

// -- quotas

// Limits and use of one id; `valid` says which of them count (kernel: include/uapi/linux/quota.h).
struct user_quota { u64 hard_blocks, soft_blocks, space, hard_inodes, soft_inodes, inodes, block_time, inode_time; u32 valid; };
struct user_quota_info { u64 block_grace, inode_grace; u32 flags, valid; };
#define SECOND 1000000000ull

CALL(quotactl) {
  u32 command = (u32)w->args[0] >> 8, type = w->args[0] & 0xff, out = 0;
  bool ok = w->ret == 0, names_file = command == 0x800002;                       // Q_QUOTAON
  bool limits = command == 0x800008 || (command == 0x800007 && ok);              // Q_SETQUOTA, Q_GETQUOTA
  bool of_id = command == 0x800007 || command == 0x800008 || command == 0x5803 || command == 0x5804;
  struct user_quota q = {};
  struct user_quota_info info = {};
  put_ret(e);
  if (w->args[1]) put_string(e, w->args[1]); else put_empty(e);
  if (names_file) put_string(e, w->args[3]); else put_empty(e);
  if (limits) bpf_probe_read_user(&q, 68, (const void *)w->args[3]);
  put64(e, IF(q.valid, 1, q.hard_blocks));
  put64(e, IF(q.valid, 1, q.soft_blocks));
  put64(e, IF(q.valid, 2, q.space));
  put64(e, IF(q.valid, 4, q.hard_inodes));
  put64(e, IF(q.valid, 4, q.soft_inodes));
  put64(e, IF(q.valid, 16, q.block_time * SECOND));
  put64(e, IF(q.valid, 32, q.inode_time * SECOND));
  if (command == 0x800006 || (command == 0x800005 && ok)) bpf_probe_read_user(&info, sizeof info, (const void *)w->args[3]);  // Q_SETINFO, Q_GETINFO
  put64(e, IF(info.valid, 1, info.block_grace * SECOND));
  put64(e, IF(info.valid, 2, info.inode_grace * SECOND));
  put8(e, IF(info.valid, 4, info.flags & 1 ? SCAP_quotactl_dqi_flags_V1_DQF_RSQUASH : SCAP_quotactl_dqi_flags_DQF_NONE));
  if (command == 0x800004 && ok) bpf_probe_read_user(&out, 4, (const void *)w->args[3]);  // Q_GETFMT
  put8(e, quota_format(out));
  put16(e, quota_command(command));
  put8(e, type == 0 ? SCAP_quotactl_types_USRQUOTA : type == 1 ? SCAP_quotactl_types_GRPQUOTA : 0);
  put32(e, of_id ? w->args[2] : 0);
  put8(e, quota_format(names_file ? w->args[2] : 0));
}

// -- keys

// Which of the four arguments behind the operation are texts, as bits from the first on; what an operation writes counts once it has succeeded.
static __always_inline u32 texts_of_key_call(u32 operation, bool ok) {
  switch (operation) {
    case 1: return 1;                                    // JOIN_SESSION_KEYRING: name
    case 6: case 17: return ok ? 2 : 0;                  // DESCRIBE, GET_SECURITY: the answer
    case 10: case 29: return 2 | 4;                      // SEARCH, RESTRICT_KEYRING: type, description
    case 24: return 4;                                   // PKEY_QUERY: info
    case 25: case 26: case 27: case 28: return 2;        // PKEY_ENCRYPT to PKEY_VERIFY: info
    default: return 0;
  }
}

struct key_args { struct event *e; u32 texts; };

static int put_key_arg(u32 i, struct key_args *k) {
  u64 value = i == 0 ? k->e->w->args[1] : i == 1 ? k->e->w->args[2] : i == 2 ? k->e->w->args[3] : k->e->w->args[4];
  if ((k->texts >> (i & 3) & 1) && value) put_dynamic_text(k->e, value);
  else put_dynamic_number(k->e, value);
  k->e->at = forget(k->e->w, k->e->at);
  return 0;
}
CALL(keyctl) {
  struct key_args k = { .e = e, .texts = texts_of_key_call(w->args[0], w->ret > 0) };
  put_ret(e);
  put32(e, w->args[0]);
  LOOP(4, 4, put_key_arg, &k);
}

// -- file systems being put together

CALL(fsconfig) {
  u32 command = w->args[1];
  put_ret(e);
  put_args_int(e, 0);
  put32(e, command);
  if (w->args[2]) put_string(e, w->args[2]); else put_empty(e);
  if (command == 2) put_data(e, w->args[3], (s32)w->args[4]); else put_empty(e);  // FSCONFIG_SET_BINARY
  if ((command == 1 || command == 3 || command == 4) && w->args[3]) put_string(e, w->args[3]); else put_empty(e);  // SET_STRING, SET_PATH, SET_PATH_EMPTY
  put32(e, w->args[4]);
}
FAMILY(system)
