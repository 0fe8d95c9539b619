#include "store/row.h"

#include <stdlib.h>

struct store_row row_after(const struct entry *entry)
{
	const struct standing *after = &entry->after;
	struct store_row row = {
		.conversation = entry->conversation,
		.n = entry_last(entry),
		.state = after->state,
		.agent = after->state == STATE_LIVE ? after->agent : TEXT_NONE,
		.since_ms = after->state == STATE_BOT ? 0 : after->since_ms,
		.at_ms = entry->at_ms,
		.preview = text_clip_utf8(entry->messages[entry->n - 1].text, ROW_PREVIEW_MAX),
	};

	for (size_t i = entry->n; i > 0 && row.name.n == 0; i--)
		if (entry->messages[i - 1].role == ROLE_USER)
			row.name = entry->messages[i - 1].from;
	return row;
}

size_t row_size(const struct store_row *row)
{
	return sizeof(*row) + row->conversation.n + row->agent.n + row->name.n + row->preview.n;
}

struct store_row *row_copy(const struct store_row *row)
{
	struct store_row *copy = malloc(row_size(row));
	char *at;

	if (!copy)
		return NULL;
	at = (char *)(copy + 1);
	*copy = *row;
	copy->conversation = text_put(&at, row->conversation);
	copy->agent = text_put(&at, row->agent);
	copy->name = text_put(&at, row->name);
	copy->preview = text_put(&at, row->preview);
	return copy;
}
