/* What a writer asks the store: what was missed, and whether an id was stored before. */
#include "conversation/writer_state.h"

enum { CATCH_UP_MESSAGES = 500 /* read at once */ };

/* ---- reading what was missed ---- */

/* What has our turns in it is ours: it was stored, only the answer did not come. */
static void take_over(struct writer *w, struct entry *entry)
{
	bool is_ours = writer_settle(&w->waiting, entry, NULL);

	if (is_ours)
		store_follow(writer_options(w)->store, entry);
	conversation_apply(w->c, entry, is_ours);
}

static void missed(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct writer *w = ctx;
	uint64_t before = conversation_last(w->c);

	if (!is_available) {
		conversation_set_behind(w->c, true);
		writer_pause(w);
		return;
	}
	for (size_t i = 0; i < n && conversation_is_loaded(w->c); i++)
		if (entries[i]->first == conversation_last(w->c) + 1)
			take_over(w, entries[i]);
	if (conversation_last(w->c) > before) {
		/* That another had the number explains a refused append; ids need no look. */
		w->taken_in_a_row = 0;
		for (struct turn *turn = w->waiting.first; turn; turn = turn->next)
			turn->must_find = false;
		writer_catch_up(w);
	} else if (!writer_find_next(w)) {
		writer_go_on(w);
	}
}

void writer_catch_up(struct writer *w)
{
	struct store_range range = {.conversation = conversation_id(w->c),
				    .after = conversation_last(w->c),
				    .limit = CATCH_UP_MESSAGES};

	if (!conversation_is_loaded(w->c)) {
		writer_go_on(w);
		return;
	}
	w->phase = WRITER_READING;
	conversation_set_behind(w->c, false); /* whatever is heard of from here on may not be in what is read */
	if (!store_read(writer_options(w)->store, &range, missed, w)) {
		conversation_set_behind(w->c, true);
		writer_pause(w);
	}
}

/* ---- looking up ids ---- */

static void found(void *ctx, bool is_available, struct entry *entry)
{
	struct writer *w = ctx;

	w->finding->must_find = !is_available;
	w->finding->is_checked = is_available;
	w->finding = NULL;
	if (!is_available) {
		writer_pause(w);
		return;
	}
	if (entry) {
		/* That explains a refused append: the store is not in doubt. */
		w->taken_in_a_row = 0;
		w->pause_ms = 0;
		writer_settle(&w->waiting, entry, NULL);
	}
	if (!writer_find_next(w))
		writer_catch_up(w);
}

bool writer_find_next(struct writer *w)
{
	struct turn *turn = w->waiting.first;

	while (turn && !turn->must_find)
		turn = turn->next;
	if (!turn)
		return false;
	w->phase = WRITER_FINDING;
	w->finding = turn;
	if (!store_find(writer_options(w)->store, conversation_id(w->c), turn->request.id, found,
			w)) {
		w->finding = NULL;
		writer_pause(w);
	}
	return true;
}
