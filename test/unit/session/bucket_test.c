#include "session/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void a_burst_then_one_by_one(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 20, 1000);
	for (int i = 0; i < 20 * BUCKET_BURST_S; i++)
		assert_int_equal(bucket_take(&bucket, 20, 1000), 0);
	assert_int_equal(bucket_take(&bucket, 20, 1000), 50);
	assert_int_equal(bucket_take(&bucket, 20, 1001), 49);
	assert_int_equal(bucket_take(&bucket, 20, 1049), 1);
	assert_int_equal(bucket_take(&bucket, 20, 1050), 0);
	assert_int_equal(bucket_take(&bucket, 20, 1050), 50);
}

/* Who waits as long as was said, gets one; over a long time, as many as the rate. */
static void what_it_says_is_true(void **state)
{
	static const int64_t rates[] = {1, 3, 7, 20, 999, 1000, 1001, 1000000};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		int64_t rate = rates[i], now = 5, taken = 0;
		struct bucket bucket;

		bucket_init(&bucket, rate, now);
		while (now < 5 + 10000) {
			int64_t wait = bucket_take(&bucket, rate, now);

			if (wait == 0) {
				taken++;
				continue;
			}
			assert_true(wait > 0 && wait <= 1000);
			if (wait > 1)
				assert_true(bucket_take(&bucket, rate, now + wait - 1) > 0);
			now += wait;
			assert_int_equal(bucket_take(&bucket, rate, now), 0);
			taken++;
		}
		assert_true(taken <= rate * (BUCKET_BURST_S + 10) + 1 && taken >= rate * (BUCKET_BURST_S + 9));
	}
}

static void it_never_holds_more_than_a_burst(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 2, 0);
	assert_int_equal(bucket_take(&bucket, 2, INT64_MAX / 2), 0);
	for (int i = 1; i < 2 * BUCKET_BURST_S; i++)
		assert_int_equal(bucket_take(&bucket, 2, INT64_MAX / 2), 0);
	assert_true(bucket_take(&bucket, 2, INT64_MAX / 2) > 0);
}

static void a_rate_of_0_is_no_limit(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 0, 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(bucket_take(&bucket, 0, 0), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_then_one_by_one),
		cmocka_unit_test(what_it_says_is_true),
		cmocka_unit_test(it_never_holds_more_than_a_burst),
		cmocka_unit_test(a_rate_of_0_is_no_limit),
	};

	return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
