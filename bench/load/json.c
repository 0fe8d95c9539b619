#include "bench/load/json.h"

static void skip_space(struct json_cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == ',' || *c->at == '\t' ||
				  *c->at == '\r' || *c->at == '\n'))
		c->at++;
}

static bool fail(struct json_cursor *c)
{
	c->failed = true;
	c->at = c->end;
	return false;
}

/* Whether an odd number of backslashes stands before the quote. */
static bool is_escaped(const char *start, const char *quote)
{
	const char *p = quote;

	while (p > start && p[-1] == '\\')
		p--;
	return (quote - p) % 2 == 1;
}

/* At an opening quote; leaves the cursor behind the closing one. */
static bool read_string(struct json_cursor *c, struct text *s)
{
	const char *start = c->at + 1, *p = start;

	while (p < c->end && (p = memchr(p, '"', (size_t)(c->end - p)))) {
		if (!is_escaped(start, p)) {
			*s = text_of(start, (size_t)(p - start));
			c->at = p + 1;
			return true;
		}
		p++;
	}
	return fail(c);
}

/* At an opening bracket; leaves the cursor behind the one that closes it. */
static bool read_nested(struct json_cursor *c, struct text *raw)
{
	const char *start = c->at;
	unsigned depth = 0;
	struct text ignored;

	while (c->at < c->end) {
		switch (*c->at) {
		case '"':
			if (!read_string(c, &ignored))
				return false;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0) {
				c->at++;
				*raw = text_of(start, (size_t)(c->at - start));
				return true;
			}
			break;
		}
		c->at++;
	}
	return fail(c);
}

static bool read_value(struct json_cursor *c, struct json_value *value)
{
	const char *start;

	skip_space(c);
	if (c->at >= c->end)
		return fail(c);
	start = c->at;
	switch (*start) {
	case '"':
		value->kind = JSON_STRING;
		return read_string(c, &value->raw);
	case '{':
		value->kind = JSON_OBJECT;
		return read_nested(c, &value->raw);
	case '[':
		value->kind = JSON_ARRAY;
		return read_nested(c, &value->raw);
	}
	while (c->at < c->end && *c->at != ',' && *c->at != '}' && *c->at != ']' && *c->at != ' ')
		c->at++;
	value->kind = JSON_PLAIN;
	value->raw = text_of(start, (size_t)(c->at - start));
	return value->raw.n > 0 || fail(c);
}

struct json_cursor json_cursor_of(struct text value)
{
	struct json_cursor c = {.at = value.p, .end = value.p + value.n};

	if (value.n < 2 || (*value.p != '{' && *value.p != '['))
		fail(&c);
	else
		c.at++;
	return c;
}

bool json_next_member(struct json_cursor *c, struct text *key, struct json_value *value)
{
	skip_space(c);
	if (c->at >= c->end || *c->at == '}')
		return false;
	if (*c->at != '"' || !read_string(c, key))
		return fail(c);
	while (c->at < c->end && (*c->at == ' ' || *c->at == ':'))
		c->at++;
	return read_value(c, value);
}

bool json_next_element(struct json_cursor *c, struct json_value *value)
{
	skip_space(c);
	if (c->at >= c->end || *c->at == ']')
		return false;
	return read_value(c, value);
}
