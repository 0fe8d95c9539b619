/* The view of conversations in MongoDB.
 *
 * Most rows are there and are behind, so one bulk of plain updates writes them all. What it did not
 * match is asked for: a row that has seen more stays, one that is missing is added, and where
 * another replica adds it in the same moment (E11000), it starts again. */
#include "store/mongo/document.h"
#include "store/mongo/internal.h"
#include "store/mongo/row_document.h"

enum { TRIES = 4, DUPLICATE_KEY = 11000 };

#define ADD_TEXT(to, key, t) bson_append_utf8(to, key, -1, (t).p ? (t).p : "", (int)(t).n)

static void write_update(bson_t *update, const struct store_row *row)
{
	bson_t set, unset;

	bson_append_document_begin(update, "$set", 4, &set);
	row_document_write(&set, row);
	bson_append_document_end(update, &set);
	if (row->agent.n > 0 && row->since_ms != 0)
		return;
	bson_append_document_begin(update, "$unset", 6, &unset);
	if (row->agent.n == 0)
		bson_append_bool(&unset, "a", 1, true);
	if (row->since_ms == 0)
		bson_append_bool(&unset, "since", 5, true);
	bson_append_document_end(update, &unset);
}

static void write_filter(bson_t *filter, const struct store_row *row)
{
	bson_t seen;

	ADD_TEXT(filter, "_id", row->conversation);
	bson_append_document_begin(filter, "n", 1, &seen);
	bson_append_int64(&seen, "$lte", 4, (int64_t)row->n);
	bson_append_document_end(filter, &seen);
}

/* Whether all that went wrong is that another was first. */
static bool only_duplicates(const bson_t *reply)
{
	bson_iter_t errors, at, in;
	bool are = false;

	if (!bson_iter_init_find(&errors, reply, "writeErrors") ||
	    !BSON_ITER_HOLDS_ARRAY(&errors) || !bson_iter_recurse(&errors, &at))
		return false;
	while (bson_iter_next(&at)) {
		if (!BSON_ITER_HOLDS_DOCUMENT(&at) || !bson_iter_recurse(&at, &in) ||
		    !bson_iter_find(&in, "code") || bson_iter_as_int64(&in) != DUPLICATE_KEY)
			return false;
		are = true;
	}
	return are;
}

static int64_t number(const bson_t *reply, const char *key)
{
	bson_iter_t at;

	return bson_iter_init_find(&at, reply, key) ? bson_iter_as_int64(&at) : 0;
}

/* *matched: how many rows were there and had not seen more, or were added. */
static bool update(struct mongo_thread *thread, const struct store_row *const *rows, size_t n,
		   bool may_add, size_t *matched)
{
	bson_t *ordered = BCON_NEW("ordered", BCON_BOOL(false));
	bson_t *options = BCON_NEW("upsert", BCON_BOOL(may_add));
	mongoc_bulk_operation_t *bulk =
		mongoc_collection_create_bulk_operation_with_opts(thread->rows, ordered);
	bson_error_t error = {0};
	bson_t reply = BSON_INITIALIZER;
	bool is_done = true;

	for (size_t i = 0; i < n && is_done; i++) {
		bson_t filter = BSON_INITIALIZER, change = BSON_INITIALIZER;

		write_filter(&filter, rows[i]);
		write_update(&change, rows[i]);
		is_done = mongoc_bulk_operation_update_one_with_opts(bulk, &filter, &change,
								     options, &error);
		bson_destroy(&filter);
		bson_destroy(&change);
	}
	if (is_done) {
		bson_destroy(&reply);
		is_done = mongoc_bulk_operation_execute(bulk, &reply, &error) != 0 ||
			  (may_add && only_duplicates(&reply));
	}
	*matched = (size_t)(number(&reply, "nMatched") + number(&reply, "nUpserted"));
	bson_destroy(&reply);
	mongoc_bulk_operation_destroy(bulk);
	bson_destroy(options);
	bson_destroy(ordered);
	return is_done || outage_begin(&thread->outage, error.message);
}

/* Takes those off the list whose row has seen as much. False: unavailable. */
static bool leave_out_those_ahead(struct mongo_thread *thread, const struct store_row **rows,
				  size_t *n)
{
	bson_t filter = BSON_INITIALIZER, field, list;
	bson_t *options = BCON_NEW("projection", "{", "n", BCON_INT32(1), "}");
	struct query query = {0};
	const bson_t *document;
	bool is_available;

	bson_append_document_begin(&filter, "_id", 3, &field);
	bson_append_array_begin(&field, "$in", 3, &list);
	for (size_t i = 0; i < *n; i++) {
		char space[16];
		const char *key;

		bson_uint32_to_string((uint32_t)i, &key, space, sizeof(space));
		ADD_TEXT(&list, key, rows[i]->conversation);
	}
	bson_append_array_end(&field, &list);
	bson_append_document_end(&filter, &field);
	query.cursor = mongoc_collection_find_with_opts(thread->rows, &filter, options, NULL);
	while ((document = query_next(&query))) {
		struct text id = TEXT_NONE;
		uint32_t length = 0;
		bson_iter_t at;

		if (!bson_iter_init_find(&at, document, "_id"))
			continue;
		id.p = bson_iter_utf8(&at, &length);
		id.n = length;
		for (size_t i = 0; i < *n; i++)
			if (text_equal(rows[i]->conversation, id) &&
			    number(document, "n") >= (int64_t)rows[i]->n)
				rows[i--] = rows[--*n];
	}
	is_available = query_end(&query, &thread->outage);
	bson_destroy(options);
	bson_destroy(&filter);
	return is_available;
}

bool mongo_write_rows(void *ctx, void *arg, const struct store_row *const *all, size_t n)
{
	const struct store_row *rows[STORE_BATCH_ENTRIES];
	struct mongo_thread *thread = arg;
	size_t matched;

	if (!mongo_ensure_indexes(ctx, thread))
		return false;
	for (size_t i = 0; i < n; i++)
		rows[i] = all[i];
	for (int tries = 0; n > 0 && tries < TRIES; tries++) {
		if (!update(thread, rows, n, false, &matched))
			return false;
		if (matched == n || !leave_out_those_ahead(thread, rows, &n))
			return matched == n && outage_end(&thread->outage);
		if (n > 0 && !update(thread, rows, n, true, &matched))
			return false;
		if (matched == n)
			break;
	}
	/* What is still left is no row that can be compared: --rebuild-view is for that. */
	return outage_end(&thread->outage);
}

bool mongo_read_rows(void *ctx, void *arg, const struct store_row_range *range,
		     struct row_page *page)
{
	struct mongo_thread *thread = arg;
	bson_t filter = BSON_INITIALIZER, field;
	bson_t *options = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}", "limit",
				   BCON_INT64((int64_t)range->limit));
	struct query query = {0};
	const bson_t *document;
	bool is_available = true;

	(void)ctx;
	bson_append_document_begin(&filter, "_id", 3, &field);
	ADD_TEXT(&field, range->includes_from ? "$gte" : "$gt", range->from);
	bson_append_document_end(&filter, &field);
	query.cursor = mongoc_collection_find_with_opts(thread->rows, &filter, options, NULL);
	while (is_available && !row_page_is_full(page) && (document = query_next(&query))) {
		struct store_row row = row_document_read(document);

		is_available = row_page_add(page, &row);
	}
	is_available = query_end(&query, &thread->outage) && is_available;
	bson_destroy(options);
	bson_destroy(&filter);
	return is_available && outage_end(&thread->outage);
}

/* The row that was seen; for 0: one whose number cannot be read, or none. */
static void write_seen(bson_t *filter, struct text conversation, uint64_t seen)
{
	bson_t number, negated;

	ADD_TEXT(filter, "_id", conversation);
	if (seen > 0) {
		bson_append_int64(filter, "n", 1, (int64_t)seen);
		return;
	}
	bson_append_document_begin(filter, "n", 1, &number);
	bson_append_document_begin(&number, "$not", 4, &negated);
	bson_append_int64(&negated, "$gt", 3, 0);
	bson_append_document_end(&number, &negated);
	bson_append_document_end(filter, &number);
}

bool mongo_correct_row(void *ctx, void *arg, struct text conversation, uint64_t seen,
		       const struct store_row *row)
{
	struct mongo_thread *thread = arg;
	bson_t filter = BSON_INITIALIZER, replacement = BSON_INITIALIZER;
	bson_t *options = BCON_NEW("upsert", BCON_BOOL(seen == 0));
	bson_error_t error;
	bool is_done;

	(void)ctx;
	write_seen(&filter, conversation, seen);
	if (row) {
		row_document_write(&replacement, row);
		is_done = mongoc_collection_replace_one(thread->rows, &filter, &replacement,
							options, NULL, &error) ||
			  error.code == DUPLICATE_KEY; /* another was first */
	} else {
		is_done = mongoc_collection_delete_one(thread->rows, &filter, NULL, NULL, &error);
	}
	bson_destroy(options);
	bson_destroy(&replacement);
	bson_destroy(&filter);
	return is_done ? outage_end(&thread->outage) : outage_begin(&thread->outage, error.message);
}
