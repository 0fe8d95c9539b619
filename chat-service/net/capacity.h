/* capacity.h: how many connections this process has files for.
 *
 * Purpose    sets the limit of open files to what is needed. Not higher: the library keeps a table of that size.
 * Ownership  none.
 * Errors     one line that says what is too much, and how much there may be.
 * Threads    at the start, before there are any.
 */
#ifndef NET_CAPACITY_H
#define NET_CAPACITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CAPACITY_FILES = 65536,     /* used when nobody says how many connections there may be, if the system allows it */
	CAPACITY_RESERVED = 128     /* files for the store, for HTTP, for logs */
};

/* How many connections fit in, and how many files that takes, where the system allows `most` files. `wanted`
 * connections, or 0: what there is. False: not so many. */
bool capacity_divide(int64_t wanted, int64_t most, int64_t *connections, int64_t *files);

/* The same for this process, and sets its limit. `peers`: with those that are no WebSocket (yet); they have half of
 * what is reserved. */
bool capacity_take(int64_t wanted, int64_t *connections, int64_t *peers, char *error,
		   size_t error_size);

#endif
