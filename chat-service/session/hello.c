#include <stdio.h>

#include "base/build.h"
#include "identity/jwt_key.h"
#include "session/internal.h"

/* Why a hello is refused, for the client. */
enum { WHY_SIZE = 160 };

/* The site's word for who comes wins over what the client says. */
static enum err take_signed_name(const struct jwt_key *key, const struct request *r, struct name *name,
				 int64_t *until_ms, char *why)
{
	struct bearer bearer = {0};
	enum err err = ERR_UNAUTHORIZED;

	if (!(r->has & FIELD_JWT)) {
		snprintf(why, WHY_SIZE, "a \"jwt\" is needed here, made by the site that leads here");
		return err;
	}
	err = jwt_key_verify(key, r->jwt, loop_wall_ms(), &bearer, why, WHY_SIZE);
	if (err != ERR_NONE)
		return err;
	if (bearer.is_agent) {
		snprintf(why, WHY_SIZE, "the jwt's role is agent, and there is no live chat here for agents");
		err = ERR_FORBIDDEN;
	} else {
		*until_ms = bearer.until_ms;
		err = name_make(name, text_of_string(bearer.name));
		if (err != ERR_NONE)
			snprintf(why, WHY_SIZE, "%s", name_error_message(err));
	}
	bearer_release(&bearer);
	return err;
}

static enum err take_name(const struct request *r, struct name *name, char *why)
{
	enum err err = name_make(name, r->name);

	if (err != ERR_NONE)
		snprintf(why, WHY_SIZE, "%s", name_error_message(err));
	return err;
}

static void become(struct session *s, struct name name, int64_t until_ms, struct conversation *own)
{
	reader_close(s->reader);
	s->reader = NULL;
	conversation_unref(s->own);
	name_release(&s->name);
	s->own = own;
	s->name = name;
	s->until_ms = until_ms;
}

void session_hello(struct session *s, struct request *r)
{
	const struct sessions_options *options = &s->all->options;
	struct conversation *own = NULL;
	struct name name;
	int64_t until_ms = 0;
	char why[WHY_SIZE];
	enum err err = options->jwt_key ? take_signed_name(options->jwt_key, r, &name, &until_ms, why)
					: take_name(r, &name, why);

	if (err == ERR_NONE && !(own = conversation_get(options->conversations, name.normal))) {
		name_release(&name);
		err = ERR_UNAVAILABLE;
		snprintf(why, sizeof(why), "%s", name_error_message(err));
	}
	if (err != ERR_NONE) {
		session_send_error(s, r->id, err, why, 0);
		return;
	}
	become(s, name, until_ms, own);
	session_send(s, event_welcome(&(struct welcome){
				.name = s->name.shown,
				.role = ROLE_USER,
				.version = build_version,
				.auth = options->auth,
				.max_text = options->max_text,
				.history_limit = options->history_limit,
				.rate = options->rate,
			}));
}
