// A process that does its worst to whoever watches it: hostile DIR. Calls with bad pointers, paths without end, names full of escape codes and line ends,
// arguments beyond measure. Harms nobody: it works in DIR, and leaves it empty. Its first call on a name opens "hostile-begin", its last "hostile-end".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

// Clears the screen, sets the title, colours, moves the cursor; ends the line and begins one that looks like somebody else's; controls of 8 bits and as UTF-8; no UTF-8 at all.
static const char *const names[] = {
	"\033[2J\033[H", "\033]0;owned\007", "\033[66mred", "line\nline", "\r\rover", "\302\2331m\302\235", "\233" "31m", "\377\376\375", "\b\b\b\b", "\177\016\017",
	"{\"a\":\"", "'\"`$(id)\\", "%s%n%x", "Content-Length: 9\r\n\r\n", "\342\200\256gnp.exe", "\357\273\277\355\240\200", "../../..", " ", "\t",
};
#define NAMES (sizeof names / sizeof *names)

static void *bad[12];
static int bads;

static void call(long nr, const int *pointers, long a, long b, long c, long d, long e, long f)
{
	for (int i = 0; i < bads; i++) {
		long args[6] = { a, b, c, d, e, f };
		for (int p = 0; pointers[p] >= 0; p++)
			args[pointers[p]] = (long)bad[i];
		syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	}
}
#define AT(...) ((const int[]){ __VA_ARGS__, -1 })

static void bad_pointers(int zero, int sock)
{
	char *map = mmap(0, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(map, 'x', 3 * PAGE);
	mprotect(map, PAGE, PROT_READ);
	mprotect(map + PAGE, PAGE, PROT_NONE);
	munmap(map + 2 * PAGE, PAGE);
	void *found[] = { 0, (void *)1, (void *)-1, (void *)-8, (void *)0x8000000000000000, (void *)0x7fffffffffff, (void *)0xffff888000000000, (void *)0xffffffff81000000,
		map + PAGE - 1, map + PAGE - 7, map + PAGE, map };  // the last: a string that goes on until the page that may not be read
	memcpy(bad, found, sizeof found);
	bads = sizeof found / sizeof *found;
	call(SYS_open, AT(0), 0, O_RDONLY, 0, 0, 0, 0);
	call(SYS_openat, AT(1), AT_FDCWD, 0, O_RDONLY, 0, 0, 0);
	call(SYS_openat2, AT(1, 2), AT_FDCWD, 0, 0, 24, 0, 0);
	call(SYS_creat, AT(0), 0, 0600, 0, 0, 0, 0);
	call(SYS_stat, AT(0, 1), 0, 0, 0, 0, 0, 0);
	call(SYS_newfstatat, AT(1, 2), AT_FDCWD, 0, 0, 0, 0, 0);
	call(SYS_access, AT(0), 0, R_OK, 0, 0, 0, 0);
	call(SYS_chdir, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_mkdir, AT(0), 0, 0700, 0, 0, 0, 0);
	call(SYS_rmdir, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_unlink, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_rename, AT(0, 1), 0, 0, 0, 0, 0, 0);
	call(SYS_link, AT(0, 1), 0, 0, 0, 0, 0, 0);
	call(SYS_symlink, AT(0, 1), 0, 0, 0, 0, 0, 0);
	call(SYS_readlink, AT(0, 1), 0, 0, 100, 0, 0, 0);
	call(SYS_getcwd, AT(0), 0, 1 << 20, 0, 0, 0, 0);
	call(SYS_chmod, AT(0), 0, 0600, 0, 0, 0, 0);
	call(SYS_mount, AT(0, 1, 2, 4), 0, 0, 0, 0, 0, 0);
	call(SYS_umount2, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_setxattr, AT(0, 1, 2), 0, 0, 0, 100, 0, 0);
	call(SYS_execve, AT(0, 1, 2), 0, 0, 0, 0, 0, 0);
	call(SYS_execve, AT(1, 2), (long)"/nonexistent\033[2J", 0, 0, 0, 0, 0);
	call(SYS_execveat, AT(1, 2, 3), AT_FDCWD, 0, 0, 0, 0, 0);
	call(SYS_read, AT(1), zero, 0, 1 << 20, 0, 0, 0);
	call(SYS_write, AT(1), zero, 0, 1 << 20, 0, 0, 0);
	call(SYS_pread64, AT(1), zero, 0, -1, -1, 0, 0);
	call(SYS_readv, AT(1), zero, 0, 1024, 0, 0, 0);
	call(SYS_writev, AT(1), zero, 0, -1, 0, 0, 0);
	call(SYS_pwritev, AT(1), zero, 0, 1 << 30, -1, -1, 0);
	call(SYS_connect, AT(1), sock, 0, 110, 0, 0, 0);
	call(SYS_bind, AT(1), sock, 0, 128, 0, 0, 0);
	call(SYS_accept, AT(1, 2), zero, 0, 0, 0, 0, 0);
	call(SYS_getsockname, AT(1, 2), sock, 0, 0, 0, 0, 0);
	call(SYS_sendto, AT(1, 4), sock, 0, 1 << 30, MSG_DONTWAIT, 0, 128);
	call(SYS_recvfrom, AT(1, 4, 5), sock, 0, 100, MSG_DONTWAIT, 0, 0);
	call(SYS_sendmsg, AT(1), sock, 0, MSG_DONTWAIT, 0, 0, 0);
	call(SYS_recvmsg, AT(1), sock, 0, MSG_DONTWAIT, 0, 0, 0);
	call(SYS_sendmmsg, AT(1), sock, 0, 1 << 30, MSG_DONTWAIT, 0, 0);
	call(SYS_setsockopt, AT(3), sock, SOL_SOCKET, SO_RCVBUF, 0, 1 << 20, 0);
	call(SYS_getsockopt, AT(3, 4), sock, SOL_SOCKET, SO_RCVBUF, 0, 0, 0);
	call(SYS_socketpair, AT(3), AF_UNIX, SOCK_STREAM, 0, 0, 0, 0);
	call(SYS_pipe, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_poll, AT(0), 0, 1000, 0, 0, 0, 0);
	call(SYS_ppoll, AT(0, 2, 3), 0, -1, 0, 0, 8, 0);
	call(SYS_select, AT(1, 2, 3), 64, 0, 0, 0, (long)&(struct timeval){ 0, 0 }, 0);
	call(SYS_epoll_ctl, AT(3), zero, EPOLL_CTL_ADD, zero, 0, 0, 0);
	call(SYS_futex, AT(0, 3), 0, 1, 1, 0, 0, 0);
	call(SYS_ioctl, AT(2), zero, 0x5413, 0, 0, 0, 0);
	call(SYS_fcntl, AT(2), zero, F_SETLK, 0, 0, 0, 0);
	call(SYS_rt_sigaction, AT(1, 2), SIGUSR1, 0, 0, 8, 0, 0);
	call(SYS_nanosleep, AT(0, 1), 0, 0, 0, 0, 0, 0);
	call(SYS_prlimit64, AT(2, 3), 0, 7, 0, 0, 0, 0);
	call(SYS_prctl, AT(1), PR_SET_NAME, 0, 0, 0, 0, 0);
	call(SYS_clone3, AT(0), 0, 88, 0, 0, 0, 0);
	call(SYS_memfd_create, AT(0), 0, 0, 0, 0, 0, 0);
	call(SYS_setgroups, AT(1), 1 << 20, 0, 0, 0, 0, 0);
	call(SYS_bpf, AT(1), 0, 0, 100, 0, 0, 0);
	for (long nr = 400; nr < 600; nr++)  // numbers of no call, and far beyond
		if (nr >= 480)
			syscall(nr, -1L, -1L, -1L, -1L, -1L, -1L);
	syscall(0x7fffffffL, 1L, 2L, 3L);
	munmap(map, 2 * PAGE);
}

static void hostile_names(int null, int top)
{
	char name[300];
	struct iovec many[1024];
	for (unsigned i = 0; i < NAMES; i++) {
		prctl(PR_SET_NAME, names[i]);
		snprintf(name, sizeof name, "f%s", names[i]);
		for (char *p = name; *p; p++)
			if (*p == '/')
				*p = '.';
		int fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (write(fd, names[i], strlen(names[i])) < 0 || write(null, names[i], strlen(names[i])) < 0)
			perror(name);
		close(fd);
		rename(name, "other");
		symlink(names[i], "link");
		readlink("link", (char[PAGE]){ 0 }, PAGE);
		open("link", O_RDONLY | O_NOFOLLOW);
		unlink("link");
		unlink("other");
		int memory = memfd_create(names[i], 0);
		close(memory);
		struct sockaddr_un abstract = { AF_UNIX, "" };
		strcpy(abstract.sun_path + 1, names[i]);
		for (socklen_t size = 0; size <= sizeof abstract; size += 27) {
			int s = socket(AF_UNIX, SOCK_DGRAM, 0);
			bind(s, (void *)&abstract, size);
			connect(s, (void *)&abstract, size);
			close(s);
		}
		if (chdir(names[i]) == 0 && fchdir(top) < 0)
			return;
		access(names[i], X_OK);
		char *const argv[] = { (char *)names[i], (char *)names[(i + 1) % NAMES], (char *)names[i], 0 };
		char *const envp[] = { (char *)names[i], "A=\033[2J\nB=1", 0 };
		if (vfork() == 0) {
			execve(i % 2 ? "/bin/true" : names[i], argv, envp);
			_exit(1);
		}
		wait(0);
	}
	memset(name, 0xff, 255);
	name[255] = 0;
	open(name, O_RDONLY);
	prctl(PR_SET_NAME, "\n\n\033[2J\r\007\n\033]0;");
	for (int i = 0; i < 1024; i++)
		many[i] = (struct iovec){ (void *)names[i % NAMES], i % 3 };
	if (writev(null, many, 1024) < 0)
		perror("writev");
}

static void endless_paths(int top)
{
	char *path = malloc(1 << 20);
	int depth = 0;
	char part[256];
	for (int size = 4000; size < 4200; size += 5) {  // around PATH_MAX
		memset(path, 'a', size);
		for (int i = 200; i < size; i += 200)
			path[i] = '/';
		path[size] = 0;
		open(path, O_RDONLY);
		rename(path, path);
		execve(path, (char *[]){ path, path, 0 }, (char *[]){ path, path, path, 0 });
	}
	memset(path, '/', (1 << 20) - 1);
	path[(1 << 20) - 1] = 0;
	open(path, O_RDONLY);
	chdir(path);
	memset(part, 'd', 250);
	strcpy(part + 240, "\n\033[2Jx");
	for (; depth < 40 && mkdir(part, 0700) == 0 && chdir(part) == 0; depth++) { }  // a working directory of ten thousand bytes
	open("below\n", O_CREAT | O_RDONLY, 0600);
	if (vfork() == 0) {
		execl("/bin/true", "true", (char *)0);
		_exit(1);
	}
	wait(0);
	unlink("below\n");
	for (; depth > 0; depth--) {
		chdir("..");
		rmdir(part);
	}
	if (fchdir(top) < 0)
		perror("back");
	free(path);
}

static void endless_arguments(void)
{
	enum { COUNT = 20000 };
	char **argv = malloc((COUNT + 1) * sizeof *argv), *large = malloc(100000);
	for (int i = 0; i < COUNT; i++)
		argv[i] = (char *)names[i % NAMES];
	argv[COUNT] = 0;
	memset(large, '\n', 99999);
	large[99999] = 0;
	char *const lines[] = { large, large, 0 }, *const none[] = { 0 };
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			execve(i == 3 ? "/nonexistent" : "/bin/true", i == 0 ? argv : i == 1 ? (char **)lines : i == 2 ? (char **)none : argv, i == 1 ? argv : (char **)lines);
			_exit(1);
		}
	while (wait(0) > 0) { }
	free(large);
	free(argv);
}

int main(int argc, char **argv)
{
	if (argc < 2 || chdir(argv[1]) < 0)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	open("hostile-begin", O_RDONLY);
	int null = open("/dev/null", O_WRONLY), zero = open("/dev/zero", O_RDWR), sock = socket(AF_UNIX, SOCK_DGRAM, 0), top = open(".", O_RDONLY | O_DIRECTORY);
	bad_pointers(zero, sock);
	hostile_names(null, top);
	endless_paths(top);
	endless_arguments();
	open("hostile-end", O_RDONLY);
	printf("%d\n", getpid());
	fflush(stdout);
	// stays with its last name, so that it is in every list
	if (argc > 2)
		pause();
	return 0;
}
