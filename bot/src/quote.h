/* quote.h: text of visitors that must never be taken for tags.
 *
 * Purpose    while a reply is put together, the characters that tags are made of are carried as
 * control codes wherever they come from a visitor or a macro, and put back at the end. Ownership
 * none. Errors     the buffer's. Threads    any.
 */
#ifndef BOT_QUOTE_H
#define BOT_QUOTE_H

#include "base/buffer.h"
#include "base/text.h"

/* Adds t with < > { } \ ( | = as codes; codes that t itself holds are dropped. */
void quote_add(struct buffer *out, struct text t);
/* Adds t with the codes as characters again. */
void quote_remove(struct buffer *out, struct text t);

#endif
