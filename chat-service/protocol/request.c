#include "protocol/request.h"

#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "store/entry.h"

static const char *const verb_names[VERB_COUNT] = {
	[VERB_HELLO] = "hello",       [VERB_OPEN] = "open",     [VERB_HISTORY] = "history",
	[VERB_SEND] = "send",         [VERB_TYPING] = "typing", [VERB_READ] = "read",
	[VERB_ESCALATE] = "escalate", [VERB_CANCEL] = "cancel",
};

enum field_kind { KIND_TEXT, KIND_NUMBER, KIND_FLAG };

static const struct {
	const char *name;
	enum request_field bit;
	enum field_kind kind;
	size_t offset;
} fields[] = {
	{"id", FIELD_ID, KIND_TEXT, offsetof(struct request, id)},
	{"name", FIELD_NAME, KIND_TEXT, offsetof(struct request, name)},
	{"jwt", FIELD_JWT, KIND_TEXT, offsetof(struct request, jwt)},
	{"conversation", FIELD_CONVERSATION, KIND_TEXT, offsetof(struct request, conversation)},
	{"text", FIELD_TEXT, KIND_TEXT, offsetof(struct request, text)},
	{"after", FIELD_AFTER, KIND_NUMBER, offsetof(struct request, after)},
	{"before", FIELD_BEFORE, KIND_NUMBER, offsetof(struct request, before)},
	{"limit", FIELD_LIMIT, KIND_NUMBER, offsetof(struct request, limit)},
	{"seq", FIELD_SEQ, KIND_NUMBER, offsetof(struct request, seq)},
	{"on", FIELD_ON, KIND_FLAG, offsetof(struct request, on)},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

const char *verb_name(enum verb verb)
{
	assert(verb < VERB_COUNT);
	return verb_names[verb];
}

static const char *kind_sentence(enum field_kind kind)
{
	switch (kind) {
	case KIND_TEXT:
		return "a string";
	case KIND_NUMBER:
		return "a whole number, 0 or more";
	case KIND_FLAG:
		return "true or false";
	}
	return "";
}

/* False when the value is not of the field's kind. */
static bool take_value(struct request *r, size_t field, const json_t *value)
{
	void *at = (char *)r + fields[field].offset;

	switch (fields[field].kind) {
	case KIND_TEXT:
		if (!json_is_string(value))
			return false;
		*(struct text *)at =
			text_of(json_string_value(value), json_string_length(value));
		break;
	case KIND_NUMBER:
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return false;
		*(uint64_t *)at = (uint64_t)json_integer_value(value);
		break;
	case KIND_FLAG:
		if (!json_is_boolean(value))
			return false;
		*(bool *)at = json_is_true(value);
		break;
	}
	r->has |= fields[field].bit;
	return true;
}

/* The id comes first in the table, so that an error about a later field can name it. */
static enum err take_fields(struct request *r)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const json_t *value = json_object_get(r->json, fields[i].name);

		if (!value || json_is_null(value))
			continue;
		if (!take_value(r, i, value)) {
			snprintf(r->why, sizeof(r->why), "\"%s\" must be %s", fields[i].name,
				 kind_sentence(fields[i].kind));
			return ERR_BAD_REQUEST;
		}
		if (fields[i].bit == FIELD_ID && (r->id.n == 0 || r->id.n > CLIENT_ID_MAX)) {
			r->has &= ~(unsigned)FIELD_ID;
			r->id = TEXT_NONE;
			snprintf(r->why, sizeof(r->why), "\"id\" must have 1 to %d bytes",
				 CLIENT_ID_MAX);
			return ERR_BAD_REQUEST;
		}
	}
	return ERR_NONE;
}

static enum err take_verb(struct request *r)
{
	const json_t *type = json_object_get(r->json, "type");
	struct text name;

	if (!json_is_string(type)) {
		snprintf(r->why, sizeof(r->why), "\"type\" must be a string");
		return ERR_BAD_REQUEST;
	}
	name = text_of(json_string_value(type), json_string_length(type));
	for (r->verb = 0; r->verb < VERB_COUNT; r->verb++)
		if (text_equal(name, text_of_string(verb_names[r->verb])))
			return ERR_NONE;
	name = text_clip_utf8(name, 40);
	snprintf(r->why, sizeof(r->why), "there is no type \"%.*s\"", (int)name.n, name.p);
	return ERR_UNKNOWN_TYPE;
}

/* The library's words quote the line, and may end in the middle of a character. */
static void explain(struct request *r, const json_error_t *error)
{
	struct text words = text_clip_utf8(text_of_string(error->text), 100);

	if (!text_is_utf8(words))
		words = TEXT("a mistake");
	switch (json_error_code(error)) {
	case json_error_null_character:
		snprintf(r->why, sizeof(r->why), "a string holds U+0000, which is not allowed");
		break;
	case json_error_stack_overflow:
		snprintf(r->why, sizeof(r->why), "the JSON is nested too deeply");
		break;
	default:
		snprintf(r->why, sizeof(r->why), "not JSON: %.*s (byte %d)", (int)words.n, words.p,
			 error->position);
	}
}

enum err request_parse(struct request *r, struct text line)
{
	json_error_t error;
	enum err err;

	*r = (struct request){.verb = VERB_COUNT};
	r->json = json_loadb(line.p ? line.p : "", line.n, JSON_REJECT_DUPLICATES, &error);
	if (!r->json) {
		explain(r, &error);
		return ERR_BAD_REQUEST;
	}
	if (!json_is_object((json_t *)r->json)) {
		snprintf(r->why, sizeof(r->why), "a line must be a JSON object");
		return ERR_BAD_REQUEST;
	}
	err = take_fields(r);
	return err == ERR_NONE ? take_verb(r) : err;
}

void request_release(struct request *r)
{
	json_decref(r->json);
	r->json = NULL;
}

enum err request_needs(struct request *r, unsigned needed)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!(needed & fields[i].bit & ~r->has))
			continue;
		snprintf(r->why, sizeof(r->why), "\"%s\" is missing", fields[i].name);
		return ERR_BAD_REQUEST;
	}
	return ERR_NONE;
}
