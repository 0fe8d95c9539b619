#include "store/mongo/row_document.h"

#include "store/mongo/document.h"

static void add_text(bson_t *to, const char *key, struct text value)
{
	bson_append_utf8(to, key, -1, value.p ? value.p : "", (int)value.n);
}

void row_document_write(bson_t *to, const struct store_row *row)
{
	bson_append_int64(to, "n", 1, (int64_t)row->n);
	bson_append_utf8(to, "s", 1, state_name(row->state), -1);
	if (row->agent.n > 0)
		add_text(to, "a", row->agent);
	if (row->since_ms != 0)
		bson_append_date_time(to, "since", 5, row->since_ms);
	bson_append_date_time(to, "at", 2, row->at_ms);
	if (row->name.n > 0)
		add_text(to, "name", row->name);
	add_text(to, "p", row->preview);
}

static bool take_field(const bson_iter_t *at, struct store_row *row, struct text *state, int64_t *n)
{
	const char *key = bson_iter_key(at);

	if (strcmp(key, "_id") == 0)
		return field_take_text(at, &row->conversation);
	if (strcmp(key, "n") == 0)
		return field_take_number(at, n);
	if (strcmp(key, "s") == 0)
		return field_take_text(at, state);
	if (strcmp(key, "a") == 0)
		return field_take_text(at, &row->agent);
	if (strcmp(key, "since") == 0)
		return field_take_date(at, &row->since_ms);
	if (strcmp(key, "at") == 0)
		return field_take_date(at, &row->at_ms);
	if (strcmp(key, "name") == 0)
		return field_take_text(at, &row->name);
	if (strcmp(key, "p") == 0)
		return field_take_text(at, &row->preview);
	return true; /* unknown fields are left to those who know them */
}

struct store_row row_document_read(const bson_t *document)
{
	struct store_row row = {0};
	struct text state = TEXT_NONE;
	bool is_row = true;
	int64_t n = 0;
	bson_iter_t at;

	if (!bson_iter_init(&at, document))
		return (struct store_row){.state = STATE_COUNT};
	while (bson_iter_next(&at))
		is_row = take_field(&at, &row, &state, &n) && is_row;
	row.n = n > 0 ? (uint64_t)n : 0;
	row.state = is_row && n > 0 ? state_of_name(state) : STATE_COUNT;
	return row;
}
