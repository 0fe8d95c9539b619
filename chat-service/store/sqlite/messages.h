/* messages.h: an entry's messages as the JSON text of their column.
 *
 * Purpose    [{"role": "user", "from": "Ann", "text": "Hello", "id": "c1"}, ...]; no "id" when there is none.
 * Ownership  messages_read gives an entry that is the caller's.
 * Errors     false or NULL: not well-formed, or memory is short.
 * Threads    any.
 */
#ifndef STORE_SQLITE_MESSAGES_H
#define STORE_SQLITE_MESSAGES_H

#include "base/buffer.h"
#include "store/entry.h"

bool messages_write(struct buffer *out, const struct message *messages, size_t n);

/* `like` has all that is not in the JSON (its n too, which must be right); its messages are not looked at. */
struct entry *messages_read(const struct entry *like, struct text json);

#endif
