/* The module's side: the one name that it shows. */
#include "store/mongo/module.h"

__attribute__((visibility("default"))) struct store *
frontdesk_mongo_store_open(struct loop *loop, const struct log *log, const char *uri,
			   const char *database, int64_t timeout_ms, char *error, size_t error_size)
{
	return mongo_store_open(loop, log, uri, database, timeout_ms, error, error_size);
}
