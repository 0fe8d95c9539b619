#include "bench/load/ledger.h"

#include <stdlib.h>

enum { FIRST_SIZE = 64 };

bool tally_is_clean(const struct tally *t)
{
	return !(t->lost || t->doubled || t->out_of_order || t->gaps || t->refused || t->closed);
}

void tally_number(struct tally *t, uint64_t *last, uint64_t seq, bool is_gapless)
{
	if (seq == *last)
		t->doubled++;
	else if (seq < *last)
		t->out_of_order++;
	else if (is_gapless)
		t->gaps += seq - *last - 1;
	if (seq > *last)
		*last = seq;
}

void ledger_release(struct ledger *l)
{
	free(l->records);
	*l = (struct ledger){0};
}

uint32_t ledger_send(struct ledger *l, struct tally *t, int64_t due_ns)
{
	uint32_t size;
	struct record *records;

	if (l->sent == l->size) {
		size = l->size ? l->size * 2 : FIRST_SIZE;
		records = realloc(l->records, size * sizeof(*records));
		if (!records)
			return 0;
		l->records = records;
		l->size = size;
	}
	l->records[l->sent] = (struct record){.due_ns = due_ns};
	t->sent++;
	return ++l->sent;
}

int64_t ledger_ack(struct ledger *l, struct tally *t, uint32_t n, uint64_t seq)
{
	struct record *record;

	if (n == 0 || n > l->sent || seq == 0 || seq > UINT32_MAX) {
		t->out_of_order++;
		return -1;
	}
	record = &l->records[n - 1];
	if (record->seq) {
		t->doubled++;
		return -1;
	}
	record->seq = (uint32_t)seq;
	t->acked++;
	tally_number(t, &l->last_ack, seq, false);
	return record->due_ns;
}

void ledger_stored(struct ledger *l, struct tally *t, uint32_t n, uint64_t seq)
{
	struct record *record;

	if (n == 0 || n > l->sent) {
		t->out_of_order++;
		return;
	}
	record = &l->records[n - 1];
	if (record->is_stored)
		t->doubled++;
	else if (n < l->stored_n || (record->seq && record->seq != seq))
		t->out_of_order++;
	record->is_stored = true;
	if (n > l->stored_n)
		l->stored_n = n;
}

void ledger_finish(const struct ledger *l, struct tally *t)
{
	for (uint32_t i = 0; i < l->sent; i++)
		if (l->records[i].seq == 0 || !l->records[i].is_stored)
			t->lost++;
}
