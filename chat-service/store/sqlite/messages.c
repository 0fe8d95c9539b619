#include "store/sqlite/messages.h"

#include <jansson.h>
#include <stdlib.h>

static bool set_text(json_t *object, const char *key, struct text value)
{
	/* The copy is checked to be UTF-8. */
	return json_object_set_new_nocheck(object, key,
					   json_stringn(value.p ? value.p : "", value.n)) == 0;
}

static json_t *message_to_json(const struct message *message)
{
	json_t *object = json_object();

	if (object && set_text(object, "role", text_of_string(role_name(message->role))) &&
	    set_text(object, "from", message->from) && set_text(object, "text", message->text) &&
	    (message->id.n == 0 || set_text(object, "id", message->id)))
		return object;
	json_decref(object);
	return NULL;
}

static int add(const char *bytes, size_t n, void *buffer)
{
	buffer_add(buffer, bytes, n);
	return 0;
}

bool messages_write(struct buffer *out, const struct message *messages, size_t n)
{
	json_t *array = json_array();
	bool is_written = array != NULL;

	for (size_t i = 0; i < n && is_written; i++)
		is_written = json_array_append_new(array, message_to_json(&messages[i])) == 0;
	is_written = is_written && json_dump_callback(array, add, out, JSON_COMPACT) == 0 &&
		     !out->failed;
	json_decref(array);
	return is_written;
}

static bool get_text(const json_t *object, const char *key, struct text *value)
{
	const json_t *string = json_object_get(object, key);

	*value = text_of(json_string_value(string), json_string_length(string));
	return json_is_string(string);
}

static bool message_of_json(const json_t *object, struct message *message)
{
	struct text role;

	if (!get_text(object, "role", &role) || !get_text(object, "from", &message->from) ||
	    !get_text(object, "text", &message->text))
		return false;
	if (!get_text(object, "id", &message->id) && json_object_get(object, "id"))
		return false;
	message->role = role_of_name(role);
	return message->role != ROLE_COUNT;
}

struct entry *messages_read(const struct entry *like, struct text json)
{
	json_t *array = json_loadb(json.p ? json.p : "", json.n, JSON_ALLOW_NUL, NULL);
	struct message *messages = NULL;
	struct entry *entry = NULL;
	size_t n = json_array_size(array);

	if (n == 0 || n != like->n)
		goto out;
	messages = calloc(n, sizeof(*messages));
	if (!messages)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (!message_of_json(json_array_get(array, i), &messages[i]))
			goto out;
	entry = entry_make(like->conversation, like->first, like->at_ms, &like->after, messages, n);
out:
	free(messages);
	json_decref(array);
	return entry;
}
