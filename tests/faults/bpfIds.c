// Ids of the eBPF objects that the kernel has, a line a kind. None of them is opened for it: a table of programs that is opened while its last owner
// lets go of it may stay in the kernel for ever (its clearing is scheduled twice and done once), so looking with bpftool would make what is looked for.
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	static const struct { const char *name; int command; } kinds[] = {
		{ "prog", BPF_PROG_GET_NEXT_ID }, { "map", BPF_MAP_GET_NEXT_ID }, { "link", BPF_LINK_GET_NEXT_ID }, { "btf", BPF_BTF_GET_NEXT_ID },
	};
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		union bpf_attr attr;
		memset(&attr, 0, sizeof attr);
		printf("%s", kinds[i].name);
		while (syscall(SYS_bpf, kinds[i].command, &attr, sizeof attr) == 0) {
			printf(" %u", attr.next_id);
			attr.start_id = attr.next_id;
		}
		if (errno != ENOENT) { perror("bpf"); return 1; }
		printf("\n");
	}
	return 0;
}
