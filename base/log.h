/* log.h: one line for each thing that happened.
 *
 * Purpose    structured lines on a file descriptor: an event and its fields, as text or as JSON.
 * Ownership  the log keeps no pointer of a call.
 * Errors     a line that cannot be written is dropped; a log never stops its process.
 * Threads    any: a line is one write().
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

/* In the order of the enums, for a table of settings. */
extern const char *const log_level_names[];
extern const char *const log_format_names[];

struct log {
	enum log_level level; /* the least that is written */
	enum log_format format;
	int fd;
	const char *process; /* "chat-service" */
};

struct log_field {
	const char *key; /* NULL ends a list */
	bool is_number;
	struct text text;
	int64_t number;
};

#define LOG_STRING(k, s) ((struct log_field){.key = (k), .text = text_of_string(s)})
#define LOG_TEXT_FIELD(k, t) ((struct log_field){.key = (k), .text = (t)})
#define LOG_NUMBER(k, v) ((struct log_field){.key = (k), .is_number = true, .number = (int64_t)(v)})

void log_write(const struct log *log, enum log_level level, const char *event,
	       const struct log_field *fields);

#define LOG_AT(log, level, event, ...)                                                             \
	log_write(log, level, event, (const struct log_field[]){__VA_ARGS__ __VA_OPT__(,){.key = NULL}})
#define log_debug(log, ...) LOG_AT(log, LOG_DEBUG, __VA_ARGS__)
#define log_info(log, ...) LOG_AT(log, LOG_INFO, __VA_ARGS__)
#define log_warn(log, ...) LOG_AT(log, LOG_WARN, __VA_ARGS__)
#define log_error(log, ...) LOG_AT(log, LOG_ERROR, __VA_ARGS__)

#endif
