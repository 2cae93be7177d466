// Calls on sockets: addresses from user space, the two ends of a connection from the kernel's socket.
#pragma once
#include "flags.h"
#include "io.h"
#include "narrow.h"
#include "task.h"

enum direction { OUTBOUND, INBOUND };

struct ends { u8 local[16], remote[16]; u16 local_port, remote_port; };

static __always_inline struct sock *sock_of(s64 fd) {
  struct file *file = file_of(fd);
  if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & 0170000) != 0140000) return NULL;
  struct socket *socket = BPF_CORE_READ(file, private_data);
  return BPF_CORE_READ(socket, sk);
}

// An address given by user space, in w->name; its length, 0 where there is none.
static __always_inline u32 read_address(struct work *w, u64 pointer, s64 size) {
  if (!pointer || size < 2) return 0;
  u64 n = size > 128 ? 128 : size;
  asm volatile("" : "+r"(n));
  n &= 0xff;
  __builtin_memset(w->name, 0, 136);
  if (bpf_probe_read_user(w->name, n, (const void *)pointer) < 0) { w->flags |= FLAG_UNREADABLE; return 0; }
  return n;
}

// The path of a unix address of `length` bytes at `sun_path` (in our memory), with NUL; abstract names begin with @. Gives its size.
static __always_inline u32 copy_unix_path(u8 *to, const u8 *path, u32 length) {
  if (length == 0 || length > 108) { to[0] = 0; return 1; }
  long n;
  if (path[0] == 0) {
    to[0] = '@';
    n = bpf_probe_read_kernel_str(to + 1, 107, path + 1) + 1;
  } else n = bpf_probe_read_kernel_str(to, 109, path);
  if (n <= 0) { to[0] = 0; return 1; }
  return n & 0x7f;
}

static __always_inline void put_address(struct event *e, u64 pointer, s64 size) {
  struct work *w = e->w;
  u32 n = read_address(w, pointer, size);
  u16 family = *(u16 *)w->name;
  u8 *to = room(e);
  if (n == 0) { put_empty(e); return; }
  *to = family;
  if (family == AF_INET && n >= 8) {
    __builtin_memcpy(to + 1, w->name + 4, 4);
    *(u16 *)(to + 5) = bpf_ntohs(*(u16 *)(w->name + 2));
    ended(e, 7);
  } else if (family == AF_INET6 && n >= 24) {
    __builtin_memcpy(to + 1, w->name + 8, 16);
    *(u16 *)(to + 17) = bpf_ntohs(*(u16 *)(w->name + 2));
    ended(e, 19);
  } else if (family == AF_UNIX) ended(e, 1 + copy_unix_path(to + 1, w->name + 2, n - 2));
  else put_empty(e);
}

// The name a unix socket is bound to, in w->name; the size of its path, 0 where it has none.
static __always_inline u32 read_unix_name(struct work *w, struct sock *sk) {
  struct unix_address *address = sk ? BPF_CORE_READ((struct unix_sock *)sk, addr) : NULL;
  if (!address) return 0;
  s32 length = BPF_CORE_READ(address, len) - 2;
  if (length <= 0 || length > 108) return 0;
  __builtin_memset(w->name, 0, 136);
  bpf_probe_read_kernel(w->name + 2, 108, (u8 *)address + __builtin_preserve_field_info(((struct unix_address *)0)->name, BPF_FIELD_BYTE_OFFSET) + 2);
  u32 n = length;
  asm volatile("" : "+r"(n));
  n &= 0x7f;
  w->name[2 + n] = 0;
  return n;
}

// Source and destination of what a call does on a socket; source is the caller's own end when outbound. `address`: of user space, for
// sockets that are not connected.
static __noinline int put_tuple(struct event *e, struct sock *sk, u64 address, s64 address_size, enum direction direction) {
  struct work *w = e->w;
  if (!sk) { put_empty(e); return 0; }
  u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  u8 *to = room(e);
  *to = family;
  if (family == AF_UNIX) {
    struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
    *(u64 *)(to + 1) = direction == OUTBOUND ? (u64)peer : (u64)sk;
    *(u64 *)(to + 9) = direction == OUTBOUND ? (u64)sk : (u64)peer;
    u32 n = direction == OUTBOUND ? read_address(w, address, address_size) : 0;
    if (n >= 2) n -= 2;
    if (n == 0) n = read_unix_name(w, direction == OUTBOUND ? peer : sk);
    if (n == 0) n = read_unix_name(w, direction == OUTBOUND ? sk : peer);
    ended(e, 17 + copy_unix_path(to + 17, w->name + 2, n));
    return 0;
  }
  struct ends x = {};
  x.local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  x.remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (family == AF_INET) {
    u32 local = BPF_CORE_READ((struct inet_sock *)sk, inet_saddr), remote = BPF_CORE_READ(sk, __sk_common.skc_daddr);
    if (local == 0) local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
    if (x.remote_port == 0 && read_address(w, address, address_size) >= 8 && *(u16 *)w->name == AF_INET) {
      remote = *(u32 *)(w->name + 4);
      x.remote_port = bpf_ntohs(*(u16 *)(w->name + 2));
    }
    *(u32 *)(to + 1) = direction == OUTBOUND ? local : remote;
    *(u16 *)(to + 5) = direction == OUTBOUND ? x.local_port : x.remote_port;
    *(u32 *)(to + 7) = direction == OUTBOUND ? remote : local;
    *(u16 *)(to + 11) = direction == OUTBOUND ? x.remote_port : x.local_port;
    ended(e, 13);
  } else if (family == AF_INET6) {
    struct ipv6_pinfo *v6 = BPF_CORE_READ((struct inet_sock *)sk, pinet6);
    bpf_core_read(x.local, 16, &v6->saddr);
    if (*(u64 *)x.local == 0 && *(u64 *)(x.local + 8) == 0) bpf_core_read(x.local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bpf_core_read(x.remote, 16, &sk->__sk_common.skc_v6_daddr);
    if (x.remote_port == 0 && read_address(w, address, address_size) >= 24 && *(u16 *)w->name == AF_INET6) {
      __builtin_memcpy(x.remote, w->name + 8, 16);
      x.remote_port = bpf_ntohs(*(u16 *)(w->name + 2));
    }
    __builtin_memcpy(to + 1, direction == OUTBOUND ? x.local : x.remote, 16);
    *(u16 *)(to + 17) = direction == OUTBOUND ? x.local_port : x.remote_port;
    __builtin_memcpy(to + 19, direction == OUTBOUND ? x.remote : x.local, 16);
    *(u16 *)(to + 35) = direction == OUTBOUND ? x.remote_port : x.local_port;
    ended(e, 37);
  } else put_empty(e);
  return 0;
}

static __always_inline s64 length_at(u64 pointer) {
  s32 n = 0;
  if (pointer) bpf_probe_read_user(&n, 4, (const void *)pointer);
  return n;
}

CALL(socket) { put_ret(e); put32(e, w->args[0]); put32(e, w->args[1]); put32(e, w->args[2]); put32(e, descriptor_flags(w->args[1])); }
CALL(bind) { put_ret(e); put_address(e, w->args[1], w->args[2]); put_args_int(e, 0); }
CALL(connect) {
  put_ret(e);
  put_tuple(e, w->ret == 0 || w->ret == -EINPROGRESS ? sock_of((s32)w->args[0]) : NULL, w->args[1], w->args[2], OUTBOUND);
  put_args_int(e, 0);
  put_address(e, w->args[1], w->args[2]);
}
CALL(listen) { put_ret(e); put_args_int(e, 0); put32(e, w->args[1]); }
// The address that the call has written, as long as it says.
static __always_inline void put_asked_address(struct event *e) {
  struct work *w = e->w;
  put_ret(e);
  put_args_int(e, 0);
  if (w->ret == 0) put_address(e, w->args[1], length_at(w->args[2])); else put_empty(e);
}
CALL(getsockname) { put_asked_address(e); }
CALL(getpeername) { put_asked_address(e); }
CALL(shutdown) { put_ret(e); put_args_int(e, 0); put8(e, w->args[1]); }

static __always_inline void put_accepted(struct event *e) {
  struct work *w = e->w;
  struct sock *listening = sock_of((s32)w->args[0]);
  u32 waiting = listening ? BPF_CORE_READ(listening, sk_ack_backlog) : 0, most = listening ? BPF_CORE_READ(listening, sk_max_ack_backlog) : 0;
  put_ret(e);
  put_tuple(e, sock_of(w->ret), 0, 0, INBOUND);
  put8(e, most ? waiting * 100 / most : 0);
  put32(e, waiting);
  put32(e, most);
}
CALL(accept) { put_accepted(e); }
CALL(accept4) { put_accepted(e); put32(e, w->args[3]); }

CALL(socketpair) {
  s32 fds[2] = { -1, -1 };
  put_ret(e);
  if (w->ret >= 0) bpf_probe_read_user(fds, sizeof fds, (const void *)w->args[3]);
  put64(e, fds[0]);
  put64(e, fds[1]);
  put64(e, (u64)sock_of(fds[0]));
  put64(e, (u64)sock_of(fds[1]));
  put32(e, w->args[0]);
  put32(e, w->args[1]);
  put32(e, w->args[2]);
}
CALL(sendto) {
  put_ret(e);
  put_data(e, w->args[1], w->ret >= 0 ? w->ret : (s64)w->args[2]);
  put_args_int(e, 0);
  put32(e, w->args[2]);
  put_tuple(e, sock_of((s32)w->args[0]), w->args[4], (s32)w->args[5], OUTBOUND);
}
CALL(recvfrom) {
  put_ret(e);
  put_data(e, w->args[1], w->ret);
  put_tuple(e, w->ret >= 0 ? sock_of((s32)w->args[0]) : NULL, w->args[4], length_at(w->args[5]), INBOUND);
  put_args_int(e, 0);
  put32(e, w->args[2]);
}
CALL(sendmsg) {
  struct user_mmsghdr m = {};
  u64 total = 0;
  read_msghdr(w, w->args[1], &m, false);
  put_ret(e);
  ended(e, gather(e, m.hdr.iov, m.hdr.iovlen, w->ret >= 0 ? w->ret : -1, &total));
  put_args_int(e, 0);
  put32(e, total);
  put_tuple(e, sock_of((s32)w->args[0]), m.hdr.name, m.hdr.namelen, OUTBOUND);
}
CALL(recvmsg) {
  struct user_mmsghdr m = {};
  u64 total = 0;
  read_msghdr(w, w->args[1], &m, false);
  put_ret(e);
  put32(e, size_of_vector(w, m.hdr.iov, m.hdr.iovlen));
  ended(e, w->ret > 0 ? gather(e, m.hdr.iov, m.hdr.iovlen, w->ret, &total) : 0);
  put_tuple(e, w->ret >= 0 ? sock_of((s32)w->args[0]) : NULL, m.hdr.name, m.hdr.namelen, INBOUND);
  u32 control = w->ret >= 0 ? m.hdr.controllen : 0;
  if (control > 1024) control = 1024;
  asm volatile("" : "+r"(control));
  control &= 0x7ff;
  if (control && bpf_probe_read_user(room(e), control, (const void *)m.hdr.control) < 0) control = 0;
  ended(e, control);
  put_args_int(e, 0);
}
// Of several messages in one call the event holds the first; the record says that there was more.
CALL(sendmmsg) {
  struct user_mmsghdr m = {};
  u64 total = 0;
  read_msghdr(w, w->args[1], &m, true);
  if (w->ret > 1 || (w->ret < 0 && (u32)w->args[2] > 1)) w->flags |= FLAG_DATA_CUT;
  put_ret(e);
  put_args_int(e, 0);
  put32(e, size_of_vector(w, m.hdr.iov, m.hdr.iovlen));
  ended(e, gather(e, m.hdr.iov, m.hdr.iovlen, w->ret > 0 ? m.len : -1, &total));
  put_tuple(e, sock_of((s32)w->args[0]), m.hdr.name, m.hdr.namelen, OUTBOUND);
}
CALL(recvmmsg) {
  struct user_mmsghdr m = {};
  u64 total = 0;
  read_msghdr(w, w->args[1], &m, true);
  if (w->ret > 1) w->flags |= FLAG_DATA_CUT;
  put_ret(e);
  put_args_int(e, 0);
  put32(e, size_of_vector(w, m.hdr.iov, m.hdr.iovlen));
  ended(e, w->ret > 0 ? gather(e, m.hdr.iov, m.hdr.iovlen, m.len, &total) : 0);
  put_tuple(e, w->ret >= 0 ? sock_of((s32)w->args[0]) : NULL, m.hdr.name, m.hdr.namelen, INBOUND);
  put_empty(e);
}

// The value of a socket's option: its first byte says as what it is to be read (sockopt_dynamic_param).
static __always_inline void put_option(struct event *e, u32 level, u32 option, u64 pointer, u32 length) {
  u8 *to = room(e);
  u64 value[2] = {};
  if (level == 1 && option == 4 && length >= 4) {  // SO_ERROR
    s32 code = 0;
    bpf_probe_read_user(&code, 4, (const void *)pointer);
    *to = 1;
    *(s64 *)(to + 1) = -(s64)code;
    ended(e, 9);
  } else if (level == 1 && (option == 20 || option == 21) && length >= 16) {  // SO_RCVTIMEO, SO_SNDTIMEO
    bpf_probe_read_user(value, 16, (const void *)pointer);
    *to = 4;
    *(u64 *)(to + 1) = value[0] * 1000000000 + value[1] * 1000;
    ended(e, 9);
  } else if (level == 1 && length == 8 && option == 53) {  // SO_COOKIE
    bpf_probe_read_user(value, 8, (const void *)pointer);
    *to = 3;
    *(u64 *)(to + 1) = value[0];
    ended(e, 9);
  } else if (level == 1 && length == 4) {
    *to = 2;
    if (bpf_probe_read_user(to + 1, 4, (const void *)pointer) < 0) { e->w->flags |= FLAG_UNREADABLE; put_empty(e); return; }
    ended(e, 5);
  } else {
    u32 n = length < 128 ? length : 128;
    asm volatile("" : "+r"(n));
    n &= 0xff;
    *to = 0;
    if (n && bpf_probe_read_user(to + 1, n, (const void *)pointer) < 0) { e->w->flags |= FLAG_UNREADABLE; n = 0; }
    ended(e, 1 + n);
  }
}

static __always_inline void put_socket_option(struct event *e, u32 length) {
  struct work *w = e->w;
  u32 level = w->args[1], option = w->args[2];
  put_ret(e);
  put_args_int(e, 0);
  put8(e, level == 1 ? 1 : level == 6 ? 2 : 0);  // SOL_SOCKET, SOL_TCP
  put8(e, level == 1 && option <= 53 ? option : 0);
  put_option(e, level, option, w->args[3], length);
  put32(e, length);
}
CALL(setsockopt) { put_socket_option(e, w->args[4]); }
CALL(getsockopt) { put_socket_option(e, w->ret == 0 ? length_at(w->args[4]) : 0); }
FAMILY(net)
