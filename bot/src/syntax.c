#include "bot/src/syntax.h"

#include <stdlib.h>

#include "bot/src/syntax_check.h"

/* A physical line, trimmed. */
struct line {
	struct text text;
	unsigned number;
	unsigned column; /* of its first character, from 1 */
};

struct reader {
	const struct rs_source *source;
	const struct rs_options *options;
	struct diagnose *d;
	size_t next; /* offset of the line to read */
	unsigned number;
	const char *concat;
	struct buffer joined;
	bool is_in_comment;
	bool is_in_object;
	bool is_latest_version; /* false once `! version` asked for more than there is */
};

static bool read_line(struct reader *r, struct line *line)
{
	struct text all = r->source->text;
	if (r->next >= all.n)
		return false;
	const char *start = all.p + r->next;
	const char *end = memchr(start, '\n', all.n - r->next);
	size_t n = end ? (size_t)(end - start) : all.n - r->next;
	r->next += n + 1;
	line->number = ++r->number;
	line->text = text_trim(text_of(start, n));
	line->column = line->text.n ? (unsigned)(line->text.p - start) + 1 : 1;
	return true;
}

static struct text after(struct text t, size_t n)
{
	return text_of(t.p + n, t.n - n);
}

static bool starts_with(struct text t, const char *s)
{
	size_t n = strlen(s);
	return t.n >= n && memcmp(t.p, s, n) == 0;
}

static const char *find(struct text t, const char *s)
{
	return memmem(t.p, t.n, s, strlen(s));
}

static struct place place_of(const struct reader *r, const struct line *line, struct text part)
{
	unsigned into = part.p ? (unsigned)(part.p - line->text.p) : 0;
	return (struct place){r->source->name, line->number, line->column + into};
}

/* Is the line a comment, or inside one? A line that holds the end of a comment is dropped whole. */
static bool is_comment(struct reader *r, const struct line *line)
{
	struct text t = line->text;
	if (starts_with(t, "//") || t.p[0] == '#')
		return true;
	if (starts_with(t, "/*")) {
		r->is_in_comment = !find(t, "*/");
		return true;
	}
	if (find(t, "*/")) {
		r->is_in_comment = false;
		return true;
	}
	return r->is_in_comment;
}

/* Adds what the ^ lines after the command continue, and takes the % of a +. */
static void look_ahead(struct reader *r, struct command *command)
{
	size_t next = r->next;
	unsigned number = r->number;
	struct line line;
	bool is_joined = false;
	buffer_clear(&r->joined);
	while (read_line(r, &line)) {
		if (line.text.n < 2)
			continue;
		char kind = line.text.p[0];
		struct text data = text_trim(after(line.text, 1));
		if ((kind != '^' && kind != '%') || data.n == 0)
			break;
		if (kind == '%') {
			if (command->kind != '+')
				break;
			command->previous = data;
			command->has_previous = true;
			command->previous_at = place_of(r, &line, data);
			break;
		}
		if (!is_joined)
			buffer_add_text(&r->joined, command->data);
		is_joined = true;
		buffer_add_string(&r->joined, command->kind == '!' ? "\n" : r->concat);
		buffer_add_text(&r->joined, data);
	}
	if (is_joined)
		command->data = buffer_text(&r->joined);
	r->next = next;
	r->number = number;
}

static void check(struct reader *r, char kind, struct text data, struct place at)
{
	size_t column = 0;
	const char *wrong = syntax_check(kind, data, r->options, &column);
	if (!wrong)
		return;
	at.column += (unsigned)column;
	diagnose_syntax(r->d, at, "%s (in: %c %.*s)", wrong, kind, (int)(data.n < 80 ? data.n : 80),
			data.p);
}

/* `! local concat` and `! version` concern the reading itself; true: the command was one of these.
 */
static bool is_for_reader(struct reader *r, const struct command *command)
{
	struct text data = command->data;
	const char *equals = memchr(data.p, '=', data.n);
	if (!equals)
		return false;
	struct text left = text_trim(text_of(data.p, (size_t)(equals - data.p)));
	struct text value = text_trim(after(data, (size_t)(equals - data.p) + 1));
	if (text_equal(left, TEXT("version"))) {
		char number[16];
		size_t n = value.n < sizeof number - 1 ? value.n : sizeof number - 1;
		memcpy(number, value.p ? value.p : "", n);
		number[n] = '\0';
		r->is_latest_version = !(strtod(number, NULL) > 2.0);
		if (!r->is_latest_version)
			diagnose_error(r->d, command->at,
				       "RiveScript %s is not known: expected a version up to 2.0",
				       number);
		return true;
	}
	if (!starts_with(left, "local ") || value.n == 0)
		return false;
	if (text_equal(text_trim(after(left, 6)), TEXT("concat")))
		r->concat = text_equal(value, TEXT("space"))     ? " "
			    : text_equal(value, TEXT("newline")) ? "\n"
								 : "";
	return true;
}

/* > object name language: what is in it belongs to another language and is skipped. */
static void begin_object(struct reader *r, struct command *command)
{
	struct text name = text_trim(after(command->data, 6));
	size_t n = 0;
	while (n < name.n && name.p[n] != ' ' && name.p[n] != '\t')
		n++;
	if (text_trim(after(name, n)).n == 0)
		diagnose_warning(r->d, command->at, "the object names no language");
	command->kind = 'o';
	command->data = text_of(name.p, n);
	r->is_in_object = true;
}

static bool read_command(struct reader *r, const struct line *line,
			 bool (*each)(void *context, const struct command *command), void *context)
{
	struct command command = {.kind = line->text.p[0]};
	command.data = text_trim(after(line->text, 1));
	const char *comment = find(command.data, " //");
	if (comment)
		command.data =
			text_trim(text_of(command.data.p, (size_t)(comment - command.data.p)));
	command.at = place_of(r, line, command.data);
	if (!strchr("!><+-*@?^%", command.kind)) {
		diagnose_warning(r->d, place_of(r, line, line->text),
				 "unknown command %c: expected one of ! > < + - %% ^ * @",
				 command.kind);
		return true;
	}
	if (command.kind == '^' || command.kind == '%')
		return true; /* the command before it has looked ahead to it */

	struct buffer lowered = BUFFER_INIT;
	if (command.kind == '+' && r->options->force_case) {
		for (size_t i = 0; i < command.data.n; i++) {
			char c = command.data.p[i];
			buffer_add_char(&lowered, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
		}
		command.data = buffer_text(&lowered);
	}
	check(r, command.kind, command.data, command.at);
	look_ahead(r, &command);
	if (command.has_previous)
		check(r, '%', command.previous, command.previous_at);
	bool go_on = !r->joined.failed && !lowered.failed;
	if (go_on && !(command.kind == '!' && is_for_reader(r, &command))) {
		if (command.kind == '>' && starts_with(command.data, "object"))
			begin_object(r, &command);
		go_on = each(context, &command);
	}
	buffer_release(&lowered);
	return go_on && r->is_latest_version;
}

/* Bytes that no text has: a file in another encoding, or not a text at all. */
static void check_bytes(const struct rs_source *source, struct diagnose *d)
{
	struct reader r = {.source = source};
	struct line line;
	while (read_line(&r, &line)) {
		struct place at = {source->name, line.number, 0};
		if (!text_is_utf8(line.text)) {
			diagnose_error(d, at, "not UTF-8: save the file in that encoding");
			continue;
		}
		for (size_t i = 0; i < line.text.n; i++) {
			unsigned char c = (unsigned char)line.text.p[i];
			if (c >= ' ' && c != 0x7f)
				continue;
			if (c == '\t')
				continue;
			at.column = line.column + (unsigned)i;
			diagnose_error(d, at, "a control character (code %u)", c);
			break;
		}
	}
}

bool syntax_read(const struct rs_source *source, const struct rs_options *options,
		 struct diagnose *d, bool (*each)(void *context, const struct command *command),
		 void *context)
{
	struct reader r = {.source = source, .options = options, .d = d, .concat = ""};
	struct line line;
	struct line opened = {0};
	bool is_good = true;
	r.is_latest_version = true;
	check_bytes(source, d);
	if (starts_with(source->text, "\xef\xbb\xbf"))
		r.next = 3;
	while (is_good && r.is_latest_version && read_line(&r, &line)) {
		if (line.text.n == 0)
			continue;
		if (r.is_in_object) {
			r.is_in_object =
				!find(line.text, "< object") && !find(line.text, "<object");
			continue;
		}
		bool was_in_comment = r.is_in_comment;
		if (is_comment(&r, &line)) {
			if (r.is_in_comment && !was_in_comment)
				opened = line;
			continue;
		}
		if (line.text.n < 2) {
			diagnose_warning(d, place_of(&r, &line, line.text),
					 "a lone %c: expected something after the command",
					 line.text.p[0]);
			continue;
		}
		is_good = read_command(&r, &line, each, context);
		if (r.is_in_object)
			opened = line;
	}
	if (r.is_in_comment || r.is_in_object)
		diagnose_warning(d, place_of(&r, &opened, opened.text), "this %s is never closed",
				 r.is_in_object ? "object" : "comment");
	buffer_release(&r.joined);
	return is_good || !r.is_latest_version;
}
