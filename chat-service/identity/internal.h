/* internal.h: a key from inside. See jwt_key.h. */
#ifndef IDENTITY_INTERNAL_H
#define IDENTITY_INTERNAL_H

#include <jwt.h>

#include "base/buffer.h"

struct jwt_kind {
	const char *algorithms; /* for people */
	jwt_alg_t first, last;
};

struct jwt_key {
	const struct jwt_kind *kind;
	struct buffer bytes; /* the secret, or PEM */
};

#endif
