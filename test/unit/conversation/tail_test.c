#include "conversation/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Adds an entry of n messages, each with `bytes` of text. */
static void add(struct tail *tail, uint64_t first, size_t n, size_t bytes)
{
	struct message messages[4];
	char *text = malloc(bytes + 1);
	struct entry *entry;

	memset(text, 'x', bytes);
	for (size_t i = 0; i < n; i++)
		messages[i] = (struct message){.from = TEXT("Ada"), .text = text_of(text, bytes)};
	entry = entry_make(TEXT("ada"), first, 1, &(struct standing){0}, messages, n);
	assert_true(tail_add(tail, entry));
	entry_unref(entry);
	free(text);
}

static void an_empty_tail_has_nothing(void **state)
{
	struct tail tail = {0};
	struct entry *const *entries;
	size_t n;

	(void)state;
	assert_null(tail_newest(&tail));
	assert_false(tail_since(&tail, 1, &entries, &n));
	tail_release(&tail);
}

/* Entries 1-3, 4, 5-8. */
static void it_gives_whole_entries_from_a_number_on(void **state)
{
	static const struct {
		uint64_t from, first;
		size_t n;
	} cases[] = {{1, 1, 3}, {3, 1, 3}, {4, 4, 2}, {5, 5, 1}, {8, 5, 1}};
	struct tail tail = {0};
	struct entry *const *entries;
	size_t n;

	(void)state;
	add(&tail, 1, 3, 5);
	add(&tail, 4, 1, 5);
	add(&tail, 5, 4, 5);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(tail_since(&tail, cases[i].from, &entries, &n));
		assert_int_equal(entries[0]->first, cases[i].first);
		assert_int_equal(n, cases[i].n);
	}
	assert_false(tail_since(&tail, 9, &entries, &n));
	assert_int_equal(entry_last(tail_newest(&tail)), 8);
	tail_release(&tail);
}

/* What it has goes back without a gap from the newest, and stays within its bounds. */
static void assert_bounded(const struct tail *tail, uint64_t last)
{
	struct entry *const *entries;
	size_t n, bytes = 0;

	assert_int_equal(entry_last(tail_newest(tail)), last);
	assert_true(tail->n <= TAIL_ENTRIES);
	for (unsigned i = 0; i < tail->n; i++) {
		bytes += entry_size(tail->entries[i]);
		if (i > 0)
			assert_int_equal(tail->entries[i]->first, entry_last(tail->entries[i - 1]) + 1);
	}
	assert_int_equal(bytes, tail->bytes);
	assert_true(bytes <= TAIL_BYTES || tail->n == 1);
	if (tail->entries[0]->first > 1)
		assert_false(tail_since(tail, tail->entries[0]->first - 1, &entries, &n));
	assert_true(tail_since(tail, tail->entries[0]->first, &entries, &n));
	assert_int_equal(n, tail->n);
}

static void old_entries_leave(void **state)
{
	struct tail tail = {0};

	(void)state;
	for (uint64_t seq = 1; seq <= 1000; seq++) {
		add(&tail, seq, 1, 10);
		assert_bounded(&tail, seq);
	}
	assert_true(tail.n >= TAIL_ENTRIES / 2);
	tail_release(&tail);
}

static void large_entries_leave_sooner_and_the_newest_stays(void **state)
{
	static const size_t sizes[] = {10, 100000, 10, 200000, 100, TAIL_BYTES * 2, 10, 10, 150000, 150000};
	struct tail tail = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		add(&tail, i + 1, 1, sizes[i]);
		assert_bounded(&tail, i + 1);
	}
	tail_release(&tail);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_tail_has_nothing),
		cmocka_unit_test(it_gives_whole_entries_from_a_number_on),
		cmocka_unit_test(old_entries_leave),
		cmocka_unit_test(large_entries_leave_sooner_and_the_newest_stays),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
