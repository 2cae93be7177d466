// Attaches the programs of floor.bpf.c, as the probe attaches its own, says "on", and detaches them when its standard input ends.
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include "floor.lskel.h"

int main(void)
{
	char byte;
	struct floor_bpf *skel = floor_bpf__open_and_load();
	if (!skel || skel_raw_tracepoint_open(NULL, skel->progs.floor_enter.prog_fd) < 0 || skel_raw_tracepoint_open(NULL, skel->progs.floor_exit.prog_fd) < 0) {
		perror("floor");
		return 1;
	}
	puts("on");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
