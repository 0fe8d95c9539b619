/* row_document.h: a row of the view as its MongoDB document.
 *
 * Purpose    {_id: conversation, n: last number seen, s: state, a: agent, since: date, at: date,
 *             name: the visitor's, p: preview}
 *            a, since and name only when they are set.
 * Ownership  row_document_read refers to the document.
 * Errors     what is no row is read as store.h has it: with STATE_COUNT.
 * Threads    any.
 */
#ifndef STORE_MONGO_ROW_DOCUMENT_H
#define STORE_MONGO_ROW_DOCUMENT_H

#include <bson/bson.h>

#include "store/row.h"

/* All fields, but for _id; a name that is empty is left out. */
void row_document_write(bson_t *to, const struct store_row *row);
struct store_row row_document_read(const bson_t *document);

#endif
