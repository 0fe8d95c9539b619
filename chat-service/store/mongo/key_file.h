/* key_file.h: what the members of a replica set know each other by.
 *
 * Purpose    reads the file that mongod gets as --keyFile, as mongod reads it: 6 to 1024 characters of
 *            base64, white space does not count.
 * Ownership  the caller's array.
 * Errors     false and one line in `error`, without the key.
 * Threads    any.
 */
#ifndef STORE_MONGO_KEY_FILE_H
#define STORE_MONGO_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { KEY_MIN = 6, KEY_MAX = 1024, KEY_SIZE = KEY_MAX + 1 };

bool key_file_read(const char *path, char key[KEY_SIZE], char *error, size_t error_size);

#endif
