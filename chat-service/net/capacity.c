#include "net/capacity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static int64_t reserved(int64_t files)
{
	return files < 2 * CAPACITY_RESERVED ? files / 2 : CAPACITY_RESERVED;
}

bool capacity_divide(int64_t wanted, int64_t most, int64_t *connections, int64_t *files)
{
	int64_t need = wanted + CAPACITY_RESERVED;

	if (wanted == 0)
		need = most < CAPACITY_FILES ? most : CAPACITY_FILES;
	if (need > most)
		return false;
	*files = need;
	*connections = wanted > 0 ? wanted : need - reserved(need);
	return true;
}

bool capacity_take(int64_t wanted, int64_t *connections, int64_t *peers, char *error,
		   size_t error_size)
{
	struct rlimit limit;
	int64_t most, files;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		snprintf(error, error_size, "how many files may be open cannot be found out: %s",
			 strerror(errno));
		return false;
	}
	most = limit.rlim_max > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_max;
	if (!capacity_divide(wanted, most, connections, &files)) {
		snprintf(error, error_size,
			 "MAX_CONNECTIONS is '%" PRId64 "', but must be at most %" PRId64
			 " where a process may have %" PRId64 " files open (ulimit -n)",
			 wanted, most > CAPACITY_RESERVED ? most - CAPACITY_RESERVED : 0, most);
		return false;
	}
	*peers = *connections + (files - *connections) / 2;
	limit.rlim_cur = (rlim_t)files;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
		snprintf(error, error_size, "%" PRId64 " files cannot be had open at a time: %s",
			 files, strerror(errno));
		return false;
	}
	return true;
}
