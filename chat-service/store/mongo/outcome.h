/* outcome.h: what became of each entry of a bulk insert.
 *
 * Purpose    reads the server's reply, in doubt against it: an entry counts as stored only when the
 *            reply accounts for every entry of the batch and a majority has it.
 * Ownership  none.
 * Errors     a reply that is not understood means APPEND_UNAVAILABLE for all.
 * Threads    any.
 */
#ifndef STORE_MONGO_OUTCOME_H
#define STORE_MONGO_OUTCOME_H

#include <bson/bson.h>

#include "store/threaded.h"

/* `is_done` is the driver's own verdict on the whole. True: none is unavailable. */
bool outcome_read(const bson_t *reply, bool is_done, struct append *const *appends, size_t n);

#endif
