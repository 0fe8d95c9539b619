/* document.h: an entry as its MongoDB document.
 *
 * Purpose    {_id: {c: conversation, s: first number}, n: how many messages, at: date,
 *             m: [{r: role, f: from, t: text, i: client id}],  i only where there is one
 *             ids: [client ids, no repeats],                    only when there are any
 *             st: {s: state, a: agent, since: date, b: what the bot knows}}
 *            a, since and b only when they are set.
 *            The order of _id's fields is the order of the log: a read is a range of _id.
 * Ownership  document_read gives an entry that is the caller's.
 * Errors     document_read takes any document: NULL, and `why` in words, for one that is no entry.
 * Threads    any.
 */
#ifndef STORE_MONGO_DOCUMENT_H
#define STORE_MONGO_DOCUMENT_H

#include <bson/bson.h>

#include "store/entry.h"

/* Into an empty document. False: it would be larger than BSON can be. */
bool document_write(bson_t *document, const struct entry *entry);
struct entry *document_read(const bson_t *document, const char **why);

/* A place in a log, as _id has it: `key` is the field's name. */
bool document_add_place(bson_t *to, const char *key, struct text conversation, int64_t first);

/* Fields of any document. The texts point into it; false: the field holds something else. */
bool field_take_text(const bson_iter_t *field, struct text *value);
bool field_take_number(const bson_iter_t *field, int64_t *value);
bool field_take_date(const bson_iter_t *field, int64_t *value);

/* Of a document's _id; the text points into the document. False: it is none. */
bool document_read_place(const bson_t *document, struct text *conversation, uint64_t *first);

#endif
