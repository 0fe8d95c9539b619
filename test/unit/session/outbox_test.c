#include "session/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A frame of about n bytes; the caller's reference is dropped by the outbox's release. */
static bool add(struct outbox *outbox, size_t n)
{
	char *words = calloc(1, n + 1);
	struct frame *frame;
	bool is_added;

	memset(words, 'w', n);
	frame = event_goodbye(words, 1);
	is_added = outbox_add(outbox, frame);
	assert_int_equal(frame->refs, is_added ? 2 : 1);
	frame_unref(frame);
	free(words);
	return is_added;
}

static void it_takes_up_to_its_limit(void **state)
{
	struct outbox outbox = {0};
	size_t n = 0;

	(void)state;
	while (add(&outbox, 1000)) {
		n++;
		assert_int_equal(outbox.n, n);
		assert_true(outbox.bytes <= OUTBOX_LIMIT);
		assert_int_equal(outbox_is_full(&outbox), outbox.bytes >= OUTBOX_FULL);
	}
	assert_true(outbox.bytes > OUTBOX_LIMIT - 2000);
	assert_int_equal(outbox.n, n);
	outbox_release(&outbox);
	assert_int_equal(outbox.n + outbox.bytes + outbox.size, 0);
}

/* Or nobody could be sent a message as large as that. */
static void an_empty_one_takes_anything(void **state)
{
	struct outbox outbox = {0};

	(void)state;
	assert_true(add(&outbox, OUTBOX_LIMIT + 1000));
	assert_false(add(&outbox, 1));
	outbox_release(&outbox);
	assert_true(add(&outbox, 1));
	outbox_release(&outbox);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_up_to_its_limit),
		cmocka_unit_test(an_empty_one_takes_anything),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
