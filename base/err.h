/* err.h: what can go wrong, as values.
 *
 * Purpose    one list for the whole service; the names are the wire's error codes.
 * Ownership  none.
 * Errors     none.
 * Threads    any.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_NONE,
	ERR_BAD_REQUEST,
	ERR_UNKNOWN_TYPE,
	ERR_NAME_REQUIRED,
	ERR_NAME_INVALID,
	ERR_UNAUTHORIZED,
	ERR_FORBIDDEN,
	ERR_NOT_FOUND,
	ERR_TOO_LONG,
	ERR_RATE_LIMITED,
	ERR_CONFLICT,
	ERR_UNAVAILABLE, /* the store is away, or memory is short: safe to send again */
	ERR_LIVE_CHAT_UNAVAILABLE,
	ERR_COUNT
};

/* The wire's code, such as "bad_request"; "none" for ERR_NONE. */
const char *err_name(enum err e);

#endif
