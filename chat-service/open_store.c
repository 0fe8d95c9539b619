#include "open_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/mongo/module.h"
#include "store/sqlite/sqlite_store.h"

struct store *open_store(const struct service_settings *set, struct loop *loop,
			 const struct log *log, char *error, size_t error_size)
{
	struct store *store;
	char why[256];

	if (set->mongo_uri) {
		store = mongo_module_open(loop, log, set->mongo_uri, set->mongo_database,
					  set->store_timeout_ms, why, sizeof(why));
		if (!store)
			snprintf(error, error_size,
				 "MONGO_URI, or what MONGO_IP and the others make of it, is "
				 "'(secret)', "
				 "but must be a MongoDB connection string: %s",
				 why);
	} else {
		store = sqlite_store_open(loop, log, set->sqlite_path, set->store_timeout_ms, why,
					  sizeof(why));
		if (!store)
			snprintf(error, error_size,
				 "SQLITE_PATH is '%.80s', but must be a file that can be written: "
				 "%s",
				 set->sqlite_path, why);
	}
	return store;
}

/* The database in mongodb://hosts/DATABASE?options; NULL: it names none, or memory is short. */
static char *database_of(const char *uri)
{
	const char *hosts = strstr(uri, "://"), *path = hosts ? strchr(hosts + 3, '/') : NULL;
	size_t n = path ? strcspn(path + 1, "?") : 0;

	return n > 0 ? strndup(path + 1, n) : NULL;
}

struct store *open_store_at(const char *uri, const struct service_settings *set, struct loop *loop,
			    const struct log *log, char *error, size_t error_size)
{
	static const char sqlite[] = "sqlite:";
	struct store *store;
	char *database;

	if (strncmp(uri, sqlite, sizeof(sqlite) - 1) == 0)
		return sqlite_store_open(loop, log, uri + sizeof(sqlite) - 1, set->store_timeout_ms,
					 error, error_size);
	if (strncmp(uri, "mongodb", 7) != 0) {
		snprintf(error, error_size,
			 "the target must be mongodb://HOSTS/DATABASE or sqlite:PATH");
		return NULL;
	}
	database = database_of(uri);
	store = mongo_module_open(loop, log, uri, database ? database : set->mongo_database,
				  set->store_timeout_ms, error, error_size);
	free(database);
	return store;
}
