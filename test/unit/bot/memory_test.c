/* Memory runs out at every place in turn: nothing crashes, nothing leaks (the sanitizers say so),
 * and the caller is told. */
#include "test/unit/bot/cases.h"

#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

/* How many allocations still succeed; negative: all. The linker's wrapping leaves no other way. */
static long left = -1;

static bool fails(void)
{
	if (left < 0)
		return false;
	if (left == 0)
		return true;
	left--;
	return false;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static const char source[] = "! version = 2.0\n! var name = x\n! sub what's = what is\n"
			     "! person i = you\n! array c = red blue|dark green\n"
			     "> begin\n+ request\n- {ok}\n< begin\n"
			     "+ my (@c) [*] *\n* <get a> == b => c\n- <set a=<star2>>(@c) {@x}\n"
			     "+ x\n% * y\n- <formal> {random}a|b{/random}<reply1><input1>\n"
			     "+ * a * b *\n- <star1>{person}i{/person}\n+ *\n@ x <star>\n"
			     "> topic t includes random inherits u\n+ #\n- n\n< topic\n";

static void count(void *context, const struct rs_diagnostic *d)
{
	(void)d;
	++*(unsigned *)context;
}

static void loading(void **state)
{
	const struct rs_source s = {"a", text_of(source, sizeof source - 1)};
	struct rs_brain *brain = NULL;
	long n = 0;
	(void)state;
	for (; !brain; n++) {
		unsigned reported = 0;
		left = n;
		brain = rs_brain_compile(&s, 1, NULL, count, &reported);
		left = -1;
		assert_true(brain || reported > 0);
	}
	assert_true(n > 20);
	rs_brain_free(brain);
}

static void linting(void **state)
{
	struct rs_brain *brain = brain_of(source, NULL);
	(void)state;
	for (long n = 0; n < 200; n++) {
		unsigned reported = 0;
		left = n;
		rs_brain_check(brain, count, &reported);
		left = -1;
	}
	rs_brain_free(brain);
}

static void replying(void **state)
{
	struct rs_brain *brain = brain_of(source, NULL);
	enum rs_status status = RS_NO_MEMORY;
	long failed = 0;
	(void)state;
	for (long n = 0; n < 2000; n++) {
		struct rs_state *s = rs_state_new();
		struct buffer reply = BUFFER_INIT;
		const struct rs_request request = {.text = TEXT("what's my red a and b c?")};
		left = n;
		status = rs_reply(brain, s, &request, NULL, &reply, NULL);
		bool is_done = left > 0;
		left = -1;
		failed += status == RS_NO_MEMORY || reply.failed;
		buffer_release(&reply);
		rs_state_free(s);
		if (is_done)
			break;
	}
	assert_int_equal(status, RS_OK);
	assert_true(failed > 5);
	rs_brain_free(brain);
}

static void states(void **state)
{
	static const char json[] = "{\"v\":{\"a\":\"b\",\"c\":\"d\"},\"i\":[\"x\"],\"r\":[\"y\"]}";
	struct rs_state *whole = rs_state_read(json, sizeof json - 1);
	struct rs_state *copy = NULL;
	(void)state;
	assert_non_null(whole);
	for (long n = 0; !copy; n++) {
		left = n;
		copy = rs_state_copy(whole);
		left = -1;
	}
	rs_state_free(copy);
	copy = NULL;
	for (long n = 0; !copy; n++) {
		left = n;
		copy = rs_state_read(json, sizeof json - 1);
		left = -1;
	}
	rs_state_free(copy);
	rs_state_free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loading),
		cmocka_unit_test(linting),
		cmocka_unit_test(replying),
		cmocka_unit_test(states),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
