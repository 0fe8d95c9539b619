#include "store/mongo/query.h"

/* Who found no primary has waited for one already. */
static bool may_be_asked_again(const struct query *query)
{
	bson_error_t error;

	return !query->is_answered && mongoc_cursor_error(query->cursor, &error) &&
	       error.domain != MONGOC_ERROR_SERVER_SELECTION;
}

const bson_t *query_next(struct query *query)
{
	const bson_t *document = NULL;

	if (!mongoc_cursor_next(query->cursor, &document) && may_be_asked_again(query)) {
		mongoc_cursor_t *again = mongoc_cursor_clone(query->cursor);

		mongoc_cursor_destroy(query->cursor);
		query->cursor = again;
		if (!mongoc_cursor_next(again, &document))
			document = NULL;
	}
	query->is_answered = true;
	return document;
}

bool query_end(struct query *query, struct outage *outage)
{
	bson_error_t error;
	bool is_available = !mongoc_cursor_error(query->cursor, &error) ||
			    outage_begin(outage, error.message);

	mongoc_cursor_destroy(query->cursor);
	return is_available;
}
