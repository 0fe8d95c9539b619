#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static void case_is_ignored_in_ascii_alone(void **state)
{
	(void)state;
	assert_true(text_equal_ignoring_case(TEXT("EscaLate"), TEXT("eSCAlATE")));
	assert_true(text_equal_ignoring_case(TEXT_NONE, TEXT("")));
	assert_false(text_equal_ignoring_case(TEXT("a"), TEXT("ab")));
	assert_false(text_equal_ignoring_case(TEXT("@["), TEXT("`{"))); /* beside the letters */
	assert_false(text_equal_ignoring_case(TEXT("\xC3\x84"), TEXT("\xC3\xA4")));
}

static void trim_takes_white_space_at_both_ends(void **state)
{
	static const struct {
		struct text in, out;
	} cases[] = {
		{BYTES(""), BYTES("")},      {BYTES(" \t\r\n\v\f"), BYTES("")},
		{BYTES("a"), BYTES("a")},    {BYTES(" a b\n"), BYTES("a b")},
		{BYTES("\0 "), BYTES("\0")}, {BYTES("\xC2\xA0"), BYTES("\xC2\xA0")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(text_equal(text_trim(cases[i].in), cases[i].out));
	assert_int_equal(text_trim(TEXT_NONE).n, 0);
}

/* The bounds of every row in Unicode's table of well-formed sequences. */
static void utf8_is_what_the_standard_says(void **state)
{
	static const struct {
		struct text bytes;
		bool is_utf8;
	} cases[] = {
		{BYTES(""), true},
		{BYTES("plain"), true},
		{BYTES("\0"), true},
		{BYTES("\x7F"), true},
		{BYTES("\x80"), false},
		{BYTES("\xBF"), false},
		{BYTES("\xC0\x80"), false},
		{BYTES("\xC1\xBF"), false},
		{BYTES("\xC2\x80"), true},
		{BYTES("\xC2"), false},
		{BYTES("\xC2\x7F"), false},
		{BYTES("\xC2\xC0"), false},
		{BYTES("\xDF\xBF"), true},
		{BYTES("\xE0\x9F\xBF"), false},
		{BYTES("\xE0\xA0\x80"), true},
		{BYTES("\xE2\x82"), false},
		{BYTES("\xE2\x82\x28"), false},
		{BYTES("\xED\x9F\xBF"), true},
		{BYTES("\xED\xA0\x80"), false},
		{BYTES("\xED\xBF\xBF"), false},
		{BYTES("\xEE\x80\x80"), true},
		{BYTES("\xEF\xBF\xBF"), true},
		{BYTES("\xF0\x8F\xBF\xBF"), false},
		{BYTES("\xF0\x90\x80\x80"), true},
		{BYTES("\xF0\x9F\x98"), false},
		{BYTES("\xF4\x8F\xBF\xBF"), true},
		{BYTES("\xF4\x90\x80\x80"), false},
		{BYTES("\xF5\x80\x80\x80"), false},
		{BYTES("\xFF"), false},
		{BYTES("good \xF0\x9F\x98\x80 then bad \xFE"), false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (text_is_utf8(cases[i].bytes) != cases[i].is_utf8)
			fail_msg("case %zu: expected %d", i, cases[i].is_utf8);
}

static void clip_never_cuts_a_sequence(void **state)
{
	struct text t = TEXT("a\xC3\xA4\xF0\x9F\x98\x80z");
	static const size_t kept[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};

	(void)state;
	for (size_t limit = 0; limit < COUNT(kept); limit++) {
		struct text clipped = text_clip_utf8(t, limit);

		assert_int_equal(clipped.n, kept[limit]);
		assert_true(text_is_utf8(clipped));
	}
}

static void integers_are_whole_and_in_range(void **state)
{
	static const struct {
		const char *s;
		int64_t min, max, value;
		bool ok;
	} cases[] = {
		{"0", 0, 9, 0, true},
		{"-0", 0, 9, 0, true},
		{"9", 0, 9, 9, true},
		{"10", 0, 9, 0, false},
		{"-1", 0, 9, 0, false},
		{"007", 0, 9, 7, true},
		{"", 0, 9, 0, false},
		{"-", -9, 9, 0, false},
		{"+1", 0, 9, 0, false},
		{" 1", 0, 9, 0, false},
		{"1 ", 0, 9, 0, false},
		{"1.0", 0, 9, 0, false},
		{"0x1", 0, 9, 0, false},
		{"9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true},
		{"9223372036854775808", INT64_MIN, INT64_MAX, 0, false},
		{"-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true},
		{"-9223372036854775809", INT64_MIN, INT64_MAX, 0, false},
		{"99999999999999999999999999", INT64_MIN, INT64_MAX, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t value = 4711;
		bool ok =
			text_to_int(text_of_string(cases[i].s), cases[i].min, cases[i].max, &value);

		if (ok != cases[i].ok || value != (ok ? cases[i].value : 4711))
			fail_msg("'%s' gave %d, %lld", cases[i].s, ok, (long long)value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_is_ignored_in_ascii_alone),
		cmocka_unit_test(trim_takes_white_space_at_both_ends),
		cmocka_unit_test(utf8_is_what_the_standard_says),
		cmocka_unit_test(clip_never_cuts_a_sequence),
		cmocka_unit_test(integers_are_whole_and_in_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
