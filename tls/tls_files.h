/* tls_files.h: a certificate and its key in two files, which may be exchanged while the process runs.
 *
 * Purpose    loads the pair of TLS_CERT and TLS_KEY, notices when it is another, and hands it to those who serve.
 *            A pair that does not fit is never handed over.
 * Ownership  paths are borrowed. A context that is given is the caller's, to free with SSL_CTX_free.
 * Errors     NULL and one line in `error`, which names the setting, what it held and what it may hold.
 * Threads    any, one at a time for each struct. Reads files, so it may block.
 */
#ifndef TLS_TLS_FILES_H
#define TLS_TLS_FILES_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls_files {
	const char *cert, *key; /* PEM; the certificate may be followed by those that signed it */
	uint64_t read_mark;     /* of the files that were read last */
	uint64_t last_mark;     /* at the last look */
};

/* Whether both are set, or neither (`*is_on` false). */
bool tls_files_check(const char *cert, const char *key, bool *is_on, char *error, size_t error_size);

/* A context that holds the pair. */
SSL_CTX *tls_files_load(struct tls_files *files, char *error, size_t error_size);

/* The same when the files are others than those that were read last, and have come to rest since the last look.
 * NULL with an empty `error`: nothing new. */
SSL_CTX *tls_files_look(struct tls_files *files, char *error, size_t error_size);

/* What `from` holds is what `to` shows to new connections; those that are open keep theirs. */
bool tls_give(SSL_CTX *to, SSL_CTX *from);

#endif
