#include "store/mongo/outcome.h"

enum { DUPLICATE_KEY = 11000 };

static bool set_all(struct append *const *appends, size_t n, enum append_result result)
{
	for (size_t i = 0; i < n; i++)
		appends[i]->result = result;
	return result != APPEND_UNAVAILABLE;
}

static int64_t number(const bson_iter_t *document, const char *key)
{
	bson_iter_t at;

	if (!bson_iter_recurse(document, &at) || !bson_iter_find(&at, key) ||
	    !BSON_ITER_HOLDS_NUMBER(&at))
		return -1;
	return bson_iter_as_int64(&at);
}

/* How many of the entries have an error of their own; -1: not understood. An entry that failed for
 * another reason than its place or its ids being taken stays unavailable. */
static int64_t take_errors(bson_iter_t errors, struct append *const *appends, size_t n)
{
	int64_t count = 0;
	bson_iter_t at;

	if (!BSON_ITER_HOLDS_ARRAY(&errors) || !bson_iter_recurse(&errors, &at))
		return -1;
	for (; bson_iter_next(&at); count++) {
		int64_t index;

		if (!BSON_ITER_HOLDS_DOCUMENT(&at))
			return -1;
		index = number(&at, "index");
		if (index < 0 || index >= (int64_t)n)
			return -1;
		appends[index]->result =
			number(&at, "code") == DUPLICATE_KEY ? APPEND_TAKEN : APPEND_UNAVAILABLE;
	}
	return count;
}

static bool has_any(const bson_t *reply, const char *key)
{
	bson_iter_t at, in;

	return bson_iter_init_find(&at, reply, key) &&
	       (!BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &in) || bson_iter_next(&in));
}

bool outcome_read(const bson_t *reply, bool is_done, struct append *const *appends, size_t n)
{
	int64_t stored, refused;
	bool is_known = true;
	bson_iter_t at;

	if (is_done)
		return set_all(appends, n, APPEND_STORED);
	/* An entry that was refused is known to a majority when the reply comes: the server waits for
	 * what it collided with too. With a write concern error nothing is known. */
	if (has_any(reply, "writeConcernErrors") ||
	    !bson_iter_init_find(&at, reply, "insertedCount") || !BSON_ITER_HOLDS_NUMBER(&at))
		return set_all(appends, n, APPEND_UNAVAILABLE);
	stored = bson_iter_as_int64(&at);
	set_all(appends, n, APPEND_STORED);
	refused = bson_iter_init_find(&at, reply, "writeErrors") ? take_errors(at, appends, n) : -1;
	if (refused < 0 || stored < 0 || stored + refused != (int64_t)n)
		return set_all(appends, n, APPEND_UNAVAILABLE);
	for (size_t i = 0; i < n; i++)
		is_known = is_known && appends[i]->result != APPEND_UNAVAILABLE;
	return is_known;
}
