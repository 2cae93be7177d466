// Events of sockets: socket, bind, connect, accept, options.
import type { EventRow } from './types.ts';

export const NET_EVENTS: readonly EventRow[] = [
  { id: 18, symbol: 'SOCKET_SOCKET_E', name: 'socket', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 3, params: 'domain:ENUMFLAGS32:DEC:socket_families; type:UINT32:DEC; proto:UINT32:DEC' },
  { id: 19, symbol: 'SOCKET_SOCKET_X', name: 'socket', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE CONVERTER_MANAGED', known: 1, params: 'fd:FD:DEC; domain:ENUMFLAGS32:DEC:socket_families; type:UINT32:DEC; proto:UINT32:DEC; flags:FLAGS32:HEX:file_flags' },
  { id: 20, symbol: 'SOCKET_BIND_E', name: 'bind', dir: '>', category: 'NET', flags: 'USES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'fd:FD:DEC' },
  { id: 21, symbol: 'SOCKET_BIND_X', name: 'bind', dir: '<', category: 'NET', flags: 'USES_FD MODIFIES_STATE CONVERTER_MANAGED', known: 2, params: 'res:ERRNO:DEC; addr:SOCKADDR; fd:FD:DEC' },
  { id: 22, symbol: 'SOCKET_CONNECT_E', name: 'connect', dir: '>', category: 'NET', flags: 'USES_FD MODIFIES_STATE CONVERTER_MANAGED', known: 2, params: 'fd:FD:DEC; addr:SOCKADDR' },
  { id: 23, symbol: 'SOCKET_CONNECT_X', name: 'connect', dir: '<', category: 'NET', flags: 'USES_FD MODIFIES_STATE CONVERTER_MANAGED', known: 2, params: 'res:ERRNO:DEC; tuple:SOCKTUPLE; fd:FD:DEC; addr:SOCKADDR' },
  { id: 24, symbol: 'SOCKET_LISTEN_E', name: 'listen', dir: '>', category: 'NET', flags: 'USES_FD OLD_VERSION CONVERTER_MANAGED', known: 2, params: 'fd:FD:DEC; backlog:INT32:DEC' },
  { id: 25, symbol: 'SOCKET_LISTEN_X', name: 'listen', dir: '<', category: 'NET', flags: 'USES_FD CONVERTER_MANAGED', known: 1, params: 'res:ERRNO:DEC; fd:FD:DEC; backlog:INT32:DEC' },
  { id: 26, symbol: 'SOCKET_ACCEPT_E', name: 'accept', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION', known: 0, params: '' },
  { id: 27, symbol: 'SOCKET_ACCEPT_X', name: 'accept', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 3, params: 'fd:FD:DEC; tuple:SOCKTUPLE; queuepct:UINT8:DEC' },
  { id: 36, symbol: 'SOCKET_SHUTDOWN_E', name: 'shutdown', dir: '>', category: 'NET', flags: 'USES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 2, params: 'fd:FD:DEC; how:ENUMFLAGS8:HEX:shutdown_how' },
  { id: 37, symbol: 'SOCKET_SHUTDOWN_X', name: 'shutdown', dir: '<', category: 'NET', flags: 'USES_FD MODIFIES_STATE CONVERTER_MANAGED', known: 1, params: 'res:ERRNO:DEC; fd:FD:DEC; how:ENUMFLAGS8:HEX:shutdown_how' },
  // The parameters of these two exits are Porthole's own addition, for live events: the format has none.
  { id: 38, symbol: 'SOCKET_GETSOCKNAME_E', name: 'getsockname', dir: '>', category: 'NET', flags: 'OLD_VERSION', known: 0, params: '' },
  { id: 39, symbol: 'SOCKET_GETSOCKNAME_X', name: 'getsockname', dir: '<', category: 'NET', flags: '', known: 0, params: 'res:ERRNO:DEC; fd:FD:DEC; addr:SOCKADDR' },
  { id: 40, symbol: 'SOCKET_GETPEERNAME_E', name: 'getpeername', dir: '>', category: 'NET', flags: 'OLD_VERSION', known: 0, params: '' },
  { id: 41, symbol: 'SOCKET_GETPEERNAME_X', name: 'getpeername', dir: '<', category: 'NET', flags: '', known: 0, params: 'res:ERRNO:DEC; fd:FD:DEC; addr:SOCKADDR' },
  { id: 44, symbol: 'SOCKET_SETSOCKOPT_E', name: 'setsockopt', dir: '>', category: 'NET', flags: 'OLD_VERSION', known: 0, params: '' },
  { id: 45, symbol: 'SOCKET_SETSOCKOPT_X', name: 'setsockopt', dir: '<', category: 'NET', flags: 'USES_FD', known: 6, params: 'res:ERRNO:DEC; fd:FD:DEC; level:ENUMFLAGS8:DEC:sockopt_levels; optname:ENUMFLAGS8:DEC:sockopt_options; val:DYN:DEC:dyn=sockopt_dynamic_param[5]; optlen:UINT32:DEC' },
  { id: 46, symbol: 'SOCKET_GETSOCKOPT_E', name: 'getsockopt', dir: '>', category: 'NET', flags: 'MODIFIES_STATE OLD_VERSION', known: 0, params: '' },
  { id: 47, symbol: 'SOCKET_GETSOCKOPT_X', name: 'getsockopt', dir: '<', category: 'NET', flags: 'USES_FD MODIFIES_STATE', known: 6, params: 'res:ERRNO:DEC; fd:FD:DEC; level:ENUMFLAGS8:DEC:sockopt_levels; optname:ENUMFLAGS8:DEC:sockopt_options; val:DYN:DEC:dyn=sockopt_dynamic_param[5]; optlen:UINT32:DEC' },
  { id: 56, symbol: 'SOCKET_ACCEPT4_E', name: 'accept', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'flags:INT32:HEX' },
  { id: 57, symbol: 'SOCKET_ACCEPT4_X', name: 'accept', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 3, params: 'fd:FD:DEC; tuple:SOCKTUPLE; queuepct:UINT8:DEC' },
  { id: 246, symbol: 'SOCKET_ACCEPT_5_E', name: 'accept', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION', known: 0, params: '' },
  { id: 247, symbol: 'SOCKET_ACCEPT_5_X', name: 'accept', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE', known: 5, params: 'fd:FD:DEC; tuple:SOCKTUPLE; queuepct:UINT8:DEC; queuelen:UINT32:DEC; queuemax:UINT32:DEC' },
  { id: 248, symbol: 'SOCKET_ACCEPT4_5_E', name: 'accept', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 1, params: 'flags:INT32:HEX' },
  { id: 249, symbol: 'SOCKET_ACCEPT4_5_X', name: 'accept', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: 5, params: 'fd:FD:DEC; tuple:SOCKTUPLE; queuepct:UINT8:DEC; queuelen:UINT32:DEC; queuemax:UINT32:DEC' },
  { id: 388, symbol: 'SOCKET_ACCEPT4_6_E', name: 'accept4', dir: '>', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE OLD_VERSION CONVERTER_MANAGED', known: -1, params: 'flags:INT32:HEX' },
  { id: 389, symbol: 'SOCKET_ACCEPT4_6_X', name: 'accept4', dir: '<', category: 'NET', flags: 'CREATES_FD MODIFIES_STATE CONVERTER_MANAGED', known: -1, params: 'fd:FD:DEC; tuple:SOCKTUPLE; queuepct:UINT8:DEC; queuelen:UINT32:DEC; queuemax:UINT32:DEC; flags:INT32:HEX' },
];
