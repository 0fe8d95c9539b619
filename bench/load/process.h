/* process.h: what processes use. Threads: any. */
#ifndef LOAD_PROCESS_H
#define LOAD_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct process_use {
	int64_t cpu_ns;    /* user and system, all threads; the kernel counts in steps of 10 ms */
	int64_t rss_bytes; /* resident now */
};

/* False: there is no such process. */
bool process_read(int pid, struct process_use *use);

/* CPU time that all processes of the machine have used, without what interrupts took; 0: not known.
 */
int64_t process_read_machine_ns(void);

#endif
