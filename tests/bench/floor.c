// Attaches the programs of floor.bpf.c, as the probe attaches its own, at each "1" that comes on standard input, and detaches them at each "0"; says "on" or "off" when it is done.
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include "floor.lskel.h"

int main(void)
{
	char byte;
	int enter = -1, exit = -1;
	struct floor_bpf *skel = floor_bpf__open_and_load();
	if (!skel) {
		perror("floor");
		return 1;
	}
	while (read(0, &byte, 1) > 0) {
		if (byte == '1') {
			enter = skel_raw_tracepoint_open(NULL, skel->progs.floor_enter.prog_fd);
			exit = skel_raw_tracepoint_open(NULL, skel->progs.floor_exit.prog_fd);
			if (enter < 0 || exit < 0) {
				perror("floor");
				return 1;
			}
		} else {
			close(enter);
			close(exit);
		}
		puts(byte == '1' ? "on" : "off");
		fflush(stdout);
	}
	return 0;
}
