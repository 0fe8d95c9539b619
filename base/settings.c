#include "base/settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void describe_allowed(const struct setting *s, char *out, size_t size)
{
	int n = 0;

	switch (s->kind) {
	case SETTING_STRING:
		snprintf(out, size, "text");
		break;
	case SETTING_INT:
		snprintf(out, size, "a whole number from %" PRId64 " to %" PRId64, s->min, s->max);
		break;
	case SETTING_CHOICE:
		out[0] = '\0';
		for (size_t i = 0; s->choices[i] && n >= 0 && (size_t)n < size; i++)
			n += snprintf(out + n, size - (size_t)n, "%s%s", i ? " or " : "", s->choices[i]);
		break;
	}
}

static bool parse(const struct setting *s, const char *held)
{
	switch (s->kind) {
	case SETTING_STRING:
		*(const char **)s->value = held;
		return !held || text_is_utf8(text_of_string(held));
	case SETTING_INT:
		return text_to_int(text_of_string(held), s->min, s->max, s->value);
	case SETTING_CHOICE:
		for (int i = 0; s->choices[i]; i++)
			if (strcmp(s->choices[i], held) == 0) {
				*(int *)s->value = i;
				return true;
			}
		return false;
	}
	return false;
}

/* What was held may be anything; the line stays one. */
static void keep_one_line(char *error)
{
	for (; *error; error++)
		if ((unsigned char)*error < 0x20 || *error == 0x7F)
			*error = '?';
}

bool settings_read(const struct setting *table, size_t count, char *error, size_t error_size)
{
	for (size_t i = 0; i < count; i++) {
		const struct setting *s = &table[i];
		const char *held = getenv(s->name);
		char allowed[256];

		if (!held || !*held)
			held = s->initial;
		if (parse(s, held))
			continue;
		describe_allowed(s, allowed, sizeof(allowed));
		snprintf(error, error_size, "%s is '%.80s', but must be %s", s->name,
			 s->is_secret ? "(secret)" : held, allowed);
		keep_one_line(error);
		return false;
	}
	return true;
}

void settings_print(const struct setting *table, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct setting *s = &table[i];
		char allowed[256];

		describe_allowed(s, allowed, sizeof(allowed));
		fprintf(out, "  %s (%s; default: %s)\n      %s\n", s->name, allowed,
			s->initial ? s->initial : "none", s->help);
	}
}
