/* parcel.h: what replicas tell each other.
 *
 * Purpose    bytes for a channel, and back: an entry that was stored, or a frame that is only of the moment.
 * Shape      version (1 byte), kind (1), sender (8), then the kind's fields; numbers little-endian, a
 *            text as its length (4 bytes) and its bytes:
 *              entry   conversation, first (8), at (8), state (1), since (8), agent, bot, n (2),
 *                      then each message: role (1), from, text, id
 *              moment  conversation, frame
 * Ownership  what is read is the caller's.
 * Errors     parcel_open takes any bytes; false: it is none of ours, or of a version that is not known here.
 * Threads    any.
 */
#ifndef PROTOCOL_PARCEL_H
#define PROTOCOL_PARCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"
#include "store/entry.h"

enum parcel_kind { PARCEL_ENTRY = 'e', PARCEL_MOMENT = 'm' };

struct parcel {
	enum parcel_kind kind;
	uint64_t sender;
	struct text content; /* for parcel_entry or parcel_moment; points into the bytes */
};

void parcel_add_entry(struct buffer *out, uint64_t sender, const struct entry *entry);
void parcel_add_moment(struct buffer *out, uint64_t sender, struct text conversation,
		       struct text frame);

bool parcel_open(struct text bytes, struct parcel *parcel);
/* NULL: malformed, or no memory. */
struct entry *parcel_entry(const struct parcel *parcel);
/* Both point into the bytes. */
bool parcel_moment(const struct parcel *parcel, struct text *conversation, struct text *frame);

#endif
