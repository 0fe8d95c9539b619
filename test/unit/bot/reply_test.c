#include "test/unit/bot/cases.h"

#include <stdlib.h>

struct called {
	unsigned count;
	struct buffer arguments;
};

static bool record(void *context, const struct text *args, size_t n, struct buffer *result)
{
	struct called *called = context;
	called->count++;
	for (size_t i = 0; i < n; i++) {
		buffer_add_char(&called->arguments, '[');
		buffer_add_text(&called->arguments, args[i]);
		buffer_add_char(&called->arguments, ']');
	}
	buffer_add_string(result, "<set x=1>{@other}\xff");
	return true;
}

static bool refuse(void *context, const struct text *args, size_t n, struct buffer *result)
{
	(void)context;
	(void)args;
	(void)n;
	buffer_add_string(result, "half a result");
	return false;
}

static void macros_get_arguments_and_give_text(void **state)
{
	struct called called = {0};
	const struct rs_macro macros[] = {{"record", record, &called}, {"refuse", refuse, NULL}};
	const struct rs_host host = {.macros = macros, .macro_count = COUNT(macros)};
	struct rs_brain *brain =
		brain_of("+ a *\n- <call>record one \"two  three\" <star></call>!\n"
			 "+ b\n- <call>refuse</call>\n"
			 "+ c\n- <call>missing</call> <call></call>\n"
			 "> object other perl\ncode\n< object\n"
			 "+ d\n- <call>other</call>\n",
			 NULL);
	struct rs_state *s = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	static const struct {
		const char *message, *reply;
	} cases[] = {
		{"a b c", "<set x=1>{@other}\xef\xbf\xbd!"}, /* text, never tags; always UTF-8 */
		{"b", "[ERR: Error raised by object macro]"},
		{"c", "[ERR: Object Not Found] [ERR: Object Not Found]"},
		{"d", "[ERR: No Object Handler]"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct rs_request request = {.text = text_of_string(cases[i].message)};
		buffer_clear(&reply);
		assert_int_equal(rs_reply(brain, s, &request, &host, &reply, NULL), RS_OK);
		assert_string_equal(reply.p, cases[i].reply);
	}
	assert_int_equal(called.count, 1);
	assert_string_equal(called.arguments.p, "[one][two  three][b][c]");
	assert_null(rs_state_get(s, TEXT("x")).p);
	rs_state_free(s);
	rs_brain_free(brain);
	buffer_release(&reply);
	buffer_release(&called.arguments);
}

static void same_seed_same_reply(void **state)
{
	struct rs_brain *brain =
		brain_of("+ *\n- a\n- b{weight=3}\n- {random}c|d{/random}\n", NULL);
	struct rs_state *s = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	unsigned count[4] = {0};
	(void)state;
	for (uint64_t seed = 0; seed < 5000; seed++) {
		const struct rs_request request = {.text = TEXT("x"), .seed = seed};
		char first = 0;
		for (int again = 0; again < 2; again++) {
			buffer_clear(&reply);
			rs_reply(brain, s, &request, NULL, &reply, NULL);
			if (again)
				assert_int_equal(reply.p[0], first);
			first = reply.p[0];
		}
		count[first - 'a']++;
	}
	/* 1000, 3000, 500, 500 expected: six standard deviations around them */
	assert_in_range(count[0], 830, 1170);
	assert_in_range(count[1], 2790, 3210);
	assert_in_range(count[2], 370, 630);
	assert_in_range(count[3], 370, 630);
	rs_state_free(s);
	rs_brain_free(brain);
	buffer_release(&reply);
}

/* A caller who keeps the last reply gives it back, and the state does without. */
static void last_reply_from_the_caller(void **state)
{
	struct rs_brain *brain = brain_of("+ ask\n- Really?\n+ yes\n% really\n- good <reply2>\n"
					  "+ yes\n- what?\n",
					  NULL);
	struct rs_state *s = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	struct buffer json = BUFFER_INIT;
	struct rs_request request = {.text = TEXT("ask"), .last_reply = TEXT("")};
	(void)state;
	rs_reply(brain, s, &request, NULL, &reply, NULL);
	rs_state_write(s, &json);
	assert_string_equal(json.p, "{}");
	request = (struct rs_request){.text = TEXT("yes"), .last_reply = TEXT("Really?")};
	buffer_clear(&reply);
	rs_reply(brain, s, &request, NULL, &reply, NULL);
	assert_string_equal(reply.p, "good undefined");
	buffer_clear(&json);
	rs_state_write(s, &json);
	assert_string_equal(json.p, "{\"r\":[\"Really?\"]}");
	request.last_reply = TEXT("Something else");
	buffer_clear(&reply);
	rs_reply(brain, s, &request, NULL, &reply, NULL);
	assert_string_equal(reply.p, "what?");
	rs_state_free(s);
	rs_brain_free(brain);
	buffer_release(&reply);
	buffer_release(&json);
}

static void users_do_not_meet(void **state)
{
	struct rs_brain *brain = brain_of("! var mood = good\n"
					  "+ be *\n- <bot mood=<star>><set me=<star>>{topic=t}ok\n"
					  "> topic t\n+ how\n- <bot mood> <get me>\n< topic\n"
					  "+ how\n- <bot mood> <get me>\n",
					  NULL);
	struct rs_state *a = rs_state_new();
	struct rs_state *b = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	(void)state;
	assert_string_equal(say(brain, a, "be bad", &reply), "ok");
	assert_string_equal(say(brain, a, "how", &reply), "bad bad");
	assert_string_equal(say(brain, b, "how", &reply), "good undefined");
	rs_state_free(a);
	rs_state_free(b);
	rs_brain_free(brain);
	buffer_release(&reply);
}

static void status_says_what_happened(void **state)
{
	static const struct {
		const char *message;
		enum rs_status status;
		unsigned line; /* of the trigger; 0: none */
		const char *reply;
	} cases[] = {
		{"ok", RS_OK, 1, "fine"},
		{"unknown", RS_NO_MATCH, 0, "ERR: No Reply Matched"},
		{"never", RS_NO_REPLY, 3, "ERR: No Reply Found"},
		{"loop", RS_TOO_DEEP, 5, "ERR: Deep Recursion Detected"},
		{"bomb", RS_TOO_LONG, 7, "ERR: Step Limit Reached"},
		{"grow", RS_TOO_LONG, 9, "ERR: Step Limit Reached"},
	};
	struct rs_brain *brain =
		brain_of("+ ok\n- fine\n"
			 "+ never\n* a == b => c\n"
			 "+ loop\n@ loop\n"
			 "+ bomb\n- {@bomb}{@bomb}{@bomb}\n"
			 "+ grow\n- <set x=<get x><get x>0123456789>{@grow}{@grow}\n",
			 NULL);
	struct buffer reply = BUFFER_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rs_state *s = rs_state_new();
		struct rs_result result;
		const struct rs_request request = {.text = text_of_string(cases[i].message)};
		buffer_clear(&reply);
		enum rs_status status = rs_reply(brain, s, &request, NULL, &reply, &result);
		assert_int_equal(status, cases[i].status);
		assert_int_equal(result.status, status);
		assert_int_equal(result.line, cases[i].line);
		assert_string_equal(reply.p, cases[i].reply);
		if (cases[i].line)
			assert_string_equal(result.file, "test.rive");
		rs_state_free(s);
	}
	rs_brain_free(brain);
	buffer_release(&reply);
}

/* The budget bounds the work whatever brain and message are: a tenth of it ends ten times as soon.
 */
static void budget_is_kept(void **state)
{
	static const char *const sources[] = {
		"+ *\n- {random}a|b{/random}{@<star> <star>}\n",
		"! sub a = b\n! sub b = a\n+ * a *\n- x\n+ [*] b [*] b [*] b [*] b [*] c\n- y\n",
		"! array x = (@x) (@x) (@x)\n+ *\n- (@x)(@x)(@x)\n",
		"+ *\n* {@a} == {@b} => {@c}\n* {@d} == {@e} => f\n- {@g}\n",
	};
	struct buffer message = BUFFER_INIT;
	struct buffer reply = BUFFER_INIT;
	(void)state;
	for (int i = 0; i < 4000; i++)
		buffer_add_string(&message, i % 3 ? "a " : "b ");
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct rs_brain *brain = brain_of(sources[i], NULL);
		struct rs_state *s = rs_state_new();
		const struct rs_request request = {.text = buffer_text(&message), .steps = 100000};
		buffer_clear(&reply);
		rs_reply(brain, s, &request, NULL, &reply,
			 NULL); /* that it comes back is the test */
		assert_true(reply.n > 0);
		rs_state_free(s);
		rs_brain_free(brain);
	}
	buffer_release(&message);
	buffer_release(&reply);
}

static void look_on(void *context, const struct rs_trace *event)
{
	unsigned *count = context;
	*count += event->kind == RS_TRACE_MATCHED;
}

static const char *const vocabulary[] = {"a", "b", "c", "dog", "cat", "my", "is", "\xc3\xa4h", "5"};

static void add_words(struct buffer *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (i)
			buffer_add_char(b, ' ');
		buffer_add_string(b, vocabulary[(unsigned)rand() % COUNT(vocabulary)]);
	}
}

static void add_random_trigger(struct buffer *source, unsigned number)
{
	static const char *const parts[] = {"*",       "#",         "_",   "[*]",
					    "(a|dog)", "(my c|is)", "[b]", "[a|cat]",
					    "<get x>", "x*",        "*y",  "(a|*)"};
	buffer_add_string(source, "+ ");
	for (int i = rand() % 5; i >= 0; i--) {
		if (rand() % 5 < 3)
			add_words(source, 1);
		else
			buffer_add_string(source, parts[(unsigned)rand() % COUNT(parts)]);
		buffer_add_string(source, i ? " " : rand() % 8 ? "" : "{weight=2}");
	}
	if (rand() % 5 == 0)
		buffer_add_string(source, "\n% * dog");
	buffer_add_format(source, "\n- %u%s\n", number, rand() % 3 ? "" : " dog");
}

/* The index finds what looking at every trigger in order finds. */
static void index_and_order_agree(void **state)
{
	const struct rs_options options = {.utf8 = true};
	struct buffer text = BUFFER_INIT;
	struct buffer replies[2] = {BUFFER_INIT, BUFFER_INIT};
	unsigned matched = 0;
	const struct rs_host watched = {.trace = look_on, .trace_context = &matched};
	(void)state;
	srand(1);
	for (int round = 0; round < 150; round++) {
		buffer_clear(&text);
		for (unsigned i = 0; i < 60; i++)
			add_random_trigger(&text, i);
		struct rs_brain *brain = brain_of(text.p, &options);
		struct rs_state *s[2] = {rs_state_new(), rs_state_new()};
		for (int i = 0; i < 60; i++) {
			buffer_clear(&text);
			add_words(&text, 1 + (unsigned)rand() % (i % 10 ? 6 : 120));
			const struct rs_request request = {.text = buffer_text(&text)};
			for (int k = 0; k < 2; k++) {
				buffer_clear(&replies[k]);
				rs_reply(brain, s[k], &request, k ? &watched : NULL, &replies[k],
					 NULL);
			}
			if (!text_equal(buffer_text(&replies[0]), buffer_text(&replies[1])))
				fail_msg("%s: %s or %s", text.p, replies[0].p, replies[1].p);
		}
		rs_state_free(s[0]);
		rs_state_free(s[1]);
		rs_brain_free(brain);
	}
	assert_true(matched > 3000);
	buffer_release(&text);
	buffer_release(&replies[0]);
	buffer_release(&replies[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macros_get_arguments_and_give_text),
		cmocka_unit_test(same_seed_same_reply),
		cmocka_unit_test(last_reply_from_the_caller),
		cmocka_unit_test(users_do_not_meet),
		cmocka_unit_test(status_says_what_happened),
		cmocka_unit_test(budget_is_kept),
		cmocka_unit_test(index_and_order_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
