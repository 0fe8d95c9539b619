/* --json: one object a line in, one out. Every user has a state of their own; `vars` sets variables
 * before the message, and what is set afterwards comes back. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "bot/cli/modes.h"
#include "bot/cli/session.h"
#include "bot/src/arena.h"
#include "bot/src/json_text.h"
#include "bot/src/table.h"

struct users {
	struct table names;
	struct session **v; /* each owns the copy of its name */
	size_t n;
	size_t size;
};

static void release_users(struct users *users)
{
	for (size_t i = 0; i < users->n; i++) {
		free((char *)users->v[i]->user);
		session_release(users->v[i]);
		free(users->v[i]);
	}
	free(users->v);
	table_release(&users->names);
}

static struct session *new_session(const struct cli_options *options, const struct rs_brain *brain,
				   const char *name)
{
	struct session *s = malloc(sizeof *s);
	char *user = strdup(name);
	if (s && user && session_init(s, brain, user, options->seed, options->is_debug))
		return s;
	free(user);
	free(s);
	return NULL;
}

static struct session *find_user(struct users *users, const struct cli_options *options,
				 const struct rs_brain *brain, const char *name)
{
	uint32_t at = table_get(&users->names, text_of_string(name));
	if (at != TABLE_NONE)
		return users->v[at];
	if (!array_reserve(&users->v, &users->size, users->n + 1, sizeof *users->v))
		return NULL;
	struct session *s = new_session(options, brain, name);
	if (!s)
		return NULL;
	if (!table_put(&users->names, text_of_string(s->user), (uint32_t)users->n)) {
		free((char *)s->user);
		session_release(s);
		free(s);
		return NULL;
	}
	return users->v[users->n++] = s;
}

/* Strings and numbers are set, null takes away. */
static void set_variables(struct session *s, json_t *vars)
{
	const char *name;
	json_t *value;
	json_object_foreach(vars, name, value)
	{
		char number[32];
		struct text text = TEXT_NONE;
		if (json_is_string(value)) {
			text = text_of(json_string_value(value), json_string_length(value));
		} else if (json_is_integer(value)) {
			snprintf(number, sizeof number, "%lld",
				 (long long)json_integer_value(value));
			text = text_of_string(number);
		} else if (json_is_boolean(value)) {
			text = json_is_true(value) ? TEXT("true") : TEXT("false");
		}
		rs_state_set(s->state, text_of_string(name), text);
	}
}

static void write_variable(void *context, struct text name, struct text value)
{
	struct buffer *out = context;
	if (out->p[out->n - 1] != '{')
		buffer_add_char(out, ',');
	json_text_add(out, name);
	buffer_add_char(out, ':');
	json_text_add(out, value);
}

static void write_error(struct buffer *out, const char *message)
{
	buffer_add_string(out, "{\"status\":\"error\",\"reply\":");
	json_text_add(out, text_of_string(message));
	buffer_add_string(out, ",\"vars\":{}}\n");
}

static void answer(struct users *users, const struct cli_options *options,
		   const struct rs_brain *brain, json_t *request, struct buffer *out)
{
	json_t *user = json_object_get(request, "username");
	json_t *message = json_object_get(request, "message");
	const char *reply = NULL;
	if (!json_is_string(message)) {
		write_error(out, "expected an object with a string \"message\"");
		return;
	}
	struct session *s =
		find_user(users, options, brain,
			  json_is_string(user) ? json_string_value(user) : options->user);
	if (s) {
		set_variables(s, json_object_get(request, "vars"));
		reply = session_say(
			s, text_of(json_string_value(message), json_string_length(message)));
	}
	if (!reply) {
		write_error(out, "out of memory");
		return;
	}
	buffer_add_string(out, "{\"status\":\"ok\",\"reply\":");
	json_text_add(out, buffer_text(&s->reply));
	buffer_add_string(out, ",\"vars\":{");
	if (!rs_state_get(s->state, TEXT("topic")).p)
		write_variable(out, TEXT("topic"), TEXT("random"));
	rs_state_each(s->state, write_variable, out);
	buffer_add_string(out, "}}\n");
}

int mode_json(const struct cli_options *options, const struct rs_brain *brain)
{
	struct users users = {0};
	struct buffer out = BUFFER_INIT;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int status = EXIT_SUCCESS;
	while (status == EXIT_SUCCESS && (n = getline(&line, &size, stdin)) >= 0) {
		json_error_t error;
		if (text_trim(text_of(line, (size_t)n)).n == 0)
			continue;
		json_t *request = json_loadb(line, (size_t)n, JSON_ALLOW_NUL, &error);
		buffer_clear(&out);
		if (request)
			answer(&users, options, brain, request, &out);
		else
			write_error(&out, error.text);
		json_decref(request);
		if (out.failed || fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0)
			status = EXIT_FAILURE;
	}
	free(line);
	buffer_release(&out);
	release_users(&users);
	return status;
}
