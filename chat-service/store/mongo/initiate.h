/* initiate.h: an empty MongoDB becomes the store's home.
 *
 * Purpose    initiates the replica set, adds members that are new, makes the service's user, and the indexes.
 *            What is done already stays; so it may run again, after more members were named or the
 *            password was changed.
 * Ownership  borrows all for the time of the call.
 * Errors     what is wrong with the settings ends it at once; whatever else is in the way is logged and tried
 *            again until `wait_ms` have passed. False: `error` holds the last reason, in one line.
 * Threads    a process of its own, which may wait.
 */
#ifndef STORE_MONGO_INITIATE_H
#define STORE_MONGO_INITIATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

struct mongo_initiation {
	const char *uri, *database; /* as the service uses them */
	const char *members;        /* host:port, separated by commas; NULL: the set and its users are somebody else's */
	const char *replica_set;    /* its name */
	const char *key_file;       /* what the members know each other by; NULL: they trust anybody */
	const char *username, *password; /* NULL: no user is made */
	int64_t wait_ms;
};

typedef bool mongo_initiate_fn(const struct log *log, const struct mongo_initiation *initiation, char *error,
			       size_t error_size);
mongo_initiate_fn mongo_initiate;

#endif
