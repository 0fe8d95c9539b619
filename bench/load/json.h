/* json.h: walks JSON without building anything.
 *
 * Purpose    finds the members of an object in any order, and the elements of an array, at the cost
 *            of one pass. It trusts the server to write JSON: it finds the ends of values, it does
 *            not judge them.
 * Ownership  what it gives points into the input. Strings come without their quotes, escapes as
 * written. Errors     a cursor that meets nonsense has `failed` set and gives nothing more. Threads
 * any.
 */
#ifndef LOAD_JSON_H
#define LOAD_JSON_H

#include "base/text.h"

enum json_kind { JSON_STRING, JSON_OBJECT, JSON_ARRAY, JSON_PLAIN /* number, true, false, null */ };

struct json_value {
	enum json_kind kind;
	struct text raw;
};

struct json_cursor {
	const char *at, *end;
	bool failed;
};

/* Of an object or an array, with its brackets. */
struct json_cursor json_cursor_of(struct text value);
bool json_next_member(struct json_cursor *c, struct text *key, struct json_value *value);
bool json_next_element(struct json_cursor *c, struct json_value *value);

#endif
