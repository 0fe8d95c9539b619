#include "process_stats.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t size, resident;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64 " %" SCNu64, &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Newer kernels (6.2) say how many there are, with others they are counted: some milliseconds for
 * ten thousand. */
static uint64_t open_files(void)
{
	struct stat stat_of_folder;
	uint64_t n = 0;
	DIR *folder;

	if (stat("/proc/self/fd", &stat_of_folder) == 0 && stat_of_folder.st_size > 0)
		return (uint64_t)stat_of_folder.st_size;
	folder = opendir("/proc/self/fd");
	if (!folder)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder));)
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n > 0 ? n - 1 : 0; /* the folder itself was open meanwhile */
}

static uint64_t us(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

void process_stats_read(struct process_stats *stats)
{
	struct rlimit limit;
	struct rusage usage;

	*stats = (struct process_stats){.resident_bytes = resident_bytes(),
					.open_files = open_files()};
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		stats->max_files = limit.rlim_cur;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		stats->cpu_us = us(usage.ru_utime) + us(usage.ru_stime);
}
