/* negotiation.h: what the request headers ask of a file.
 *
 * Purpose    picks the encoding to send (Accept-Encoding) and tells whether the browser has the
 * file already (If-None-Match), as RFC 9110 has them. Ownership  none: nothing outlives the call.
 * Errors     none: what makes no sense counts as not asked for.
 * Threads    any.
 */
#ifndef CHAT_CLIENT_NEGOTIATION_H
#define CHAT_CLIENT_NEGOTIATION_H

#include <stdbool.h>

#include "base/text.h"

/* The later is the smaller file; of two that are equally welcome the later is sent. */
enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_BROTLI, ENCODING_COUNT };

/* As in Content-Encoding: "identity", "gzip", "br". */
const char *encoding_name(enum encoding e);

/* The best of `offered`, a set of bits (1 << encoding); ENCODING_IDENTITY when none is welcome. */
enum encoding negotiation_encoding(struct text accept_encoding, unsigned offered);

/* Whether the list holds `etag` (with its quotes) or is "*"; a weak mark is compared as a strong
 * one. */
bool negotiation_matches(struct text if_none_match, struct text etag);

#endif
