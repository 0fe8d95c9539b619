/* process_stats.h: what the system says of this process.
 *
 * Ownership  plain record.   Errors  what cannot be read is 0.   Threads  any.
 */
#ifndef PROCESS_STATS_H
#define PROCESS_STATS_H

#include <stdint.h>

struct process_stats {
	uint64_t resident_bytes;
	uint64_t open_files, max_files;
	uint64_t cpu_us;
};

/* Reads /proc, which waits for no disk. */
void process_stats_read(struct process_stats *stats);

#endif
