#include "store/mongo/key_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool key_file_read(const char *path, char key[KEY_SIZE], char *error, size_t error_size)
{
	FILE *file = fopen(path, "re");
	size_t n = 0;
	bool is_right = true, is_read;
	int c;

	if (!file) {
		snprintf(error, error_size, "MONGO_KEY_FILE is '%.200s', but must be mongod's key file: %s",
			 path, strerror(errno));
		return false;
	}
	while ((c = getc(file)) != EOF && n <= KEY_MAX && is_right) {
		if (isspace(c))
			continue;
		is_right = isalnum(c) || c == '+' || c == '/' || c == '=';
		if (n++ < KEY_MAX)
			key[n - 1] = (char)c;
	}
	is_read = is_right && !ferror(file) && n >= KEY_MIN && n <= KEY_MAX;
	key[is_read ? n : 0] = '\0';
	if (!is_read)
		snprintf(error, error_size,
			 "MONGO_KEY_FILE is '%.200s', but must be a file of %d to %d characters of base64", path,
			 KEY_MIN, KEY_MAX);
	fclose(file);
	return is_read;
}
