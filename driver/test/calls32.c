// A 32-bit program without a library: opens a file, then runs a 64-bit program in its place. Made with -m32 -nostdlib -static.
static long call(long nr, long a, long b, long c) {
  long r;
  __asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
  return r;
}

void _start(void) {
  char *args[] = { "/bin/true", "from 32", 0 }, *env[] = { "WIDTH=64", 0 };
  call(5, (long)"/etc/hostname", 0, 0);            // open
  call(11, (long)"/no/such", (long)args, (long)env);  // execve
  call(11, (long)args[0], (long)args, (long)env);
  call(1, 9, 0, 0);                                // exit
}
