#include "test/unit/bot/cases.h"

#include "bot/src/substitute.h"

static void set(struct substitutions *s, const char *from, const char *to)
{
	assert_true(
		substitutions_set(s, text_of_string(from), to ? text_of_string(to) : TEXT_NONE));
}

static void phrases_at_the_edges_of_words(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"a", "b"},
		{"a a a", "b b b"},
		{"b a", "a b"},
		{"xa ax a", "xa ax b"},
		{"a b", "both"},
		{"a b a", "both b"},
		{"a.b", "b.a"},
		{"i'm", "i am"},
		{"i'm, i'mx", "i am, i'mx"},
		{"c++ c++", "cpp cpp"},
		{"c+++", "cpp+"},
		{":) :)x", "smile :)x"},
		{"\xc3\xa4"
		 "a a\xc3\xa4 a",
		 "\xc3\xa4"
		 "a a\xc3\xa4 b"},
		{"gone", "gone"},
	};
	struct substitutions s = {0};
	struct buffer out = BUFFER_INIT;
	(void)state;
	set(&s, "a", "b");
	set(&s, "b", "a");
	set(&s, "a b", "both");
	set(&s, "i'm", "i am");
	set(&s, "i", "never inside");
	set(&s, "i", NULL);
	set(&s, "c++", "cpp");
	set(&s, ":)", "smile");
	set(&s, "gone", "x");
	set(&s, "gone", NULL);
	assert_true(substitutions_prepare(&s));
	for (size_t i = 0; i < COUNT(cases); i++) {
		buffer_clear(&out);
		struct budget budget = {.left = 10000};
		substitutions_apply(&s, text_of_string(cases[i].in), &budget, &out);
		if (!text_equal(buffer_text(&out), text_of_string(cases[i].out)))
			fail_msg("%s: %.*s", cases[i].in, (int)out.n, out.p ? out.p : "");
	}
	buffer_release(&out);
	substitutions_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(phrases_at_the_edges_of_words)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
