/* json_text.h: a text as a JSON string.
 *
 * Purpose    quotes and escapes.
 * Ownership  none.
 * Errors     the buffer's; bytes that are not UTF-8 become U+FFFD.
 * Threads    any.
 */
#ifndef BOT_JSON_TEXT_H
#define BOT_JSON_TEXT_H

#include "base/buffer.h"
#include "base/text.h"

void json_text_add(struct buffer *out, struct text t);

#endif
