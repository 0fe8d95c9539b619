#include "bench/load/memo.h"

void memo_release(struct memo *memo)
{
	for (unsigned i = 0; i < MEMO_SLOTS; i++)
		buffer_release(&memo->slots[i].line);
}

bool memo_recall(const struct memo *memo, uint64_t seq, struct text line, struct event *event)
{
	unsigned i = (unsigned)(seq % MEMO_SLOTS);

	if (memo->slots[i].event.seq != seq || !text_equal(buffer_text(&memo->slots[i].line), line))
		return false;
	*event = memo->slots[i].event;
	return true;
}

/* The same piece of a copy of the line. */
static struct text moved(struct text piece, struct text line, const char *copy)
{
	return piece.n ? text_of(copy + (piece.p - line.p), piece.n) : TEXT_NONE;
}

void memo_keep(struct memo *memo, struct text line, const struct event *message)
{
	unsigned i = (unsigned)(message->seq % MEMO_SLOTS);
	struct buffer *copy = &memo->slots[i].line;

	memo->slots[i].event.seq = 0;
	buffer_clear(copy);
	buffer_add_text(copy, line);
	if (copy->failed) {
		buffer_release(copy);
		return;
	}
	memo->slots[i].event = (struct event){.type = EVENT_MESSAGE,
					      .seq = message->seq,
					      .is_of_user = message->is_of_user,
					      .id = moved(message->id, line, copy->p),
					      .text = moved(message->text, line, copy->p)};
}
