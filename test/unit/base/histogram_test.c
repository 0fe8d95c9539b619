#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/histogram.h"

static void a_value_counts_from_the_first_bound_that_is_not_below_it(void **state)
{
	static const struct {
		uint64_t value;
		unsigned bound; /* index */
	} cases[] = {
		{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {8, 3}, {9, 4}, {512, 9}, {513, 10},
		{(uint64_t)1 << 25, 25}, {((uint64_t)1 << 25) + 1, 26}, {UINT64_MAX, 26},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct histogram h = {0};

		histogram_add(&h, cases[i].value);
		assert_int_equal(h.counts[cases[i].bound], 1);
		assert_int_equal(h.sum, cases[i].value);
		assert_int_equal(histogram_count(&h), 1);
		if (cases[i].bound < HISTOGRAM_BOUNDS)
			assert_true(cases[i].value <= histogram_bound(cases[i].bound));
		if (cases[i].bound > 0)
			assert_true(cases[i].value > histogram_bound(cases[i].bound - 1));
	}
}

static void counts_add_up(void **state)
{
	struct histogram h = {0};

	(void)state;
	for (uint64_t value = 1; value <= 1000; value++)
		histogram_add(&h, value);
	histogram_add(&h, UINT64_MAX / 2);
	assert_int_equal(histogram_up_to(&h, 0), 1);
	assert_int_equal(histogram_up_to(&h, 4), 16);
	assert_int_equal(histogram_up_to(&h, 9), 512);
	assert_int_equal(histogram_up_to(&h, HISTOGRAM_BOUNDS - 1), 1000);
	assert_int_equal(histogram_count(&h), 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_counts_from_the_first_bound_that_is_not_below_it),
		cmocka_unit_test(counts_add_up),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
