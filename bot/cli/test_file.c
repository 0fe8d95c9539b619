/* --test: a conversation with expected replies, so that a brain's author has tests.
 *
 *     # a comment
 *     > what the visitor writes
 *     < the expected reply; \n is a line break
 *     | another reply that is as good (any number of these)
 *     ~ some words that the reply must hold (instead of < and |, or after them)
 *     ! name = value      sets a variable
 *     ? name = value      expects a variable; "undefined": that it is not set
 *     ---                 a new visitor
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"

struct test_run {
	struct session session;
	const char *path;
	unsigned line;
	unsigned passed;
	unsigned failed;
	bool has_reply; /* there was a message */
	bool is_open;   /* < or | lines are being read */
	bool is_met;    /* one of them was the reply */
	unsigned open_line;
	bool is_wrong; /* the file has a line that is not understood */
};

static void fail(struct test_run *t, unsigned line, const char *what, struct text expected,
		 struct text got)
{
	t->failed++;
	fprintf(stderr, "%s:%u: %s\n  expected: %.*s\n  got:      %.*s\n", t->path, line, what,
		(int)expected.n, expected.n ? expected.p : "", (int)got.n, got.n ? got.p : "");
}

/* Ends the < and | lines of a reply. */
static void close_expectation(struct test_run *t)
{
	if (t->is_open && t->is_met)
		t->passed++;
	else if (t->is_open)
		fail(t, t->open_line, "another reply", TEXT("one of the lines here"),
		     buffer_text(&t->session.reply));
	t->is_open = false;
}

static void unescape(struct text t, struct buffer *out)
{
	for (size_t i = 0; i < t.n; i++) {
		bool is_break = t.p[i] == '\\' && i + 1 < t.n && t.p[i + 1] == 'n';
		buffer_add_char(out, is_break ? '\n' : t.p[i]);
		i += is_break;
	}
}

static void expect_reply(struct test_run *t, char kind, struct text data)
{
	struct buffer wanted = BUFFER_INIT;
	struct text reply = text_trim(buffer_text(&t->session.reply));
	unescape(data, &wanted);
	if (kind == '<')
		close_expectation(t);
	if (kind == '~') {
		if (wanted.n == 0 || (reply.n && memmem(reply.p, reply.n, wanted.p, wanted.n)))
			t->passed++;
		else
			fail(t, t->line, "the reply lacks words", data, reply);
	} else {
		if (kind == '<') {
			t->is_open = true;
			t->is_met = false;
			t->open_line = t->line;
		}
		t->is_met |= text_equal(text_trim(buffer_text(&wanted)), reply);
	}
	buffer_release(&wanted);
}

static bool split(struct text data, struct text *name, struct text *value)
{
	const char *equals = data.n ? memchr(data.p, '=', data.n) : NULL;
	if (!equals)
		return false;
	size_t at = (size_t)(equals - data.p);
	*name = text_trim(text_of(data.p, at));
	*value = text_trim(text_of(equals + 1, data.n - at - 1));
	return name->n > 0;
}

static bool take_variable(struct test_run *t, char kind, struct text data)
{
	struct text name;
	struct text value;
	if (!split(data, &name, &value))
		return false;
	if (kind == '!')
		return rs_state_set(t->session.state, name, value);
	struct text got = rs_state_get(t->session.state, name);
	if (!got.p)
		got = TEXT("undefined");
	if (text_equal(got, value))
		t->passed++;
	else
		fail(t, t->line, "another value", value, got);
	return true;
}

static bool start_over(struct test_run *t)
{
	struct rs_state *state = rs_state_new();
	if (!state)
		return false;
	rs_state_free(t->session.state);
	t->session.state = state;
	t->has_reply = false;
	return true;
}

static bool take_line(struct test_run *t, struct text line)
{
	if (line.n == 0 || line.p[0] == '#')
		return true;
	char kind = line.p[0];
	struct text data = text_trim(text_of(line.p + 1, line.n - 1));
	if (kind != '|')
		close_expectation(t);
	switch (kind) {
	case '>':
		t->has_reply = session_say(&t->session, data) != NULL;
		return t->has_reply;
	case '|':
		if (!t->is_open)
			return false;
		expect_reply(t, kind, data);
		return true;
	case '<':
	case '~':
		if (!t->has_reply)
			return false;
		expect_reply(t, kind, data);
		return true;
	case '!':
	case '?':
		return take_variable(t, kind, data);
	default:
		return text_equal(line, TEXT("---")) && start_over(t);
	}
}

static void run_file(struct test_run *t, FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	while ((n = getline(&line, &size, f)) >= 0) {
		t->line++;
		if (take_line(t, text_trim(text_of(line, (size_t)n))))
			continue;
		fprintf(stderr,
			"%s:%u: not understood here: expected > message, < reply, | other reply, ~ "
			"words, ! or ? name = value, ---\n",
			t->path, t->line);
		t->is_wrong = true;
	}
	close_expectation(t);
	free(line);
}

int mode_test(const struct cli_options *options, const struct rs_brain *brain)
{
	struct test_run t = {.path = options->argument};
	FILE *f = fopen(t.path, "r");
	if (!f) {
		perror(t.path);
		return EXIT_FAILURE;
	}
	if (session_init(&t.session, brain, options->user, options->seed, options->is_debug))
		run_file(&t, f);
	fclose(f);
	session_release(&t.session);
	printf("%s: %u passed, %u failed\n", t.path, t.passed, t.failed);
	return t.failed || t.is_wrong || t.passed == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
