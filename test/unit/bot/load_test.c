#include "test/unit/bot/cases.h"

#include <stdlib.h>
#include <unistd.h>

struct reports {
	struct buffer text; /* "line:column E message\n" each */
};

static void collect(void *context, const struct rs_diagnostic *d)
{
	struct reports *r = context;
	buffer_add_format(&r->text, "%u:%u %c %s\n", d->line, d->column,
			  d->severity == RS_ERROR ? 'E' : 'W', d->message);
}

/* Each mistake on a line of its own: where it is, and what was expected. */
static void every_mistake_has_a_place(void **state)
{
	static const struct {
		const char *source, *report; /* the report begins with this */
	} cases[] = {
		{"+ Hello\n- a\n", "1:3 E expected lower-case letters"},
		{"  + a B\n- a\n", "1:7 E expected lower-case letters"},
		{"+ a.b\n- a\n", "1:4 E expected only a-z, 0-9"},
		{"+ (a\n- a\n", "1:3 E this bracket is never closed"},
		{"+ a)\n- a\n", "1:4 E this bracket closes nothing"},
		{"+ (a]\n- a\n", "1:5 E this bracket does not match"},
		{"+ (|a)\n- a\n", "1:4 E expected a word before the |"},
		{"+ (a||b)\n- a\n", "1:6 E expected a word after the |"},
		{"+ [a|]\n- a\n", "1:6 E expected a word after the |"},
		{"+ a\n% B\n- a\n", "2:3 E expected lower-case letters"},
		{"+ a\n@ B\n", "2:3 E expected lower-case letters"},
		{"+ a\n* b\n", "2:3 E expected: value == value => reply"},
		{"+ a\n* b => c\n", "2:5 E expected an operator"},
		{"! var\n", "1:6 E expected ! type name = value"},
		{"! var a =\n", "1:10 E expected a value after the ="},
		{"! = a\n", "1:4 E expected a type and a name"},
		{"! array a = b||c\n", "1:14 E expected a word after the |"},
		{"! version = 2.1\n", "1:3 E RiveScript 2.1 is not known"},
		{"> topic\n", "1:8 E expected a topic's name"},
		{"> topic A\n", "1:9 E expected a topic's name of a-z"},
		{"> begin x\n", "1:8 E expected nothing after > begin"},
		{"+ a\n- \xff\n", "2:0 E not UTF-8"},
		{"+ a\n- b\x01\n", "2:4 E a control character (code 1)"},
		{"x y\n", "1:1 W unknown command x"},
		{"+\n", "1:1 W a lone +"},
		{"- a\n", "1:3 W - before any trigger"},
		{"! nonsense a = b\n", "1:3 W unknown definition nonsense"},
		{"> label\n", "1:3 W unknown label"},
		{"+ a\n- b {weight=0}\n", "2:3 W a weight of 0"},
		{"+ a\n- b\n@ c\n", "3:3 W @ beside - or *"},
		{"/* a\n", "1:1 W this comment is never closed"},
		{"> object a c\n", "1:1 W this object is never closed"},
		{"> object a\n< object\n", "1:3 W the object names no language"},
		{"+ a\n* a == b => c => d\n", "2:3 W this condition can never hold"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct rs_source source = {"a.rive", text_of_string(cases[i].source)};
		struct reports r = {BUFFER_INIT};
		struct rs_brain *brain = rs_brain_compile(&source, 1, NULL, collect, &r);
		bool is_error = strstr(cases[i].report, " E ") != NULL;
		if (!r.text.p || strncmp(r.text.p, cases[i].report, strlen(cases[i].report)) != 0)
			fail_msg("%s: %s", cases[i].source, r.text.p ? r.text.p : "nothing");
		assert_true((brain == NULL) == is_error);
		rs_brain_free(brain);
		buffer_release(&r.text);
	}
}

static void all_mistakes_of_all_sources(void **state)
{
	const struct rs_source sources[] = {{"a", TEXT("+ A\n- x\n+ (\n- x\n")},
					    {"b", TEXT("+ fine\n- x\n+ B\n")}};
	struct reports r = {BUFFER_INIT};
	unsigned lines = 0;
	(void)state;
	assert_null(rs_brain_compile(sources, 2, NULL, collect, &r));
	for (size_t i = 0; i < r.text.n; i++)
		lines += r.text.p[i] == '\n';
	assert_int_equal(lines, 3);
	buffer_release(&r.text);
}

static void lenient_takes_what_strict_refuses(void **state)
{
	const struct rs_options options = {.lenient = true};
	const struct rs_source source = {"a", TEXT("+ A *\n- x\n+ (b|\n- y\n! var\n* z\n")};
	struct rs_brain *brain = rs_brain_compile(&source, 1, &options, NULL, NULL);
	(void)state;
	assert_non_null(brain);
	assert_int_equal(rs_brain_triggers(brain), 2);
	rs_brain_free(brain);
}

static void forced_case(void **state)
{
	const struct rs_options options = {.force_case = true};
	struct rs_brain *brain = brain_of("+ Hello I\n- hi\n", &options);
	struct rs_state *s = rs_state_new();
	struct buffer reply = BUFFER_INIT;
	(void)state;
	assert_string_equal(say(brain, s, "hello i", &reply), "hi");
	rs_state_free(s);
	rs_brain_free(brain);
	buffer_release(&reply);
}

/* Arrays in arrays of triggers, topics that include each other in all ways: refused or bounded. */
static void large_brains_are_bounded(void **state)
{
	struct buffer source = BUFFER_INIT;
	struct reports r = {BUFFER_INIT};
	(void)state;
	buffer_add_string(&source, "! array x = a");
	for (int i = 0; i < 3000; i++)
		buffer_add_format(&source, "|w%d", i);
	buffer_add_string(&source, "\n+ ");
	for (int i = 0; i < 40; i++)
		buffer_add_string(&source, "@x ");
	buffer_add_string(&source, "\n- y\n");
	struct rs_source s = {"a", buffer_text(&source)};
	assert_null(rs_brain_compile(&s, 1, NULL, collect, &r));
	assert_non_null(strstr(r.text.p, "the trigger is too large"));

	buffer_clear(&source);
	for (int i = 0; i < 60; i++) {
		buffer_add_format(&source, "> topic t%d inherits", i);
		for (int k = 0; k < 60; k++)
			buffer_add_format(&source, " t%d", k);
		buffer_add_format(&source, "\n+ a%d\n- b\n< topic\n", i);
	}
	s.text = buffer_text(&source);
	struct rs_brain *brain = rs_brain_compile(&s, 1, NULL, collect, &r);
	assert_non_null(brain);
	rs_brain_free(brain);
	buffer_release(&source);
	buffer_release(&r.text);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void remove_file(const char *folder, const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

static void a_folder_in_the_order_of_names(void **state)
{
	char folder[] = "rivescript-XXXXXX";
	struct reports r = {BUFFER_INIT};
	struct buffer reply = BUFFER_INIT;
	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_null(rs_brain_load(folder, NULL, collect, &r));
	assert_non_null(strstr(r.text.p, "has no .rive files"));
	write_file(folder, "2.rs", "+ a\n- second\n");
	write_file(folder, "1.rive", "\xef\xbb\xbf+ a\r\n- first\r\n");
	write_file(folder, ".hidden.rive", "+ (\n");
	write_file(folder, "notes.txt", "+ (\n");
	struct rs_brain *brain = rs_brain_load(folder, NULL, collect, &r);
	assert_non_null(brain);
	assert_int_equal(rs_brain_triggers(brain), 2);
	struct rs_state *s = rs_state_new();
	assert_string_equal(say(brain, s, "a", &reply), "first");
	rs_state_free(s);
	rs_brain_free(brain);
	remove_file(folder, "1.rive");
	remove_file(folder, "2.rs");
	remove_file(folder, ".hidden.rive");
	remove_file(folder, "notes.txt");
	rmdir(folder);
	assert_null(rs_brain_load(folder, NULL, collect, &r));
	assert_non_null(strstr(r.text.p, "cannot be read: No such file"));
	buffer_release(&r.text);
	buffer_release(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_has_a_place),
		cmocka_unit_test(all_mistakes_of_all_sources),
		cmocka_unit_test(lenient_takes_what_strict_refuses),
		cmocka_unit_test(forced_case),
		cmocka_unit_test(large_brains_are_bounded),
		cmocka_unit_test(a_folder_in_the_order_of_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
