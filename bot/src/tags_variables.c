/* <bot>, <env>, <get>, <set>, <add>, <sub>, <mult>, <div> and <call>: from left to right, inner
 * ones first. Other tags stay as they are, with what is in them processed. */
#include "bot/src/format.h"
#include "bot/src/quote.h"
#include "bot/src/tags.h"

enum { NESTING_MOST = 50, ARGUMENTS_MOST = 32 };

enum ending { AT_TEXT_END, AT_BRACKET, AT_CALL_END };

enum verb { BOT, ENV, GET, SET, ADD, SUB, MULT, DIV, CALL, VERBS };

static const char *const openings[VERBS] = {"<bot ", "<env ",  "<get ", "<set ", "<add ",
					    "<sub ", "<mult ", "<div ", "<call>"};

struct scan {
	struct turn *t;
	struct text text;
	size_t i;
	unsigned depth;
};

static struct text trimmed_plain(struct text quoted, struct buffer *plain)
{
	quote_remove(plain, quoted);
	return text_trim(buffer_text(plain));
}

/* Parts `name=value`; what follows a second = is dropped. False: there is no =. */
static bool split(struct text arguments, struct text *name, struct text *value)
{
	const char *equals = arguments.n ? memchr(arguments.p, '=', arguments.n) : NULL;
	*name = arguments;
	*value = TEXT_NONE;
	if (!equals)
		return false;
	name->n = (size_t)(equals - arguments.p);
	*value = text_of(equals + 1, arguments.n - name->n - 1);
	const char *second = value->n ? memchr(value->p, '=', value->n) : NULL;
	if (second)
		value->n = (size_t)(second - value->p);
	return true;
}

/* A variable's value as text for the reply; only what the brain's author wrote may hold tags. */
static void add_variable(struct turn *t, enum scope scope, struct text name, struct buffer *out)
{
	budget_take(&t->budget, t->state->scopes[scope].n / 4);
	struct text value = state_get(t->state, scope, name);
	if (value.p) {
		quote_add(out, value);
		return;
	}
	if (scope == SCOPE_USER)
		value = text_equal(name, TEXT("topic")) ? TEXT("random") : TEXT_NONE;
	else
		value = dictionary_get(
			scope == SCOPE_BOT ? &t->brain->variables : &t->brain->globals, name);
	buffer_add_text(out, value.p ? value : TEXT("undefined"));
}

static void set_variable(struct turn *t, enum scope scope, struct text name, struct text value)
{
	bool unsets = scope == SCOPE_USER &&
		      (text_equal(value, TEXT("undefined")) ||
		       (text_equal(name, TEXT("topic")) && text_equal(value, TEXT("random"))));
	budget_take(&t->budget, t->state->scopes[scope].n / 4 + value.n / 4);
	state_set(t->state, scope, name, unsets ? TEXT_NONE : value);
}

/* A value to be stored: empty, not absent, when nothing stands behind the =. */
static struct text plain_value(struct text quoted, struct buffer *plain)
{
	quote_remove(plain, quoted);
	return plain->n ? buffer_text(plain) : TEXT("");
}

static void add_bot_or_env(struct turn *t, enum scope scope, struct text arguments,
			   struct buffer *out)
{
	struct buffer name_buffer = turn_buffer();
	struct buffer value_buffer = turn_buffer();
	struct text name;
	struct text value;
	bool sets = split(arguments, &name, &value);
	name = trimmed_plain(name, &name_buffer);
	if (sets)
		set_variable(t, scope, name, plain_value(value, &value_buffer));
	else
		add_variable(t, scope, name, out);
	buffer_release(&name_buffer);
	buffer_release(&value_buffer);
}

static void add_get(struct turn *t, struct text arguments, struct buffer *out)
{
	struct buffer plain = turn_buffer();
	add_variable(t, SCOPE_USER, trimmed_plain(arguments, &plain), out);
	buffer_release(&plain);
}

static void do_set(struct turn *t, struct text arguments)
{
	struct buffer name_buffer = turn_buffer();
	struct buffer value_buffer = turn_buffer();
	struct text name;
	struct text value;
	bool has_value = split(arguments, &name, &value);
	set_variable(t, SCOPE_USER, trimmed_plain(name, &name_buffer),
		     has_value ? plain_value(value, &value_buffer) : TEXT_NONE);
	buffer_release(&name_buffer);
	buffer_release(&value_buffer);
}

static bool calculate(enum verb verb, int64_t a, int64_t b, int64_t *result)
{
	switch (verb) {
	case ADD:
		return !__builtin_add_overflow(a, b, result);
	case SUB:
		return !__builtin_sub_overflow(a, b, result);
	case MULT:
		return !__builtin_mul_overflow(a, b, result);
	default:
		if (b == -1)
			return !__builtin_sub_overflow(0, a, result);
		*result = a / b;
		return true;
	}
}

static void calculate_variable(struct turn *t, enum verb verb, struct text name,
			       struct text operand, struct buffer *out)
{
	static const char *const names[] = {
		[ADD] = "add", [SUB] = "sub", [MULT] = "mult", [DIV] = "div"};
	budget_take(&t->budget, t->state->scopes[SCOPE_USER].n / 4);
	struct text old = rs_state_get(t->state, name);
	int64_t a = 0;
	int64_t b;
	int64_t result;
	if (!text_to_int(text_trim(operand), INT64_MIN, INT64_MAX, &b)) {
		buffer_add_format(out, "[ERR: Math can't '%s' non-numeric value '", names[verb]);
		quote_add(out, operand);
		buffer_add_string(out, "']");
	} else if (old.n && !text_to_int(old, INT64_MIN, INT64_MAX, &a)) {
		buffer_add_format(out, "[ERR: Math can't '%s' non-numeric user variable '",
				  names[verb]);
		quote_add(out, name);
		buffer_add_string(out, "']");
	} else if (verb == DIV && b == 0) {
		buffer_add_string(out, "[ERR: Can't Divide By Zero]");
	} else if (!calculate(verb, a, b, &result)) {
		buffer_add_string(out, "[ERR: Math result is too large]");
	} else {
		struct buffer number = turn_buffer();
		buffer_add_int(&number, result);
		state_set(t->state, SCOPE_USER, name, buffer_text(&number));
		buffer_release(&number);
	}
}

static void add_math(struct turn *t, enum verb verb, struct text arguments, struct buffer *out)
{
	struct buffer plain_name = turn_buffer();
	struct buffer plain_value = turn_buffer();
	struct text name;
	struct text value;
	split(arguments, &name, &value);
	quote_remove(&plain_value, value);
	calculate_variable(t, verb, trimmed_plain(name, &plain_name), buffer_text(&plain_value),
			   out);
	buffer_release(&plain_name);
	buffer_release(&plain_value);
}

/* Parts at blanks; "quoted words" stay together. Writes over `text`. */
static size_t split_arguments(char *text, size_t n, struct text *arguments)
{
	size_t count = 0;
	size_t i = 0;
	while (i < n && count < ARGUMENTS_MOST) {
		bool is_quoted = text[i] == '"';
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n') {
			i++;
			continue;
		}
		i += is_quoted;
		size_t start = i;
		while (i < n && text[i] != '"' && (is_quoted || text[i] != ' '))
			i++;
		if (i > start)
			arguments[count++] = text_of(text + start, i - start);
		i += i < n && is_quoted;
	}
	return count;
}

static const struct rs_macro *find_macro(const struct rs_host *host, struct text name)
{
	for (size_t i = 0; host && i < host->macro_count; i++)
		if (text_equal(name, text_of_string(host->macros[i].name)))
			return &host->macros[i];
	return NULL;
}

static void call_macro(const struct rs_macro *macro, const struct text *arguments, size_t n,
		       struct buffer *out)
{
	struct buffer result = turn_buffer();
	struct buffer valid = turn_buffer();
	if (!macro->call(macro->context, arguments, n, &result) || result.failed) {
		buffer_add_string(out, "[ERR: Error raised by object macro]");
	} else {
		format_valid(buffer_text(&result), &valid);
		quote_add(out, buffer_text(&valid));
	}
	buffer_release(&result);
	buffer_release(&valid);
}

static void add_call(struct turn *t, struct text quoted, struct buffer *out)
{
	struct text arguments[ARGUMENTS_MOST];
	struct buffer plain = turn_buffer();
	quote_remove(&plain, quoted);
	size_t n = split_arguments(plain.p, plain.n, arguments);
	const struct rs_macro *macro = n ? find_macro(t->host, arguments[0]) : NULL;
	if (macro)
		call_macro(macro, arguments + 1, n - 1, out);
	else if (n && table_get(&t->brain->objects, arguments[0]) != TABLE_NONE)
		buffer_add_string(out, "[ERR: No Object Handler]");
	else
		buffer_add_string(out, "[ERR: Object Not Found]");
	buffer_release(&plain);
}

static void run(struct turn *t, enum verb verb, struct text arguments, struct buffer *out)
{
	switch (verb) {
	case BOT:
		add_bot_or_env(t, SCOPE_BOT, arguments, out);
		break;
	case ENV:
		add_bot_or_env(t, SCOPE_ENV, arguments, out);
		break;
	case GET:
		add_get(t, arguments, out);
		break;
	case SET:
		do_set(t, arguments);
		break;
	case CALL:
		add_call(t, arguments, out);
		break;
	default:
		add_math(t, verb, arguments, out);
		break;
	}
}

static bool process(struct scan *s, enum ending ending, struct buffer *out);

/* A known tag at s->i. One that is never closed stays, without its end. */
static void add_verb(struct scan *s, enum verb verb, struct buffer *out)
{
	struct buffer arguments = turn_buffer();
	s->i += strlen(openings[verb]);
	s->depth++;
	bool is_closed = process(s, verb == CALL ? AT_CALL_END : AT_BRACKET, &arguments);
	s->depth--;
	turn_check(s->t, &arguments);
	if (turn_is_over(s->t))
		goto out;
	if (is_closed) {
		run(s->t, verb, buffer_text(&arguments), out);
	} else {
		buffer_add_string(out, openings[verb]);
		buffer_add_text(out, buffer_text(&arguments));
	}
out:
	buffer_release(&arguments);
}

/* A tag of some other language at s->i, inside of one of ours: its > is not the end of ours. */
static void add_foreign(struct scan *s, struct buffer *out)
{
	buffer_add_char(out, s->text.p[s->i++]);
	s->depth++;
	if (process(s, AT_BRACKET, out))
		buffer_add_char(out, '>');
	s->depth--;
}

static bool begins_tag(struct text rest)
{
	if (rest.n < 2)
		return false;
	char c = rest.p[1];
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!';
}

/* Copies up to the ending, which is passed over; false: the text ended before. */
static bool process(struct scan *s, enum ending ending, struct buffer *out)
{
	while (s->i < s->text.n && !turn_is_over(s->t)) {
		struct text rest = text_of(s->text.p + s->i, s->text.n - s->i);
		char c = rest.p[0];
		if (ending == AT_BRACKET && c == '>') {
			s->i++;
			return true;
		}
		if (ending == AT_CALL_END && c == '<' && tag_is(rest, "</call>")) {
			s->i += strlen("</call>");
			return true;
		}
		if (c != '<' || s->depth >= NESTING_MOST) {
			buffer_add_char(out, c);
			s->i++;
			continue;
		}
		budget_take(&s->t->budget, 4);
		int verb = 0;
		while (verb < VERBS && !tag_is(rest, openings[verb]))
			verb++;
		if (verb < VERBS) {
			add_verb(s, (enum verb)verb, out);
		} else if (ending == AT_BRACKET && begins_tag(rest)) {
			add_foreign(s, out);
		} else {
			buffer_add_char(out, c);
			s->i++;
		}
	}
	return ending == AT_TEXT_END;
}

void tags_variables(struct turn *t, struct text text, struct buffer *out)
{
	struct scan s = {.t = t, .text = text};
	process(&s, AT_TEXT_END, out);
}
