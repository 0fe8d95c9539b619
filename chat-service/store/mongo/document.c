#include "store/mongo/document.h"

#include <stdlib.h>

/* The key is a literal, so that its length is known to the compiler. */
#define ADD_TEXT(to, key, t) \
	bson_append_utf8(to, key, sizeof(key) - 1, (t).p ? (t).p : "", (int)(t).n)
#define ADD_STRING(to, key, s) bson_append_utf8(to, key, sizeof(key) - 1, s, -1)

bool document_add_place(bson_t *to, const char *key, struct text conversation, int64_t first)
{
	bson_t place;

	return bson_append_document_begin(to, key, -1, &place) &&
	       ADD_TEXT(&place, "c", conversation) && bson_append_int64(&place, "s", 1, first) &&
	       bson_append_document_end(to, &place);
}

static bool add_message(bson_t *to, size_t index, const struct message *message)
{
	char space[16];
	const char *key;
	size_t length = bson_uint32_to_string((uint32_t)index, &key, space, sizeof(space));
	bson_t item;

	return bson_append_document_begin(to, key, (int)length, &item) &&
	       ADD_STRING(&item, "r", role_name(message->role)) &&
	       ADD_TEXT(&item, "f", message->from) && ADD_TEXT(&item, "t", message->text) &&
	       (message->id.n == 0 || ADD_TEXT(&item, "i", message->id)) &&
	       bson_append_document_end(to, &item);
}

static bool add_messages(bson_t *to, const struct entry *entry)
{
	bson_t array;

	if (!bson_append_array_begin(to, "m", 1, &array))
		return false;
	for (size_t i = 0; i < entry->n; i++)
		if (!add_message(&array, i, &entry->messages[i]))
			return false;
	return bson_append_array_end(to, &array);
}

static bool id_came_before(const struct entry *entry, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (text_equal(entry->messages[i].id, entry->messages[at].id))
			return true;
	return false;
}

static bool has_ids(const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++)
		if (entry->messages[i].id.n > 0)
			return true;
	return false;
}

static bool add_ids(bson_t *to, const struct entry *entry)
{
	uint32_t n = 0;
	bson_t array;

	if (!has_ids(entry))
		return true;
	if (!bson_append_array_begin(to, "ids", 3, &array))
		return false;
	for (size_t i = 0; i < entry->n; i++) {
		struct text id = entry->messages[i].id;
		char space[16];
		const char *key;
		size_t length;

		if (id.n == 0 || id_came_before(entry, i))
			continue;
		length = bson_uint32_to_string(n++, &key, space, sizeof(space));
		if (!bson_append_utf8(&array, key, (int)length, id.p, (int)id.n))
			return false;
	}
	return bson_append_array_end(to, &array);
}

static bool add_standing(bson_t *to, const struct standing *after)
{
	bson_t item;

	return bson_append_document_begin(to, "st", 2, &item) &&
	       ADD_STRING(&item, "s", state_name(after->state)) &&
	       (after->agent.n == 0 || ADD_TEXT(&item, "a", after->agent)) &&
	       (after->since_ms == 0 ||
		bson_append_date_time(&item, "since", 5, after->since_ms)) &&
	       (after->bot.n == 0 || ADD_TEXT(&item, "b", after->bot)) &&
	       bson_append_document_end(to, &item);
}

bool document_write(bson_t *document, const struct entry *entry)
{
	/* Far above what the server takes, far below where libbson's lengths end. */
	return entry_size(entry) < 512 * 1024 * 1024 &&
	       document_add_place(document, "_id", entry->conversation, (int64_t)entry->first) &&
	       bson_append_int32(document, "n", 1, (int32_t)entry->n) &&
	       bson_append_date_time(document, "at", 2, entry->at_ms) &&
	       add_messages(document, entry) && add_ids(document, entry) &&
	       add_standing(document, &entry->after);
}

/* Neither the server nor bson_validate looks into texts that are nested. */
bool field_take_text(const bson_iter_t *field, struct text *value)
{
	uint32_t n;

	if (!BSON_ITER_HOLDS_UTF8(field))
		return false;
	value->p = bson_iter_utf8(field, &n);
	value->n = n;
	return text_is_utf8(*value);
}

/* Any number type: what a person repaired by hand is often a double. */
bool field_take_number(const bson_iter_t *field, int64_t *value)
{
	*value = bson_iter_as_int64(field);
	return BSON_ITER_HOLDS_NUMBER(field);
}

bool field_take_date(const bson_iter_t *field, int64_t *value)
{
	if (!BSON_ITER_HOLDS_DATE_TIME(field))
		return false;
	*value = bson_iter_date_time(field);
	return true;
}

/* Fields of any order; unknown ones are left to those who know them. */
static bool take_place(const bson_iter_t *field, struct entry *entry)
{
	int64_t first = 0;
	bson_iter_t at;

	if (!BSON_ITER_HOLDS_DOCUMENT(field) || !bson_iter_recurse(field, &at))
		return false;
	while (bson_iter_next(&at)) {
		const char *key = bson_iter_key(&at);

		if (strcmp(key, "c") == 0 && !field_take_text(&at, &entry->conversation))
			return false;
		if (strcmp(key, "s") == 0 && !field_take_number(&at, &first))
			return false;
	}
	entry->first = (uint64_t)first;
	return first > 0 && entry->conversation.p;
}

static bool take_standing(const bson_iter_t *field, struct standing *after)
{
	struct text state = TEXT_NONE;
	bson_iter_t at;

	if (!BSON_ITER_HOLDS_DOCUMENT(field) || !bson_iter_recurse(field, &at))
		return false;
	while (bson_iter_next(&at)) {
		const char *key = bson_iter_key(&at);

		if ((strcmp(key, "s") == 0 && !field_take_text(&at, &state)) ||
		    (strcmp(key, "a") == 0 && !field_take_text(&at, &after->agent)) ||
		    (strcmp(key, "b") == 0 && !field_take_text(&at, &after->bot)) ||
		    (strcmp(key, "since") == 0 && !field_take_date(&at, &after->since_ms)))
			return false;
	}
	after->state = state_of_name(state);
	return after->state != STATE_COUNT;
}

static bool take_message(const bson_iter_t *field, struct message *message)
{
	struct text role = TEXT_NONE;
	bson_iter_t at;

	if (!BSON_ITER_HOLDS_DOCUMENT(field) || !bson_iter_recurse(field, &at))
		return false;
	while (bson_iter_next(&at)) {
		const char *key = bson_iter_key(&at);

		if ((strcmp(key, "r") == 0 && !field_take_text(&at, &role)) ||
		    (strcmp(key, "f") == 0 && !field_take_text(&at, &message->from)) ||
		    (strcmp(key, "t") == 0 && !field_take_text(&at, &message->text)) ||
		    (strcmp(key, "i") == 0 && !field_take_text(&at, &message->id)))
			return false;
	}
	message->role = role_of_name(role);
	return message->role != ROLE_COUNT && message->from.p && message->text.p;
}

/* Exactly n of them. NULL: not so, or memory is short. */
static struct message *take_messages(const bson_iter_t *field, size_t n)
{
	struct message *messages;
	bson_iter_t at;
	size_t i = 0;

	if (!BSON_ITER_HOLDS_ARRAY(field) || !bson_iter_recurse(field, &at))
		return NULL;
	messages = calloc(n, sizeof(*messages));
	while (messages && bson_iter_next(&at)) {
		if (i == n || !take_message(&at, &messages[i])) {
			free(messages);
			return NULL;
		}
		i++;
	}
	if (i == n)
		return messages;
	free(messages);
	return NULL;
}

/* All but the messages; finds them. Their field may stand before the number of them. */
static const char *take_fields(const bson_t *document, struct entry *entry, bson_iter_t *messages)
{
	const char *wrong = NULL;
	bool has_place = false, has_messages = false, has_standing = false, has_time = false;
	int64_t n = 0;
	bson_iter_t at;

	if (!bson_iter_init(&at, document))
		return "it is not BSON";
	while (!wrong && bson_iter_next(&at)) {
		const char *key = bson_iter_key(&at);

		if (strcmp(key, "_id") == 0) {
			has_place = take_place(&at, entry);
			wrong = has_place ? NULL : "_id";
		} else if (strcmp(key, "n") == 0) {
			wrong = field_take_number(&at, &n) ? NULL : "n";
		} else if (strcmp(key, "at") == 0) {
			has_time = field_take_date(&at, &entry->at_ms);
			wrong = has_time ? NULL : "at";
		} else if (strcmp(key, "m") == 0) {
			has_messages = true;
			*messages = at;
		} else if (strcmp(key, "st") == 0) {
			has_standing = take_standing(&at, &entry->after);
			wrong = has_standing ? NULL : "st";
		}
	}
	if (!wrong && !(has_place && has_time && has_messages && has_standing))
		wrong = "a missing field";
	if (!wrong && (n < 1 || n > (int64_t)document->len))
		wrong = "n";
	entry->n = (size_t)n;
	return wrong;
}

struct entry *document_read(const bson_t *document, const char **why)
{
	struct entry like = {0};
	struct message *messages = NULL;
	struct entry *entry = NULL;
	bson_iter_t at;

	*why = take_fields(document, &like, &at);
	if (*why)
		return NULL;
	messages = take_messages(&at, like.n);
	if (messages)
		entry = entry_make(like.conversation, like.first, like.at_ms, &like.after, messages,
				   like.n);
	free(messages);
	if (!entry)
		*why = messages ? "memory is short" : "m";
	return entry;
}

bool document_read_place(const bson_t *document, struct text *conversation, uint64_t *first)
{
	struct entry like = {0};
	bson_iter_t at;

	if (!bson_iter_init_find(&at, document, "_id") || !take_place(&at, &like))
		return false;
	*conversation = like.conversation;
	*first = like.first;
	return true;
}
