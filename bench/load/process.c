#include "bench/load/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/load/clock.h"

static bool read_file(int pid, const char *name, char *into, size_t size)
{
	char path[64];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	n = fread(into, 1, size - 1, file);
	into[n] = '\0';
	fclose(file);
	return n > 0;
}

bool process_read(int pid, struct process_use *use)
{
	char content[4096];
	const char *at;
	unsigned long user, system;
	long long rss_kib;

	if (!read_file(pid, "stat", content, sizeof(content)))
		return false;
	at = strrchr(content, ')'); /* the name before it may hold anything */
	if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			  &system) != 2)
		return false;
	use->cpu_ns = (int64_t)(user + system) * (NS_PER_S / sysconf(_SC_CLK_TCK));
	if (!read_file(pid, "status", content, sizeof(content)))
		return false;
	at = strstr(content, "\nVmRSS:");
	if (!at || sscanf(at, "\nVmRSS: %lld", &rss_kib) != 1)
		return false;
	use->rss_bytes = rss_kib * 1024;
	return true;
}

int64_t process_read_machine_ns(void)
{
	unsigned long long user = 0, nice = 0, system = 0;
	FILE *file = fopen("/proc/stat", "r");

	if (!file)
		return 0;
	if (fscanf(file, "cpu %llu %llu %llu", &user, &nice, &system) != 3)
		user = nice = system = 0;
	fclose(file);
	return (int64_t)(user + nice + system) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}
