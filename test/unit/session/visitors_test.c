#include "session/visitors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "session/bucket.h"

enum { RATE = 4, BURST = RATE * BUCKET_BURST_S };

static void a_name_has_one_bucket(void **state)
{
	struct visitors *visitors = visitors_new(RATE);

	(void)state;
	for (int i = 0; i < BURST; i++)
		assert_int_equal(visitors_take(visitors, TEXT("ada"), 1000), 0);
	assert_int_equal(visitors_take(visitors, TEXT("ada"), 1000), 250);
	assert_int_equal(visitors_take(visitors, TEXT("ad"), 1000), 0);
	assert_int_equal(visitors_take(visitors, TEXT("ada2"), 1000), 0);
	assert_int_equal(visitors_take(visitors, TEXT("ada"), 1250), 0);
	assert_int_equal(visitors_count(visitors), 3);
	visitors_free(visitors);
}

/* Not before its bucket is full: or to be silent for a moment would refill it. */
static void who_is_full_is_forgotten(void **state)
{
	struct visitors *visitors = visitors_new(RATE);

	(void)state;
	assert_int_equal(visitors_take(visitors, TEXT("ada"), 0), 0);
	for (int i = 0; i < BURST; i++)
		assert_int_equal(visitors_take(visitors, TEXT("bob"), 0), 0);
	visitors_sweep(visitors, 249);
	assert_int_equal(visitors_count(visitors), 2);
	visitors_sweep(visitors, 250);
	assert_int_equal(visitors_count(visitors), 1);
	visitors_sweep(visitors, BUCKET_BURST_S * 1000 - 1);
	assert_int_equal(visitors_count(visitors), 1);
	visitors_sweep(visitors, BUCKET_BURST_S * 1000);
	assert_int_equal(visitors_count(visitors), 0);
	visitors_free(visitors);
}

static void there_are_only_so_many(void **state)
{
	struct visitors *visitors = visitors_new(RATE);
	char name[16];

	(void)state;
	for (int i = 0; i < VISITORS_MAX + 1000; i++) {
		snprintf(name, sizeof(name), "visitor %d", i);
		assert_int_equal(visitors_take(visitors, text_of_string(name), 0), 0);
	}
	assert_int_equal(visitors_count(visitors), VISITORS_MAX);
	for (int i = 0; i < BURST; i++)
		visitors_take(visitors, TEXT("visitor 0"), 0);
	assert_true(visitors_take(visitors, TEXT("visitor 0"), 0) > 0);
	visitors_free(visitors);
}

static void a_rate_of_0_is_no_limit(void **state)
{
	struct visitors *visitors = visitors_new(0);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(visitors_take(visitors, TEXT("ada"), 0), 0);
	assert_int_equal(visitors_count(visitors), 0);
	visitors_free(visitors);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_one_bucket),
		cmocka_unit_test(who_is_full_is_forgotten),
		cmocka_unit_test(there_are_only_so_many),
		cmocka_unit_test(a_rate_of_0_is_no_limit),
	};

	return cmocka_run_group_tests_name("visitors", tests, NULL, NULL);
}
