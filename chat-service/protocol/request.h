/* request.h: what a client asks, read from one line of JSON.
 *
 * Purpose    bytes -> request. Knows the fields and their types, not what the verbs mean.
 * Ownership  a request owns what it parsed; its texts live until request_release.
 * Errors     ERR_BAD_REQUEST or ERR_UNKNOWN_TYPE with a sentence in `why`; even then `id` is set when the
 *            line had a usable one, and request_release must be called.
 * Threads    any; pure.
 */
#ifndef PROTOCOL_REQUEST_H
#define PROTOCOL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

enum verb {
	VERB_HELLO,
	VERB_OPEN,
	VERB_HISTORY,
	VERB_SEND,
	VERB_TYPING,
	VERB_READ,
	VERB_ESCALATE,
	VERB_CANCEL,
	VERB_COUNT
};

/* The wire's word: "hello". */
const char *verb_name(enum verb verb);

/* Bits of request.has: the optional and required fields of all verbs. */
enum request_field {
	FIELD_ID = 1 << 0,
	FIELD_NAME = 1 << 1,
	FIELD_CONVERSATION = 1 << 2,
	FIELD_TEXT = 1 << 3,
	FIELD_AFTER = 1 << 4,
	FIELD_BEFORE = 1 << 5,
	FIELD_LIMIT = 1 << 6,
	FIELD_SEQ = 1 << 7,
	FIELD_ON = 1 << 8,
	FIELD_JWT = 1 << 9
};

struct request {
	enum verb verb;
	unsigned has; /* fields that the line held; null counts as absent */
	struct text id; /* 1 to 64 bytes */
	struct text name, jwt;
	struct text conversation;
	struct text text;
	uint64_t after, before, limit, seq;
	bool on;

	char why[160]; /* on failure: a sentence for the client's developer */
	void *json;    /* the parsed tree */
};

enum err request_parse(struct request *request, struct text line);
void request_release(struct request *request);

/* ERR_BAD_REQUEST with `why` when a field of the mask is absent. */
enum err request_needs(struct request *request, unsigned fields);

#endif
