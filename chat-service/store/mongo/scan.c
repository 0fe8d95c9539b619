/* The walk over all entries in MongoDB, in the order of _id. Where it goes on: the last document's
 * {_id: ...} as BSON, whatever type it is, so that what does not belong there is found too. */
#include <stdio.h>

#include "store/mongo/document.h"
#include "store/mongo/internal.h"

/* From `place` on, which is included; NULL: from the beginning. */
static struct query find_entries(struct mongo_thread *thread, const bson_t *place, size_t limit)
{
	bson_t filter = BSON_INITIALIZER;
	bson_t *options = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}", "hint", "{", "_id",
				   BCON_INT32(1), "}", "limit", BCON_INT64((int64_t)limit + 1));
	struct query query = {0};

	if (place)
		bson_append_document(options, "min", 3, place);
	query.cursor = mongoc_collection_find_with_opts(thread->entries, &filter, options, NULL);
	bson_destroy(options);
	bson_destroy(&filter);
	return query;
}

static void take_id(bson_t *place, const bson_t *document)
{
	bson_iter_t at;

	if (bson_iter_init_find(&at, document, "_id"))
		bson_append_iter(place, "_id", 3, &at);
}

static bool add_document(struct scan_page *page, const bson_t *document)
{
	struct text conversation = TEXT_NONE;
	const char *wrong;
	struct entry *entry = document_read(document, &wrong);
	uint64_t first = 0;
	char why[128], *shown = NULL;
	bson_t id = BSON_INITIALIZER;
	bool is_added;

	if (entry)
		return scan_page_add(page, entry);
	if (!document_read_place(document, &conversation, &first)) {
		take_id(&id, document);
		shown = bson_as_relaxed_extended_json(&id, NULL);
		conversation = text_clip_utf8(text_of_string(shown ? shown : ""), 200);
	}
	snprintf(why, sizeof(why), "its document is not an entry's: %s", wrong);
	is_added = scan_page_add_malformed(page, conversation, (int64_t)first, why);
	bson_free(shown);
	bson_destroy(&id);
	return is_added;
}

bool mongo_scan(void *ctx, void *arg, struct text after, struct scan_page *page)
{
	struct mongo_thread *thread = arg;
	bson_t *place = after.n > 0 ? bson_new_from_data((const uint8_t *)after.p, after.n) : NULL;
	bson_t last = BSON_INITIALIZER;
	struct query query = find_entries(thread, place, page->limit);
	const bson_t *document;
	bool is_available = true;

	(void)ctx;
	while (is_available && !scan_page_is_full(page) && (document = query_next(&query))) {
		bson_reinit(&last);
		take_id(&last, document);
		if (!place || !bson_equal(place, &last))
			is_available = add_document(page, document);
	}
	is_available = query_end(&query, &thread->outage) && is_available;
	if (scan_page_is_full(page))
		buffer_add(&page->next, bson_get_data(&last), last.len);
	bson_destroy(&last);
	bson_destroy(place);
	return is_available && outage_end(&thread->outage);
}

bool mongo_count(void *ctx, void *arg, uint64_t *entries)
{
	struct mongo_thread *thread = arg;
	bson_error_t error;
	int64_t count = mongoc_collection_estimated_document_count(thread->entries, NULL, NULL,
								   NULL, &error);

	(void)ctx;
	if (count < 0)
		return outage_begin(&thread->outage, error.message);
	*entries = (uint64_t)count;
	return outage_end(&thread->outage);
}
