#include "fanout/fanout.h"

#include "fanout/reader_list.h"

void fanout_entry(struct conversation *conversation, struct entry *entry, bool state_changed)
{
	struct encoding encoding = {.entry = entry, .state_changed = state_changed};
	struct reader *next;

	for (struct reader *r = *conversation_readers(conversation); r; r = next) {
		next = r->next;
		if (r->phase != READER_LIVE || r->seen >= entry_last(entry))
			continue;
		if (r->seen + 1 == entry->first && !r->options.calls->is_full(r->options.owner) &&
		    reader_show_entry(r, &encoding))
			continue;
		r->phase = READER_BEHIND;
		reader_pump(r);
	}
	conversations_stats(conversation_all(conversation))->messages_shown += encoding.shown;
	encoding_release(&encoding);
}

void fanout_moment(struct conversation *conversation, struct frame *frame,
		   const struct reader *author)
{
	for (struct reader *r = *conversation_readers(conversation); r; r = r->next)
		if (r != author && r->phase == READER_LIVE)
			r->options.calls->show(r->options.owner, frame);
}
