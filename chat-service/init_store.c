#include "init_store.h"

#include <stdio.h>

#include "store/mongo/module.h"

enum { WAIT_MS = 300 * 1000 }; /* a database's first start on a slow disk */

bool init_store(const struct service_settings *settings, const struct log *log, char *error, size_t error_size)
{
	if (!settings->mongo_uri) {
		snprintf(error, error_size, "--init-store is for MongoDB, but neither MONGO_URI nor MONGO_IP is set");
		return false;
	}
	if (settings->mongo_members && !settings->mongo_replica_set) {
		snprintf(error, error_size,
			 "MONGO_REPLICA_SET is '', but must be the name that MONGO_MEMBERS were given as --replSet");
		return false;
	}
	return mongo_module_initiate(log,
				     &(struct mongo_initiation){
					     .uri = settings->mongo_uri,
					     .database = settings->mongo_database,
					     .members = settings->mongo_members,
					     .replica_set = settings->mongo_replica_set,
					     .key_file = settings->mongo_key_file,
					     .username = settings->mongo_username,
					     .password = settings->mongo_password,
					     .wait_ms = WAIT_MS,
				     },
				     error, error_size);
}
