// Events of memory: brk, mmap, mprotect, mlock.
import type { EventRow } from './types.ts';

export const MEMORY_EVENTS: readonly EventRow[] = [
  { id: 10, symbol: 'SYSCALL_BRK_1_E', name: 'brk', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'size:UINT32:DEC' },
  { id: 11, symbol: 'SYSCALL_BRK_1_X', name: 'brk', dir: '<', category: 'MEMORY', flags: 'OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'res:UINT64:HEX' },
  { id: 158, symbol: 'SYSCALL_BRK_4_E', name: 'brk', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'addr:UINT64:HEX' },
  { id: 159, symbol: 'SYSCALL_BRK_4_X', name: 'brk', dir: '<', category: 'MEMORY', flags: 'CONVERTER_MANAGED', known: 4, params: 'res:UINT64:HEX; vm_size:UINT32:DEC; vm_rss:UINT32:DEC; vm_swap:UINT32:DEC; addr:UINT64:HEX' },
  { id: 160, symbol: 'SYSCALL_MMAP_E', name: 'mmap', dir: '>', category: 'MEMORY', flags: 'USES_FD OLD_VERSION CONVERTER_MANAGED', known: 6, params: 'addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags; flags:FLAGS32:HEX:mmap_flags; fd:FD:DEC; offset:UINT64:DEC' },
  { id: 161, symbol: 'SYSCALL_MMAP_X', name: 'mmap', dir: '<', category: 'MEMORY', flags: 'USES_FD CONVERTER_MANAGED', known: 4, params: 'res:ERRNO:HEX; vm_size:UINT32:DEC; vm_rss:UINT32:DEC; vm_swap:UINT32:DEC; addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags; flags:FLAGS32:HEX:mmap_flags; fd:FD:DEC; offset:UINT64:DEC' },
  { id: 162, symbol: 'SYSCALL_MMAP2_E', name: 'mmap2', dir: '>', category: 'MEMORY', flags: 'USES_FD OLD_VERSION CONVERTER_MANAGED', known: 6, params: 'addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags; flags:FLAGS32:HEX:mmap_flags; fd:FD:DEC; pgoffset:UINT64:DEC' },
  { id: 163, symbol: 'SYSCALL_MMAP2_X', name: 'mmap2', dir: '<', category: 'MEMORY', flags: 'USES_FD CONVERTER_MANAGED', known: 4, params: 'res:ERRNO:HEX; vm_size:UINT32:DEC; vm_rss:UINT32:DEC; vm_swap:UINT32:DEC; addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags; flags:FLAGS32:HEX:mmap_flags; fd:FD:DEC; pgoffset:UINT64:DEC' },
  { id: 164, symbol: 'SYSCALL_MUNMAP_E', name: 'munmap', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION CONVERTER_MANAGED', known: 2, params: 'addr:UINT64:HEX; length:UINT64:DEC' },
  { id: 165, symbol: 'SYSCALL_MUNMAP_X', name: 'munmap', dir: '<', category: 'MEMORY', flags: 'CONVERTER_MANAGED', known: 4, params: 'res:ERRNO:DEC; vm_size:UINT32:DEC; vm_rss:UINT32:DEC; vm_swap:UINT32:DEC; addr:UINT64:HEX; length:UINT64:DEC' },
  { id: 328, symbol: 'SYSCALL_MPROTECT_E', name: 'mprotect', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION CONVERTER_MANAGED', known: 3, params: 'addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags' },
  { id: 329, symbol: 'SYSCALL_MPROTECT_X', name: 'mprotect', dir: '<', category: 'MEMORY', flags: 'CONVERTER_MANAGED', known: 1, params: 'res:ERRNO:DEC; addr:UINT64:HEX; length:UINT64:DEC; prot:FLAGS32:HEX:prot_flags' },
  { id: 344, symbol: 'SYSCALL_MLOCK_E', name: 'mlock', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION', known: -1, params: '' },
  { id: 345, symbol: 'SYSCALL_MLOCK_X', name: 'mlock', dir: '<', category: 'MEMORY', flags: '', known: -1, params: 'res:ERRNO:DEC; addr:UINT64:HEX; len:UINT64:DEC' },
  { id: 346, symbol: 'SYSCALL_MUNLOCK_E', name: 'munlock', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION', known: -1, params: '' },
  { id: 347, symbol: 'SYSCALL_MUNLOCK_X', name: 'munlock', dir: '<', category: 'MEMORY', flags: '', known: -1, params: 'res:ERRNO:DEC; addr:UINT64:HEX; len:UINT64:DEC' },
  { id: 348, symbol: 'SYSCALL_MLOCKALL_E', name: 'mlockall', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION', known: -1, params: '' },
  { id: 349, symbol: 'SYSCALL_MLOCKALL_X', name: 'mlockall', dir: '<', category: 'MEMORY', flags: '', known: -1, params: 'res:ERRNO:DEC; flags:FLAGS32:HEX:mlockall_flags' },
  { id: 350, symbol: 'SYSCALL_MUNLOCKALL_E', name: 'munlockall', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION', known: -1, params: '' },
  { id: 351, symbol: 'SYSCALL_MUNLOCKALL_X', name: 'munlockall', dir: '<', category: 'MEMORY', flags: '', known: -1, params: 'res:ERRNO:DEC' },
  { id: 370, symbol: 'SYSCALL_MLOCK2_E', name: 'mlock2', dir: '>', category: 'MEMORY', flags: 'OLD_VERSION', known: -1, params: '' },
  { id: 371, symbol: 'SYSCALL_MLOCK2_X', name: 'mlock2', dir: '<', category: 'MEMORY', flags: '', known: -1, params: 'res:ERRNO:DEC; addr:UINT64:HEX; len:UINT64:DEC; flags:FLAGS32:HEX:mlock2_flags' },
  { id: 404, symbol: 'SYSCALL_MEMFD_CREATE_E', name: 'memfd_create', dir: '>', category: 'MEMORY', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION', known: -1, params: '' },
  { id: 405, symbol: 'SYSCALL_MEMFD_CREATE_X', name: 'memfd_create', dir: '<', category: 'MEMORY', flags: 'CREATES_FD MODIFIES_STATE', known: -1, params: 'fd:FD:DEC; name:CHARBUF; flags:FLAGS32:HEX:memfd_create_flags' },
];
