// Makes the system calls of a script, one an argument: `number token token …`, and says of each when it was made, with what, and what it returned.
// Usage: callsScript [-n] [-3] [-g cgroup.procs] call…     -n: as nobody; -3: as a 32-bit program (int 0x80, pointers below 4 GiB); -g: in this control group
//
// Tokens: 12 -3 0xff   a number                     =4       what the fourth call returned (counted from 0)
//         "a%20b       text with a NUL              #00ff    bytes
//         +64          64 bytes of zeros         +64:p    the same under a name, as with bytes
//         @p.1         the second 32-bit word of p  @@p.1    the second 64-bit word of p
//         &p           the address of p             [a,b]    words of the program's size, each a token; {a,b} 32-bit words
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ARENA (1 << 20)
#define MOST_CALLS 128

static unsigned char *arena;
static size_t used;
static int narrow;
static struct { char name[16]; unsigned char *at; size_t size; } named[32];
static int names;
static struct { long nr, args[6], ret; long long t0, t1; } calls[MOST_CALLS];
static int made;

static void die(const char *what) { fprintf(stderr, "callsScript: %s\n", what); exit(99); }
static unsigned char *take(size_t size) {
  used = (used + 15) & ~15ul;
  if (used + size > ARENA) die("out of memory");
  used += size;
  return arena + used - size;
}
static int hex(char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; }

static unsigned char *find(const char **at) {
  size_t n = strcspn(*at, ". ,]}");
  for (int i = 0; i < names; i++) if (strlen(named[i].name) == n && strncmp(named[i].name, *at, n) == 0) { *at += n; return named[i].at; }
  die("no such name");
  return NULL;
}

// Keeps memory under the name behind the colon at `p`; gives what follows.
static const char *name_it(const char *p, unsigned char *memory, size_t size) {
  size_t length = strcspn(++p, " ,]}");
  if (names == 32 || length > 15) die("too many names");
  memcpy(named[names].name, p, length);
  named[names].at = memory;
  named[names++].size = size;
  return p + length;
}

static long value(const char **at);

// Words between brackets; they are evaluated first, as what they point to takes memory of its own.
static long words(const char **at, char end, size_t size) {
  long list[64];
  int n = 0;
  ++*at;
  while (**at != end) {
    if (n == 64 || **at == 0) die("unfinished words");
    list[n++] = value(at);
    if (**at == ',') ++*at;
  }
  ++*at;
  unsigned char *to = take(n * size);
  for (int i = 0; i < n; i++) memcpy(to + i * size, &list[i], size);
  return (long)to;
}

static long value(const char **at) {
  const char *p = *at;
  unsigned char *to;
  long n = 0;
  char *end;
  switch (*p) {
    case '"':
      to = take(strcspn(p, " ,]}") + 1);
      n = (long)to;
      for (++p; *p && *p != ' ' && *p != ',' && *p != ']' && *p != '}'; p++) { if (*p == '%') { *to++ = hex(p[1]) * 16 + hex(p[2]); p += 2; } else *to++ = *p; }
      *to = 0;
      break;
    case '#':
      to = take(strcspn(p, " ,]}") / 2 + 1);
      n = (long)to;
      for (++p; *p && *p != ' ' && *p != ',' && *p != ']' && *p != '}' && *p != ':'; p += 2) *to++ = hex(p[0]) * 16 + hex(p[1]);
      if (*p == ':') p = name_it(p, (unsigned char *)n, to - (unsigned char *)n);
      break;
    case '+': {
      size_t size = strtoul(p + 1, &end, 0);
      n = (long)take(size);
      p = end;
      if (*p == ':') p = name_it(p, (unsigned char *)n, size);
      break;
    }
    case '@': {
      size_t size = p[1] == '@' ? 8 : 4;
      p += size == 8 ? 2 : 1;
      to = find(&p);
      if (size == 8) memcpy(&n, to + strtoul(p + 1, &end, 0) * 8, 8);
      else { int word; memcpy(&word, to + strtoul(p + 1, &end, 0) * 4, 4); n = word; }
      p = end;
      break;
    }
    case '&': p++; n = (long)find(&p); break;
    case '=': n = strtol(p + 1, &end, 0); if (n >= made) die("no such call"); n = calls[n].ret; p = end; break;
    case '[': n = words(&p, ']', narrow ? 4 : 8); break;
    case '{': n = words(&p, '}', 4); break;
    default: n = *p == '-' ? strtol(p, &end, 0) : (long)strtoul(p, &end, 0); if (end == p) die(p); p = end;
  }
  *at = p;
  return n;
}

static long long now(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec * 1000000000ll + t.tv_nsec; }

static long int80(long nr, const long *a) {
  long r = -ENOSYS;
#if defined(__x86_64__)
  // The sixth argument goes in ebp, which the compiler keeps for itself.
  __asm__ volatile("push %%rbp\n\tmov %[sixth], %%rbp\n\tint $0x80\n\tpop %%rbp" : "=a"(r) : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]), [sixth] "r"(a[5]) : "memory", "r8", "r9", "r10", "r11");
#endif
  return r;
}

static void make(const char *line) {
  long args[6] = { 0 };
  const char *p = line;
  if (made == MOST_CALLS) die("too many calls");
  long nr = value(&p);
  for (int i = 0; i < 6 && *p == ' '; i++) { p++; args[i] = value(&p); }
  if (*p != 0) die(line);
  calls[made].nr = nr;
  memcpy(calls[made].args, args, sizeof args);
  calls[made].t0 = now();
  long r = narrow ? int80(nr, args) : syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
  calls[made].ret = narrow || r != -1 ? r : -errno;
  calls[made].t1 = now();
  made++;
}

static void on_signal(int signal) { (void)signal; }

int main(int argc, char **argv) {
  int nobody = 0, c;
  while ((c = getopt(argc, argv, "+n3g:")) != -1) {
    if (c == 'n') nobody = 1;
    else if (c == '3') narrow = 1;
    else {
      int fd = open(optarg, O_WRONLY);
      if (fd < 0 || write(fd, "0", 1) != 1) die(optarg);
      close(fd);
    }
  }
  arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (arena == MAP_FAILED) die("mmap");
  if (nobody && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)) die("nobody");
  signal(SIGUSR1, on_signal);
  signal(SIGALRM, on_signal);
  int out = fcntl(1, F_DUPFD_CLOEXEC, 200);  // calls may close or replace the first descriptors
  for (int i = optind; i < argc; i++) make(argv[i]);
  FILE *text = fdopen(out, "w");
  if (!text) die("output");
  fprintf(text, "pid %d\n", (int)syscall(SYS_gettid));
  for (int i = 0; i < made; i++) {
    fprintf(text, "call %ld %lld %lld %ld", calls[i].nr, calls[i].t0, calls[i].t1, calls[i].ret);
    for (int j = 0; j < 6; j++) fprintf(text, " %lu", (unsigned long)calls[i].args[j]);
    fputc('\n', text);
  }
  for (int i = 0; i < names; i++) {
    fprintf(text, "bytes %s ", named[i].name);
    for (size_t j = 0; j < named[i].size; j++) fprintf(text, "%02x", named[i].at[j]);
    fputc('\n', text);
  }
  fflush(text);
  _exit(0);  // whatever the calls did to the process
}
