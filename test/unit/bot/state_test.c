#include "test/unit/bot/cases.h"

#include "bot/src/state.h"

static struct text written(const struct rs_state *state, struct buffer *out)
{
	buffer_clear(out);
	rs_state_write(state, out);
	assert_false(out->failed);
	return buffer_text(out);
}

static void a_new_one_is_empty(void **state)
{
	struct buffer out = BUFFER_INIT;
	struct rs_state *s = rs_state_new();
	(void)state;
	assert_true(text_equal(written(s, &out), TEXT("{}")));
	assert_null(rs_state_get(s, TEXT("name")).p);
	rs_state_free(s);
	buffer_release(&out);
}

static void variables_are_set_and_taken_away(void **state)
{
	struct buffer out = BUFFER_INIT;
	struct rs_state *s = rs_state_new();
	(void)state;
	assert_true(rs_state_set(s, TEXT("name"), TEXT("Ann")));
	assert_true(rs_state_set(s, TEXT("name"), TEXT("Bo \"x\"\n")));
	assert_true(rs_state_set(s, TEXT("empty"), TEXT("")));
	assert_true(rs_state_set(s, TEXT("gone"), TEXT("1")));
	assert_true(rs_state_set(s, TEXT("gone"), TEXT_NONE));
	assert_true(text_equal(rs_state_get(s, TEXT("name")), TEXT("Bo \"x\"\n")));
	assert_non_null(rs_state_get(s, TEXT("empty")).p);
	assert_null(rs_state_get(s, TEXT("gone")).p);
	assert_false(rs_state_set(s, TEXT(""), TEXT("1")));
	assert_false(rs_state_set(s, TEXT("bytes"), TEXT("\xff")));
	assert_true(text_equal(written(s, &out),
			       TEXT("{\"v\":{\"name\":\"Bo \\\"x\\\"\\n\",\"empty\":\"\"}}")));
	rs_state_free(s);
	buffer_release(&out);
}

static void what_is_written_is_read(void **state)
{
	static const char json[] =
		"{\"v\":{\"name\":\"\xc3\x84nn\",\"topic\":\"x\"},\"b\":{\"age\":\"6\"},"
		"\"e\":{\"debug\":\"true\"},\"i\":[\"b\",\"a\"],\"r\":[\"B.\",\"A.\"]}";
	struct buffer out = BUFFER_INIT;
	struct rs_state *s = rs_state_read(json, sizeof json - 1);
	(void)state;
	assert_non_null(s);
	assert_true(text_equal(written(s, &out), text_of_string(json)));
	struct rs_state *copy = rs_state_copy(s);
	assert_true(text_equal(written(copy, &out), text_of_string(json)));
	rs_state_free(copy);
	rs_state_free(s);
	buffer_release(&out);
}

static void anything_else_is_refused(void **state)
{
	static const char *const inputs[] = {
		"",
		"[]",
		"null",
		"{",
		"{\"v\":[]}",
		"{\"v\":{\"a\":1}}",
		"{\"v\":{\"\":\"x\"}}",
		"{\"i\":{}}",
		"{\"i\":[1]}",
		"{\"r\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]}",
		"{\"v\":{\"a\":\"\\ud800\"}}",
		"{\"v\":{\"a\":\"\xff\"}}",
		"{} x",
	};
	struct buffer long_value = BUFFER_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT(inputs); i++) {
		struct rs_state *s = rs_state_read(inputs[i], strlen(inputs[i]));
		if (s)
			fail_msg("%s", inputs[i]);
	}
	buffer_add_string(&long_value, "{\"v\":{\"a\":\"");
	for (int i = 0; i < RS_STATE_MAX - 100; i++)
		buffer_add_char(&long_value, 'x');
	buffer_add_string(&long_value, "\"}}");
	assert_null(rs_state_read(long_value.p, long_value.n));
	buffer_release(&long_value);
}

/* Whatever is put in, the written state stays within its limit. */
static void its_size_is_bounded(void **state)
{
	struct buffer value = BUFFER_INIT;
	struct buffer out = BUFFER_INIT;
	struct rs_state *s = rs_state_new();
	unsigned refused = 0;
	(void)state;
	for (int i = 0; i < 700; i++)
		buffer_add_char(&value, '"');
	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		refused += !rs_state_set(s, text_of_string(name), buffer_text(&value));
	}
	assert_true(refused > 0);
	for (int i = 0; i < 5000; i++)
		buffer_add_char(&value, i % 2 ? '\n' : '\\');
	for (int i = 0; i < 20; i++) {
		assert_true(state_remember(&s->inputs, buffer_text(&value), HISTORY_MOST));
		assert_true(state_remember(&s->replies, buffer_text(&value), HISTORY_MOST));
	}
	assert_true(written(s, &out).n <= RS_STATE_MAX);
	assert_true(s->inputs.n >= 1);
	rs_state_free(s);
	buffer_release(&value);
	buffer_release(&out);
}

static void the_end_of_a_long_reply_is_kept(void **state)
{
	struct buffer reply = BUFFER_INIT;
	struct rs_state *s = rs_state_new();
	(void)state;
	for (int i = 0; i < 1000; i++)
		buffer_add_string(&reply, "\xc3\xa4");
	buffer_add_string(&reply, "yes or no?");
	assert_true(state_remember(&s->replies, buffer_text(&reply), 1));
	struct text kept = s->replies.entries[0];
	assert_true(kept.n <= 1000 && text_is_utf8(kept));
	assert_memory_equal(kept.p + kept.n - 10, "yes or no?", 10);
	rs_state_free(s);
	buffer_release(&reply);
}

/* A brain that never looks back keeps no history; others as much as they look at. */
static void history_is_kept_as_far_as_it_is_used(void **state)
{
	static const struct {
		const char *source, *json;
	} cases[] = {
		{"+ *\n- ok\n", "{}"},
		{"+ *\n- ok\n+ x\n- <input2>\n", "{\"i\":[\"c\",\"b\"]}"},
		{"+ *\n- ok\n+ x\n% y\n- z\n", "{\"r\":[\"ok\"]}"},
		{"+ *\n- ok\n+ <reply2>\n- z\n", "{\"r\":[\"ok\",\"ok\"]}"},
	};
	struct buffer out = BUFFER_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rs_brain *brain = brain_of(cases[i].source, NULL);
		struct rs_state *s = rs_state_new();
		say(brain, s, "a", &out);
		say(brain, s, "b", &out);
		say(brain, s, "c", &out);
		assert_true(text_equal(written(s, &out), text_of_string(cases[i].json)));
		rs_state_free(s);
		rs_brain_free(brain);
	}
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_is_empty),
		cmocka_unit_test(variables_are_set_and_taken_away),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(its_size_is_bounded),
		cmocka_unit_test(the_end_of_a_long_reply_is_kept),
		cmocka_unit_test(history_is_kept_as_far_as_it_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
