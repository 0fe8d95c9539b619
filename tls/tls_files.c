#include "tls/tls_files.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool tls_files_check(const char *cert, const char *key, bool *is_on, char *error, size_t error_size)
{
	*is_on = cert && key;
	if (!cert == !key)
		return true;
	snprintf(error, error_size, "%s is '%.200s', but must be left out, or %s set too", cert ? "TLS_CERT" : "TLS_KEY",
		 cert ? cert : key, cert ? "TLS_KEY" : "TLS_CERT");
	return false;
}

/* Nobody is at the terminal to be asked. */
static int no_passphrase(char *buffer, int size, int is_writing, void *ctx)
{
	(void)buffer;
	(void)size;
	(void)is_writing;
	(void)ctx;
	return -1;
}

static const char *reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *text = ERR_GET_LIB(code) == ERR_LIB_SYS ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);

	return text ? text : "not PEM";
}

static uint64_t mix(uint64_t mark, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mark = (mark ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u; /* FNV-1a */
	return mark;
}

/* A number that changes with the file that the path leads to; 0: there is none. */
static uint64_t mark_of_file(const char *path)
{
	struct stat s;
	uint64_t mark = 0xcbf29ce484222325u;

	if (stat(path, &s) != 0)
		return 0;
	mark = mix(mark, &s.st_dev, sizeof(s.st_dev));
	mark = mix(mark, &s.st_ino, sizeof(s.st_ino));
	mark = mix(mark, &s.st_size, sizeof(s.st_size));
	return mix(mark, &s.st_mtim, sizeof(s.st_mtim));
}

static uint64_t mark_of(const struct tls_files *files)
{
	uint64_t cert = mark_of_file(files->cert), key = mark_of_file(files->key);

	return mix(cert, &key, sizeof(key));
}

SSL_CTX *tls_files_load(struct tls_files *files, char *error, size_t error_size)
{
	uint64_t mark = mark_of(files);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	files->read_mark = files->last_mark = mark;
	ERR_clear_error();
	if (!ctx) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(ctx, files->cert) != 1)
		snprintf(error, error_size, "TLS_CERT is '%.200s', but must be a file with a certificate in PEM: %s", files->cert,
			 reason());
	else if (SSL_CTX_use_PrivateKey_file(ctx, files->key, SSL_FILETYPE_PEM) != 1)
		snprintf(error, error_size,
			 "TLS_KEY is '%.200s', but must be a file with the certificate's key in PEM, without a passphrase: %s",
			 files->key, reason());
	else
		return ctx;
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

SSL_CTX *tls_files_look(struct tls_files *files, char *error, size_t error_size)
{
	uint64_t mark = mark_of(files);
	bool is_new = mark != files->read_mark && mark == files->last_mark;

	files->last_mark = mark;
	error[0] = '\0';
	return is_new ? tls_files_load(files, error, error_size) : NULL;
}

bool tls_give(SSL_CTX *to, SSL_CTX *from)
{
	STACK_OF(X509) *chain = NULL;
	int override = 1;

	SSL_CTX_get0_chain_certs(from, &chain);
	return SSL_CTX_use_cert_and_key(to, SSL_CTX_get0_certificate(from), SSL_CTX_get0_privatekey(from), chain,
					override) == 1;
}
