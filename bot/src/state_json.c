/* A state as compact JSON: {"v":{},"b":{},"e":{},"i":[],"r":[]}, each only where it has something:
 * variables of user, bot and environment, inputs and replies, newest first. */
#include <jansson.h>

#include "bot/src/json_text.h"
#include "bot/src/state.h"

static const char *const scope_keys[SCOPES] = {"v", "b", "e"};

static void write_key(struct buffer *out, bool *is_first, const char *key)
{
	buffer_add_string(out, *is_first ? "\"" : ",\"");
	buffer_add_string(out, key);
	buffer_add_string(out, "\":");
	*is_first = false;
}

static void write_variables(struct buffer *out, const struct variables *vars)
{
	buffer_add_char(out, '{');
	for (size_t i = 0; i < vars->n; i++) {
		if (i)
			buffer_add_char(out, ',');
		json_text_add(out, vars->v[i].name);
		buffer_add_char(out, ':');
		json_text_add(out, vars->v[i].value);
	}
	buffer_add_char(out, '}');
}

static void write_history(struct buffer *out, const struct history *history)
{
	buffer_add_char(out, '[');
	for (unsigned i = 0; i < history->n; i++) {
		if (i)
			buffer_add_char(out, ',');
		json_text_add(out, history->entries[i]);
	}
	buffer_add_char(out, ']');
}

void rs_state_write(const struct rs_state *state, struct buffer *out)
{
	bool is_first = true;
	buffer_add_char(out, '{');
	for (int scope = 0; scope < SCOPES; scope++) {
		if (state->scopes[scope].n == 0)
			continue;
		write_key(out, &is_first, scope_keys[scope]);
		write_variables(out, &state->scopes[scope]);
	}
	if (state->inputs.n) {
		write_key(out, &is_first, "i");
		write_history(out, &state->inputs);
	}
	if (state->replies.n) {
		write_key(out, &is_first, "r");
		write_history(out, &state->replies);
	}
	buffer_add_char(out, '}');
}

static bool read_variables(struct rs_state *state, enum scope scope, json_t *object)
{
	const char *name;
	json_t *value;
	if (!object)
		return true;
	if (!json_is_object(object))
		return false;
	json_object_foreach(object, name, value)
	{
		if (!json_is_string(value) ||
		    !state_set(state, scope, text_of_string(name),
			       text_of(json_string_value(value), json_string_length(value))))
			return false;
	}
	return true;
}

static bool read_history(struct history *history, json_t *array)
{
	if (!array)
		return true;
	if (!json_is_array(array) || json_array_size(array) > HISTORY_MOST)
		return false;
	for (size_t i = json_array_size(array); i-- > 0;) {
		json_t *entry = json_array_get(array, i);
		if (!json_is_string(entry) ||
		    !state_remember(history,
				    text_of(json_string_value(entry), json_string_length(entry)),
				    HISTORY_MOST))
			return false;
	}
	return true;
}

struct rs_state *rs_state_read(const char *json, size_t n)
{
	struct rs_state *state = NULL;
	if (n > RS_STATE_MAX)
		return NULL;
	json_t *root = json_loadb(json, n, 0, NULL);
	bool done = json_is_object(root) && (state = rs_state_new()) != NULL;
	for (int scope = 0; done && scope < SCOPES; scope++)
		done = read_variables(state, (enum scope)scope,
				      json_object_get(root, scope_keys[scope]));
	done = done && read_history(&state->inputs, json_object_get(root, "i")) &&
	       read_history(&state->replies, json_object_get(root, "r"));
	json_decref(root);
	if (done)
		return state;
	rs_state_free(state);
	return NULL;
}
