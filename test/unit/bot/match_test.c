#include "test/unit/bot/cases.h"

#include "bot/src/match.h"

/* One array for all patterns. */
static const struct text *colors(void *context, struct text name, size_t *n)
{
	static const struct text items[] = {{"red", 3}, {"dark blue", 9}, {"blue", 4}};
	(void)context;
	*n = text_equal(name, TEXT("color")) ? COUNT(items) : 0;
	return *n ? items : NULL;
}

static struct text value_of(void *context, const struct value *value)
{
	(void)context;
	return text_equal(value->name, TEXT("name")) ? TEXT("Ann Lee") : TEXT("undefined");
}

struct bench {
	struct arena arena;
	struct arena scratch;
	struct diagnose d;
	struct matcher matcher;
	struct budget budget;
};

static const struct pattern *compile(struct bench *b, const char *trigger)
{
	struct pattern_maker maker = {.arena = &b->arena,
				      .scratch = &b->scratch,
				      .d = &b->d,
				      .array = colors,
				      .steps_left = 100000};
	struct text text = text_of_string(trigger);
	return pattern_make(&maker, text, text_equal(text, TEXT("*")), (struct place){"t", 1, 1},
			    NULL);
}

/* The captures as "a|b", or NULL for no match. */
static const char *match(struct bench *b, const char *trigger, const char *message,
			 struct buffer *out)
{
	struct capture captures[CAPTURES_MOST];
	const struct pattern *p = compile(b, trigger);
	struct subject subject = {text_of_string(message), true};
	assert_non_null(p);
	b->budget = (struct budget){.left = 1000000};
	b->matcher.budget = &b->budget;
	b->matcher.value = value_of;
	if (!matcher_run(&b->matcher, p, &subject, captures))
		return NULL;
	buffer_clear(out);
	for (unsigned i = 0; i < p->captures; i++) {
		if (i)
			buffer_add_char(out, '|');
		if (captures[i].start == UINT32_MAX)
			buffer_add_char(out, '-');
		else
			buffer_add(out, message + captures[i].start,
				   captures[i].end - captures[i].start);
	}
	buffer_add(out, "", 0);
	return out->p;
}

static void release(struct bench *b, struct buffer *out)
{
	arena_release(&b->arena);
	arena_release(&b->scratch);
	matcher_release(&b->matcher);
	buffer_release(out);
}

static void every_element(void **state)
{
	static const struct {
		const char *trigger, *message, *captures; /* NULL: no match */
	} cases[] = {
		{"a *", "a b c", "b c"},
		{"a *", "a", NULL},
		{"a *", "a ", NULL},
		{"*", "", ""},
		{"* a *", "x a y a z", "x|y a z"},
		{"* * *", "a b c d", "a|b|c d"},
		{"a*", "ab", "b"},
		{"*a*", "xay", "x|y"},
		{"# a", "12 a", "12"},
		{"# a", "1x a", NULL},
		{"_ a", "xyz a", "xyz"},
		{"_ a", "x1 a", NULL},
		{"_ a", "x y a", NULL},
		{"_", "\xc3\xa4_'", "\xc3\xa4_'"},
		{"(a|b c) d", "b c d", "b c"},
		{"(a|ab) *", "ab c", "ab|c"},
		{"(a|ab)b", "abb", "ab"},
		{"x(a|(b|c))y", "xcy", "c|c"},
		{"x(a|(b|c))y", "xay", "a|-"},
		{"a [b] c", "a b c", ""},
		{"a [b] c", "a c", ""},
		{"a [b] c", "ac", NULL},
		{"a [b] c", "a bc", NULL},
		{"a [b|b c d] *", "a b c d e", "c d e"},
		{"[a] b", "b", ""},
		{"[a] b", "a b", ""},
		{"[a] b", "xb", NULL},
		{"b [a]", "b a", ""},
		{"b [a]", "ba", NULL},
		{"[*] b [*]", "b", ""},
		{"[*] b [*]", "a b c", ""},
		{"[*] b [*]", "abc", NULL},
		{"[a [b]] c", "a b c", ""},
		{"[a [b]] c", "a c", ""},
		{"[a (x|y)] c", "a y c", "y"},
		{"[a (x|y)] c", "c", "-"},
		{"@color car", "dark blue car", ""},
		{"(@color) car", "dark blue car", "dark blue"},
		{"(@color) *", "dark blue", NULL},
		{"x @none y", "x  y", ""},
		{"i am <get name>", "i am ann lee", ""},
		{"i am <bot other>", "i am undefined", ""},
		{"i am <get name> *", "i am Ann LEE too", "too"},
		{"HELLO *", "hello X", "X"},
		{"\xc3\x84H *", "\xc3\xa4h x", "x"},
		{"a.b+c *", "a.b+c d", "d"},
		{"a.b *", "axb d", NULL},
	};
	struct bench b = {0};
	struct buffer out = BUFFER_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *got = match(&b, cases[i].trigger, cases[i].message, &out);
		if ((got == NULL) != (cases[i].captures == NULL) ||
		    (got && strcmp(got, cases[i].captures) != 0))
			fail_msg("\"%s\" against \"%s\": %s", cases[i].message, cases[i].trigger,
				 got ? got : "no match");
	}
	release(&b, &out);
}

/* The patterns that make backtracking engines take forever: steps grow with length times size. */
static void work_is_linear(void **state)
{
	static const char *const triggers[] = {
		"* * * * * * * * * * * * x",
		"[*] a [*] a [*] a [*] a [*] a [*] a [*] x",
		"(a|a a|a a a) (a|a a|a a a) (a|a a) * (a|a a|a a a) * x",
		"[a|a a] [a|a a] [a|a a] [a|a a] [a|a a] [a|a a] [a|a a] x",
		"_ _ _ * _ _ * _ * _ * x",
	};
	struct bench b = {0};
	struct buffer message = BUFFER_INIT;
	(void)state;
	for (size_t i = 0; i < COUNT(triggers); i++) {
		struct capture captures[CAPTURES_MOST];
		const struct pattern *p = compile(&b, triggers[i]);
		uint64_t used[2];
		buffer_clear(&message);
		for (int round = 0; round < 2; round++) {
			for (int k = 0; k < 500; k++)
				buffer_add_string(&message, "a ");
			struct subject subject = {buffer_text(&message), false};
			b.budget = (struct budget){.left = 10000000};
			b.matcher.budget = &b.budget;
			assert_false(matcher_run(&b.matcher, p, &subject, captures));
			assert_false(b.budget.is_spent);
			used[round] = 10000000 - b.budget.left;
		}
		assert_true(used[1] < 3 * used[0]); /* twice the length: twice the work */
	}
	release(&b, &message);
}

static void a_spent_budget_is_no_match(void **state)
{
	struct bench b = {0};
	struct capture captures[CAPTURES_MOST];
	const struct pattern *p = compile(&b, "* x *");
	struct subject subject = {TEXT("a a a a a a x a"), false};
	struct buffer none = BUFFER_INIT;
	(void)state;
	b.budget.left = 10;
	b.matcher.budget = &b.budget;
	assert_false(matcher_run(&b.matcher, p, &subject, captures));
	assert_true(b.budget.is_spent);
	release(&b, &none);
}

static void too_much_is_refused(void **state)
{
	struct bench b = {0};
	struct buffer trigger = BUFFER_INIT;
	(void)state;
	for (int i = 0; i <= CAPTURES_MOST; i++)
		buffer_add_string(&trigger, "* a ");
	assert_null(compile(&b, trigger.p));
	assert_int_equal(b.d.errors, 1);
	buffer_clear(&trigger);
	for (int i = 0; i < 1000; i++)
		buffer_add_char(&trigger, '(');
	assert_null(compile(&b, trigger.p));
	assert_int_equal(b.d.errors, 2);
	release(&b, &trigger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_element),
		cmocka_unit_test(work_is_linear),
		cmocka_unit_test(a_spent_budget_is_no_match),
		cmocka_unit_test(too_much_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
