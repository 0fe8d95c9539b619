#include "fanout/reader_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* What a connection is shown: numbers, 's' for a state. */
struct shown {
	char text[256];
	struct frame *last;
};

static void show(void *owner, struct frame *frame)
{
	struct shown *shown = owner;
	const char *at = frame->text, *end = frame->text + frame->n;

	shown->last = frame;
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		char line[512], *seq;
		size_t n = (size_t)((line_end ? line_end : end) - at);

		assert_true(n < sizeof(line));
		memcpy(line, at, n);
		line[n] = '\0';
		seq = strstr(line, "\"seq\":");
		assert_true(seq || strstr(line, "\"type\":\"state\""));
		snprintf(shown->text + strlen(shown->text), sizeof(shown->text) - strlen(shown->text), "%s%d",
			 shown->text[0] ? " " : "", seq ? atoi(seq + 6) : 0);
		at += n + 1;
	}
}

static const struct reader_owner calls = {.show = show};

/* An entry with the messages first to last. */
static struct entry *make_entry(uint64_t first, uint64_t last)
{
	struct message messages[8];
	size_t n = (size_t)(last + 1 - first);

	assert_true(n <= 8);
	for (size_t i = 0; i < n; i++)
		messages[i] = (struct message){.from = TEXT("Ada"), .text = TEXT("x")};
	return entry_make(TEXT("ada"), first, 1, &(struct standing){0}, messages, n);
}

/* Entry 5 to 8, to a reader who has seen so much and wrote some of it; a 0 is the state. */
static void a_reader_is_shown_what_it_has_not_seen(void **state)
{
	static const struct {
		uint64_t seen;
		uint64_t own[4];
		bool state_changed;
		const char *shown;
	} cases[] = {
		{4, {0}, false, "5 6 7 8"},
		{4, {0}, true, "5 6 7 8 0"},
		{6, {0}, false, "7 8"},
		{7, {0}, true, "8 0"},
		{4, {5}, false, "6 7 8"},
		{4, {5, 7}, true, "6 8 0"},
		{4, {5, 6, 7, 8}, false, ""},
		{4, {5, 6, 7, 8}, true, "0"},
		{5, {7, 11}, false, "6 8"},
		{4, {9}, false, "5 6 7 8"},
	};
	struct entry *entry = make_entry(5, 8);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct shown shown = {.text = ""};
		struct reader reader = {.options = {.calls = &calls, .owner = &shown}, .seen = cases[i].seen};
		struct encoding encoding = {.entry = entry, .state_changed = cases[i].state_changed};
		size_t left = 0;

		for (size_t k = 0; k < 4 && cases[i].own[k]; k++) {
			reader_acknowledged(&reader, cases[i].own[k]);
			left += cases[i].own[k] > 8;
		}
		assert_true(reader_show_entry(&reader, &encoding));
		if (strcmp(shown.text, cases[i].shown) != 0)
			fail_msg("case %zu: '%s' instead of '%s'", i, shown.text, cases[i].shown);
		assert_int_equal(reader.seen, 8);
		assert_int_equal(reader.own_n, left); /* forgotten, once it is behind */
		encoding_release(&encoding);
		free(reader.own);
	}
	entry_unref(entry);
}

static void readers_share_one_encoding(void **state)
{
	struct entry *entry = make_entry(1, 3);
	struct encoding encoding = {.entry = entry};
	struct shown first = {.text = ""}, second = {.text = ""};
	struct reader readers[] = {{.options = {.calls = &calls, .owner = &first}},
				   {.options = {.calls = &calls, .owner = &second}}};

	(void)state;
	assert_true(reader_show_entry(&readers[0], &encoding));
	assert_true(reader_show_entry(&readers[1], &encoding));
	assert_ptr_equal(first.last, second.last);
	encoding_release(&encoding);
	entry_unref(entry);
}

static void old_numbers_are_not_noted(void **state)
{
	struct reader reader = {.seen = 10};

	(void)state;
	reader_acknowledged(&reader, 3); /* a send that was repeated */
	reader_acknowledged(&reader, 10);
	assert_int_equal(reader.own_n, 0);
	for (uint64_t seq = 11; seq < 111; seq++)
		reader_acknowledged(&reader, seq);
	reader_acknowledged(&reader, 50);
	assert_int_equal(reader.own_n, 100);
	free(reader.own);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_is_shown_what_it_has_not_seen),
		cmocka_unit_test(readers_share_one_encoding),
		cmocka_unit_test(old_numbers_are_not_noted),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
