#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void pieces_add_up(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_add_string(&b, "n=");
	buffer_add_int(&b, -17);
	buffer_add_char(&b, ';');
	buffer_add_text(&b, TEXT("a\0b"));
	buffer_add_text(&b, TEXT_NONE);
	buffer_add_format(&b, " %s %d", "x", 3);
	assert_false(b.failed);
	assert_true(text_equal(buffer_text(&b), TEXT("n=-17;a\0b x 3")));
	assert_int_equal(b.p[b.n], '\0');
	buffer_release(&b);
}

static void integers_reach_both_ends(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_add_int(&b, INT64_MIN);
	buffer_add_char(&b, ' ');
	buffer_add_int(&b, INT64_MAX);
	buffer_add_char(&b, ' ');
	buffer_add_int(&b, 0);
	assert_string_equal(b.p, "-9223372036854775808 9223372036854775807 0");
	buffer_release(&b);
}

static void growth_keeps_what_is_there(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buffer_add_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.p[i], 'a' + i % 26);
	buffer_release(&b);
}

static void a_limit_fails_once_and_for_all(void **state)
{
	struct buffer b = {.limit = 5};

	(void)state;
	buffer_add_string(&b, "1234");
	buffer_add_string(&b, "56");
	assert_true(b.failed);
	buffer_add_char(&b, '5'); /* would fit, but comes after a loss */
	assert_string_equal(b.p, "1234");
	assert_null(buffer_take(&b));
	assert_int_equal(b.n, 0);

	assert_false(b.failed); /* released: usable again, with its limit */
	buffer_add_string(&b, "12345");
	assert_false(b.failed);
	buffer_add_format(&b, "%d", 6);
	assert_true(b.failed);
	buffer_release(&b);
}

static void a_size_that_overflows_fails(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_add_char(&b, 'x');
	assert_false(buffer_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	buffer_clear(&b);
	assert_false(b.failed);
	assert_false(buffer_reserve(&b, SIZE_MAX - 1));
	buffer_release(&b);
}

static void take_hands_the_bytes_over(void **state)
{
	struct buffer b = BUFFER_INIT;
	char *empty = buffer_take(&b), *taken;

	(void)state;
	assert_string_equal(empty, "");
	free(empty);
	buffer_add_string(&b, "mine");
	taken = buffer_take(&b);
	assert_string_equal(taken, "mine");
	assert_null(b.p);
	free(taken);
}

static void truncate_only_shortens(void **state)
{
	struct buffer b = BUFFER_INIT;

	(void)state;
	buffer_truncate(&b, 0);
	buffer_add_string(&b, "abcdef");
	buffer_truncate(&b, 9);
	assert_string_equal(b.p, "abcdef");
	buffer_truncate(&b, 2);
	assert_string_equal(b.p, "ab");
	buffer_clear(&b);
	assert_string_equal(b.p, "");
	buffer_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_add_up),
		cmocka_unit_test(integers_reach_both_ends),
		cmocka_unit_test(growth_keeps_what_is_there),
		cmocka_unit_test(a_limit_fails_once_and_for_all),
		cmocka_unit_test(a_size_that_overflows_fails),
		cmocka_unit_test(take_hands_the_bytes_over),
		cmocka_unit_test(truncate_only_shortens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
