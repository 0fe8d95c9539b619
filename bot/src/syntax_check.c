#include "bot/src/syntax_check.h"

#include "bot/src/chars.h"

enum { NESTING_MOST = 64 };

static bool is_one_of(char c, const char *set)
{
	if ((c >= 'a' && c <= 'z') || c == ' ')
		return false; /* most are, and no set has them */
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Every bracket is closed by its own kind, in order. */
static const char *check_brackets(struct text line, size_t *column)
{
	char open[NESTING_MOST];
	size_t at[NESTING_MOST];
	size_t depth = 0;
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		*column = i;
		if (is_one_of(c, "([{<")) {
			if (depth == NESTING_MOST)
				return "brackets are nested too deeply";
			at[depth] = i;
			open[depth++] = c;
		} else if (is_one_of(c, ")]}>")) {
			char want = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '<';
			if (depth == 0)
				return "this bracket closes nothing";
			if (open[--depth] != want)
				return "this bracket does not match the one that was opened last";
		}
	}
	if (depth == 0)
		return NULL;
	*column = at[depth - 1];
	return "this bracket is never closed";
}

/* No side of a | in brackets may be empty. */
static const char *check_alternatives(struct text line, size_t *column)
{
	for (size_t i = 0; i + 1 < line.n; i++) {
		char a = line.p[i];
		char b = line.p[i + 1];
		*column = i + 1;
		if ((a == '(' || a == '[') && b == '|')
			return "expected a word before the |";
		if (a == '|' && (b == ')' || b == ']' || b == '|'))
			return "expected a word after the |";
	}
	return NULL;
}

static const char *check_pattern(struct text line, const struct rs_options *options, size_t *column)
{
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		*column = i;
		if (c >= 'A' && c <= 'Z')
			return "expected lower-case letters here: messages are lower-cased before "
			       "they are compared";
		if (options->utf8 && (c == '\\' || c == '.'))
			return "a trigger cannot hold a backslash or a dot";
		if (!options->utf8 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != ' ' && !is_one_of(c, "(|)[]*_#@{}<>=/\t"))
			return "expected only a-z, 0-9, blanks and ( | ) [ ] * _ # @ { } < > = / "
			       "(other letters need UTF-8 mode)";
	}
	const char *wrong = check_alternatives(line, column);
	return wrong ? wrong : check_brackets(line, column);
}

/* ! type name = value, or ! type = value */
static const char *check_definition(struct text line, size_t *column)
{
	const char *equals = memchr(line.p, '=', line.n);
	*column = line.n;
	if (!equals)
		return "expected ! type name = value";
	size_t at = (size_t)(equals - line.p);
	*column = at + 1;
	if (at == 0 || text_trim(text_of(line.p, at)).n == 0)
		return "expected a type and a name before the =";
	if (text_trim(text_of(equals + 1, line.n - at - 1)).n == 0)
		return "expected a value after the =";
	if (line.n < 5 || memcmp(line.p, "array", 5) != 0)
		return NULL;
	struct text value = text_trim(text_of(equals + 1, line.n - at - 1));
	*column = (size_t)(value.p - line.p);
	if (value.p[0] == '|')
		return "an array cannot begin with a |";
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '|' && (i + 1 == value.n || value.p[i + 1] == '|')) {
			*column += i;
			return "expected a word after the |";
		}
	return NULL;
}

static bool is_name(char c, bool upper)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       (upper && c >= 'A' && c <= 'Z');
}

/* > begin, > topic name ..., > object name language */
static const char *check_label(struct text line, const struct rs_options *options, size_t *column)
{
	size_t word = 0;
	while (word < line.n && !is_blank(line.p[word]))
		word++;
	struct text type = text_of(line.p, word);
	*column = word;
	if (text_equal(type, TEXT("begin")))
		return word < line.n ? "expected nothing after > begin" : NULL;
	bool is_topic = text_equal(type, TEXT("topic"));
	if (!is_topic && !text_equal(type, TEXT("object")))
		return NULL;
	if (word == line.n)
		return is_topic ? "expected a topic's name" : "expected an object's name";
	for (size_t i = word; i < line.n; i++) {
		*column = i;
		if (is_blank(line.p[i]) || is_name(line.p[i], !is_topic || options->force_case))
			continue;
		return is_topic ? "expected a topic's name of a-z, 0-9, _ and -"
				: "expected an object's name of letters, digits, _ and -";
	}
	return NULL;
}

/* * value OPERATOR value => reply */
static const char *check_condition(struct text line, size_t *column)
{
	static const char *const operators[] = {"==", "!=", "<>", "<=", ">=", "<", ">", "eq", "ne"};
	*column = 0;
	size_t arrow = 0;
	while (arrow + 1 < line.n && !(line.p[arrow] == '=' && line.p[arrow + 1] == '>'))
		arrow++;
	if (arrow + 1 >= line.n || arrow + 2 >= line.n)
		return "expected: value == value => reply (on one line)";
	for (size_t i = 1; i + 1 < arrow; i++)
		for (size_t k = 0; k < sizeof operators / sizeof *operators; k++) {
			size_t n = strlen(operators[k]);
			if (i + n < arrow && memcmp(line.p + i, operators[k], n) == 0)
				return NULL;
		}
	*column = arrow;
	return "expected an operator before the =>: one of == eq != ne <> < <= > >=";
}

const char *syntax_check(char kind, struct text line, const struct rs_options *options,
			 size_t *column)
{
	switch (kind) {
	case '!':
		return check_definition(line, column);
	case '>':
		return check_label(line, options, column);
	case '+':
	case '%':
	case '@':
		return check_pattern(line, options, column);
	case '*':
		return check_condition(line, column);
	default:
		return NULL;
	}
}
