/* json_text.h: a text as a JSON string.
 *
 * Purpose    quotes and escapes for what is written member by member; reading JSON is a library's work.
 * Ownership  none.
 * Errors     the buffer's. The text is well-formed UTF-8 (text_is_utf8): the caller knows.
 * Threads    any.
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buffer.h"
#include "base/text.h"

/* With the quotes; and only what goes between them. */
void buffer_add_json(struct buffer *b, struct text t);
void buffer_add_json_escaped(struct buffer *b, struct text t);

#endif
