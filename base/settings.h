/* settings.h: the environment, checked against a table.
 *
 * Purpose    reads a process's settings as ConfigMaps and Secrets give them, prints them for --help.
 * Ownership  string values point into the environment or into the table; they outlive the process's
 *            use of them as long as nobody calls setenv.
 * Errors     the first wrong value stops the reading with one line that names the variable, what it
 *            held and what it may hold.
 * Threads    at the start, before there are any.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_kind {
	SETTING_STRING, /* value: const char *, NULL when unset and without a default */
	SETTING_INT,    /* value: int64_t between min and max */
	SETTING_CHOICE  /* value: int, the index in `choices` */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	void *value;
	const char *initial; /* as it would be written in the environment; NULL: unset */
	const char *help;
	int64_t min, max;           /* SETTING_INT */
	const char *const *choices; /* SETTING_CHOICE: ends with NULL */
	bool is_secret;             /* never shown in an error */
};

/* Fills every value. An empty variable counts as unset. False: `error` holds the line (no newline). */
bool settings_read(const struct setting *table, size_t count, char *error, size_t error_size);

/* One paragraph a setting: name, default, what it may hold, help. */
void settings_print(const struct setting *table, size_t count, FILE *out);

#endif
