#include <errno.h>
#include <jansson.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include "identity/internal.h"
#include "identity/jwt_key.h"

/* libjwt checks the signature with whatever algorithm the token asks for, and nothing else: no claim is looked at, a
 * public key may be taken for an HMAC's secret, an empty part is written behind its memory, and the stack holds as much
 * as is sent. So what it gets has the shape of a token and a bounded size, and what it lets pass is judged here. */

static bool is_base64url(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Three parts in base64url, none of them empty or of an impossible length. */
static bool has_shape(struct text token)
{
	size_t parts = 1, n = 0;

	if (token.n > JWT_BYTES_MAX)
		return false;
	for (size_t i = 0; i < token.n; i++) {
		if (is_base64url(token.p[i])) {
			n++;
		} else if (token.p[i] != '.' || n == 0 || n % 4 == 1) {
			return false;
		} else {
			parts++;
			n = 0;
		}
	}
	return parts == 3 && n > 0 && n % 4 != 1;
}

static enum err refuse(char *why, size_t why_size, const char *words)
{
	snprintf(why, why_size, "%s", words);
	return ERR_UNAUTHORIZED;
}

/* In seconds, with a fraction or without. False: it is there, and no time. */
static bool read_time(const json_t *claims, const char *name, bool *is_there, double *s)
{
	const json_t *value = json_object_get(claims, name);

	*is_there = value != NULL;
	*s = json_number_value(value);
	return !value || json_is_number(value);
}

static enum err judge_times(const json_t *claims, int64_t wall_ms, int64_t *until_ms, char *why, size_t why_size)
{
	const double latest_s = 253402300800; /* the year 10000, so that it can be counted in ms */
	double now_s = (double)wall_ms / 1000, exp_s, nbf_s;
	bool has_exp, has_nbf;

	if (!read_time(claims, "exp", &has_exp, &exp_s) || !has_exp)
		return refuse(why, why_size, "the jwt needs an \"exp\", a number: when it expires, in seconds since 1970");
	if (!read_time(claims, "nbf", &has_nbf, &nbf_s))
		return refuse(why, why_size,
			      "the jwt's \"nbf\" must be a number: from when on it is valid, in seconds since 1970");
	if (exp_s + JWT_LEEWAY_S <= now_s)
		return refuse(why, why_size, "the jwt has expired; come with a new one");
	if (has_nbf && nbf_s - JWT_LEEWAY_S > now_s)
		return refuse(why, why_size, "the jwt is not valid yet; are the clocks right?");
	if (exp_s > latest_s)
		exp_s = latest_s;
	*until_ms = (int64_t)(exp_s * 1000) + JWT_LEEWAY_S * 1000;
	return ERR_NONE;
}

static enum err judge_claims(const json_t *claims, int64_t wall_ms, struct bearer *bearer, char *why,
			     size_t why_size)
{
	const char *sub = json_string_value(json_object_get(claims, "sub"));
	const char *role = json_string_value(json_object_get(claims, "role"));
	int64_t until_ms;
	enum err err = judge_times(claims, wall_ms, &until_ms, why, why_size);
	char *name;

	if (err != ERR_NONE)
		return err;
	if (!sub || text_trim(text_of_string(sub)).n == 0)
		return refuse(why, why_size, "the jwt needs a \"sub\", a text: the visitor's name");
	name = strdup(sub);
	if (!name) {
		snprintf(why, why_size, "out of memory");
		return ERR_UNAVAILABLE;
	}
	*bearer = (struct bearer){
		.name = name,
		.is_agent = role && strcmp(role, "agent") == 0,
		.until_ms = until_ms,
	};
	return ERR_NONE;
}

enum err jwt_key_verify(const struct jwt_key *key, struct text token, int64_t wall_ms, struct bearer *bearer,
			char *why, size_t why_size)
{
	char copy[JWT_BYTES_MAX + 1];
	jwt_t *jwt = NULL;
	char *crit = NULL, *words = NULL;
	json_t *claims = NULL;
	enum err err = ERR_UNAUTHORIZED;
	int result;

	if (!has_shape(token))
		return refuse(why, why_size, "that is no jwt: three parts in base64url, of at most 8192 bytes together");
	memcpy(copy, token.p, token.n);
	copy[token.n] = '\0';
	result = jwt_decode(&jwt, copy, (const unsigned char *)key->bytes.p, (int)key->bytes.n);
	ERR_clear_error();
	if (result == ENOMEM) {
		snprintf(why, why_size, "out of memory");
		err = ERR_UNAVAILABLE;
		goto out;
	}
	if (result != 0 || jwt_get_alg(jwt) < key->kind->first || jwt_get_alg(jwt) > key->kind->last) {
		snprintf(why, why_size, "the jwt cannot be read, or is not signed with this service's key as %s",
			 key->kind->algorithms);
		goto out;
	}
	crit = jwt_get_headers_json(jwt, "crit"); /* extensions that must be understood */
	if (crit) {
		refuse(why, why_size, "the jwt's header has \"crit\", of which nothing is understood here");
		goto out;
	}
	words = jwt_get_grants_json(jwt, NULL);
	claims = words ? json_loads(words, 0, NULL) : NULL;
	err = judge_claims(claims, wall_ms, bearer, why, why_size);
out:
	json_decref(claims);
	free(words);
	free(crit);
	jwt_free(jwt);
	return err;
}

void bearer_release(struct bearer *bearer)
{
	free(bearer->name);
	*bearer = (struct bearer){0};
}
