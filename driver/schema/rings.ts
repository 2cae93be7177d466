// Operations of io_uring by opcode (kernel: enum io_uring_op in include/uapi/linux/io_uring.h, as of 6.18).

export const RING_OPERATIONS: readonly string[] = `nop readv writev fsync read_fixed write_fixed poll_add poll_remove sync_file_range sendmsg recvmsg timeout timeout_remove accept
  async_cancel link_timeout connect fallocate openat close files_update statx read write fadvise madvise send recv openat2 epoll_ctl splice provide_buffers
  remove_buffers tee shutdown renameat unlinkat mkdirat symlinkat linkat msg_ring fsetxattr setxattr fgetxattr getxattr socket uring_cmd send_zc sendmsg_zc
  read_multishot waitid futex_wait futex_wake futex_waitv fixed_fd_install ftruncate bind listen recv_zc epoll_wait readv_fixed writev_fixed pipe`.split(/\s+/);
