/* The program's side: finds the module and hands the call on. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/mongo/module.h"

/* <folder of the program>/../lib/frontdesk-mongo.so; false: it does not fit. */
static bool find_module(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	n = slash - path;
	return snprintf(slash, PATH_MAX - (size_t)n, "/../lib/" MONGO_MODULE) < PATH_MAX - n;
}

/* NULL: `error` says why. */
static void *find_call(const char *name, char *error, size_t error_size)
{
	char path[PATH_MAX];
	void *module, *call = NULL;

	if (!find_module(path)) {
		snprintf(error, error_size, "the program's own folder cannot be found");
		return NULL;
	}
	/* The driver's counters in shared memory, which nobody reads, would stay behind whenever this process is
	 * killed. It makes them when it is loaded. */
	setenv("MONGOC_DISABLE_SHM", "1", 1);
	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (module)
		call = dlsym(module, name);
	if (!call)
		snprintf(error, error_size, "MongoDB's part of the program cannot be loaded: %s", dlerror());
	return call;
}

struct store *mongo_module_open(struct loop *loop, const struct log *log, const char *uri,
				const char *database, int64_t timeout_ms, char *error,
				size_t error_size)
{
	mongo_module_open_fn *open;

	*(void **)&open = find_call(MONGO_MODULE_OPEN, error, error_size); /* as POSIX has it */
	return open ? open(loop, log, uri, database, timeout_ms, error, error_size) : NULL;
}

bool mongo_module_initiate(const struct log *log, const struct mongo_initiation *initiation, char *error,
			   size_t error_size)
{
	mongo_initiate_fn *initiate;

	*(void **)&initiate = find_call(MONGO_MODULE_INITIATE, error, error_size);
	return initiate && initiate(log, initiation, error, error_size);
}

size_t mongo_module_examine(const struct log *log, const char *uri, const char *database, int64_t timeout_ms,
			    struct finding findings[MONGO_FINDINGS])
{
	mongo_examine_fn *examine;
	char error[256];

	*(void **)&examine = find_call(MONGO_MODULE_EXAMINE, error, sizeof(error));
	if (examine)
		return examine(log, uri, database, timeout_ms, findings);
	finding_bad(findings, "MongoDB", "put lib/frontdesk-mongo.so beside the program's folder", "%s", error);
	return 1;
}
