/* signed_token.h: a JSON Web Token of any parts, signed by an HMAC: libjwt would not make the hostile ones.
 *
 * Purpose    header.payload.HMAC, whatever the header says.
 * Ownership  `token` is the caller's: 2 * (header.n + payload.n) + 200 bytes are enough. It ends with a NUL.
 * Errors     none.
 * Threads    any.
 */
#ifndef IDENTITY_SIGNED_TOKEN_H
#define IDENTITY_SIGNED_TOKEN_H

#include <openssl/evp.h>

#include "base/text.h"

void signed_token_write(char *token, struct text header, struct text payload, const char *secret,
			const EVP_MD *digest);

#endif
