// Calls that change a process's memory.
#pragma once
#include "flags.h"
#include "task.h"

CALL(brk) { put_ret(e); put_memory(e); put64(e, w->args[0]); }
CALL(mmap) {
  put_ret(e);
  put_memory(e);
  put64(e, w->args[0]);
  put64(e, w->args[1]);
  put32(e, w->args[2]);
  put32(e, mmap_flags(w->args[3]));
  put_args_int(e, 4);
  put64(e, w->args[5]);
}
CALL(munmap) { put_ret(e); put_memory(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(mprotect) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); put32(e, w->args[2]); }
CALL(mlock) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(munlock) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); }
CALL(mlockall) { put_ret(e); put32(e, w->args[0]); }
CALL(munlockall) { put_ret(e); }
CALL(mlock2) { put_ret(e); put64(e, w->args[0]); put64(e, w->args[1]); put32(e, w->args[2]); }
CALL(memfd_create) { put_ret(e); put_string(e, w->args[0]); put32(e, w->args[1] & 7); }
FAMILY(memory)
