#include "test/unit/bot/cases.h"

#include "bot/src/format.h"
#include "bot/src/quote.h"

static void check(const struct rs_brain *brain, const char *in, bool is_reply, const char *wanted)
{
	struct buffer out = BUFFER_INIT;
	struct budget budget = {.left = 10000};
	format_message(brain, text_of_string(in), is_reply, &budget, &out);
	if (!text_equal(buffer_text(&out), text_of_string(wanted)))
		fail_msg("%s: %.*s", in, (int)out.n, out.p ? out.p : "");
	buffer_release(&out);
}

static void ascii_messages(void **state)
{
	struct rs_brain *brain = brain_of("+ a\n- b\n", NULL);
	(void)state;
	check(brain, "", false, "");
	check(brain, "  Hello,   World!  ", false, "hello world");
	check(brain, "hello-world 1.5", false, "helloworld 15");
	check(brain, "\xc3\xa4x \xf0\x9f\x99\x82", false, "x");
	check(brain, "<b>{x}\\", false, "bx");
	rs_brain_free(brain);
}

static void unicode_messages(void **state)
{
	const struct rs_options options = {.utf8 = true};
	struct rs_brain *brain = brain_of("+ a\n- b\n", &options);
	(void)state;
	check(brain, "\xc3\x84H!", false, "\xc3\xa4h");
	check(brain,
	      "a\xc2\xa0"
	      "b\n\tc",
	      false, "a b c");
	check(brain, "a\\<>b; c: d", false, "ab c d");
	check(brain,
	      "\x01\x02\x7f"
	      "a",
	      false, "a");
	check(brain, "*a* (b) $5 #1 @x", false, "*a* (b) $5 #1 @x");
	check(brain, "*a* (b) $5 #1 @x", true, "a b 5 1 x");
	rs_brain_free(brain);
}

static void punctuation_can_be_chosen(void **state)
{
	const struct rs_options options = {.utf8 = true, .punctuation = "\xe3\x80\x82\xc2\xbf"};
	struct rs_brain *brain = brain_of("+ a\n- b\n", &options);
	(void)state;
	check(brain,
	      "\xc2\xbf"
	      "a.\xe3\x80\x82",
	      false, "a.");
	rs_brain_free(brain);
}

static void capitals_can_be_kept(void **state)
{
	const struct rs_options options = {.case_sensitive = true};
	struct rs_brain *brain = brain_of("+ a\n- b\n", &options);
	(void)state;
	check(brain, "Hello", false, "Hello");
	rs_brain_free(brain);
}

static void bytes_that_are_not_utf8(void **state)
{
	struct buffer out = BUFFER_INIT;
	(void)state;
	format_valid(text_of("a\xff\xc3(\xed\xa0\x80z", 8), &out);
	assert_true(text_is_utf8(buffer_text(&out)));
	assert_true(text_equal(text_of(out.p, 4), TEXT("a\xef\xbf\xbd")));
	assert_int_equal(out.p[out.n - 1], 'z');
	buffer_release(&out);
}

static void quoting_comes_back_whole(void **state)
{
	const struct text all = TEXT("a<b>{c}\\(d|e=f) \xc3\xa4 [g] @ \"h\"\n");
	struct buffer quoted = BUFFER_INIT;
	struct buffer plain = BUFFER_INIT;
	(void)state;
	quote_add(&quoted, all);
	assert_null(memchr(quoted.p, '<', quoted.n));
	assert_null(memchr(quoted.p, '{', quoted.n));
	quote_remove(&plain, buffer_text(&quoted));
	assert_true(text_equal(buffer_text(&plain), all));
	buffer_clear(&quoted);
	quote_add(&quoted, TEXT("\x01\x08x")); /* codes cannot be smuggled in */
	assert_true(text_equal(buffer_text(&quoted), TEXT("x")));
	buffer_release(&quoted);
	buffer_release(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii_messages),
		cmocka_unit_test(unicode_messages),
		cmocka_unit_test(punctuation_can_be_chosen),
		cmocka_unit_test(capitals_can_be_kept),
		cmocka_unit_test(bytes_that_are_not_utf8),
		cmocka_unit_test(quoting_comes_back_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
