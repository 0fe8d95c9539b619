/* Any bytes as another replica's parcel: an entry that this side could have sent, or nothing. */
#include <stdlib.h>
#include <string.h>

#include "protocol/parcel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void check_entry(const struct parcel *parcel, struct text bytes)
{
	struct entry *entry = parcel_entry(parcel);
	struct buffer again = BUFFER_INIT;

	if (!entry)
		return;
	require(entry->n > 0 && entry->n <= ENTRY_MESSAGES_MAX && entry->first > 0);
	for (size_t i = 0; i < entry->n; i++)
		require(entry->messages[i].role < ROLE_COUNT && text_is_utf8(entry->messages[i].text));
	parcel_add_entry(&again, parcel->sender, entry);
	require(text_equal(buffer_text(&again), bytes));
	buffer_release(&again);
	entry_unref(entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = text_of((const char *)data, size), conversation, frame;
	struct parcel parcel;

	if (!parcel_open(bytes, &parcel))
		return 0;
	if (parcel.kind == PARCEL_ENTRY)
		check_entry(&parcel, bytes);
	else if (parcel_moment(&parcel, &conversation, &frame))
		require(text_is_utf8(frame) && conversation.n + frame.n + 18 == size);
	return 0;
}
