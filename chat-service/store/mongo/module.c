/* The module's side: the names that it shows. */
#include "store/mongo/module.h"

__attribute__((visibility("default"))) struct store *
frontdesk_mongo_store_open(struct loop *loop, const struct log *log, const char *uri,
			   const char *database, int64_t timeout_ms, char *error, size_t error_size)
{
	return mongo_store_open(loop, log, uri, database, timeout_ms, error, error_size);
}

__attribute__((visibility("default"))) bool frontdesk_mongo_initiate(const struct log *log,
								     const struct mongo_initiation *initiation,
								     char *error, size_t error_size)
{
	return mongo_initiate(log, initiation, error, error_size);
}

__attribute__((visibility("default"))) size_t frontdesk_mongo_examine(const struct log *log, const char *uri,
								      const char *database, int64_t timeout_ms,
								      struct finding findings[MONGO_FINDINGS])
{
	return mongo_examine(log, uri, database, timeout_ms, findings);
}
