/* jwt_key.h: the key that another site signs its visitors' names with.
 *
 * Purpose    (key, token, time) -> who that is, and until when; or why nobody is let in by that token.
 *            The key says which algorithms may have signed, never the token.
 * Ownership  settings are copied. A bearer's name is the caller's; bearer_release frees it.
 * Errors     making: NULL and one line that names the setting, without what it held. Verifying: ERR_UNAUTHORIZED or
 *            ERR_UNAVAILABLE (memory), with a sentence for whoever made the token.
 * Threads    any; pure, but that making one may read a file.
 */
#ifndef IDENTITY_JWT_KEY_H
#define IDENTITY_JWT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

enum {
	JWT_BYTES_MAX = 8192,
	JWT_SECRET_MIN = 32, /* bytes: those of HS256's digest */
	JWT_RSA_BITS_MIN = 2048,
	JWT_LEEWAY_S = 60    /* that clocks may differ by */
};

struct jwt_key;

/* Of one of the two, as JWT_SECRET and JWT_PUBLIC_KEY hold them; the other is NULL. */
struct jwt_key *jwt_key_new(const char *secret, const char *public_key, char *error, size_t error_size);
void jwt_key_free(struct jwt_key *key); /* NULL is allowed */
/* "HS256, HS384 or HS512" */
const char *jwt_key_algorithms(const struct jwt_key *key);

struct bearer {
	char *name;       /* what `sub` holds: UTF-8, not checked to be a visitor's name */
	bool is_agent;
	int64_t until_ms; /* of the wall clock: `exp`, and the leeway */
};

/* jwt_verify.c */
enum err jwt_key_verify(const struct jwt_key *key, struct text token, int64_t wall_ms, struct bearer *bearer,
			char *why, size_t why_size);
void bearer_release(struct bearer *bearer);

#endif
