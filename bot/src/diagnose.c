#include "bot/src/diagnose.h"

#include <stdarg.h>
#include <stdio.h>

static void emit(struct diagnose *d, enum rs_severity severity, struct place at, const char *format,
		 va_list arguments)
{
	char message[512];
	if (severity == RS_ERROR)
		d->errors++;
	else
		d->warnings++;
	if (!d->report)
		return;
	vsnprintf(message, sizeof message, format, arguments);
	struct rs_diagnostic diagnostic = {severity, at.file, at.line, at.column, message};
	d->report(d->context, &diagnostic);
}

void diagnose_error(struct diagnose *d, struct place at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(d, RS_ERROR, at, format, arguments);
	va_end(arguments);
}

void diagnose_warning(struct diagnose *d, struct place at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(d, RS_WARNING, at, format, arguments);
	va_end(arguments);
}

void diagnose_syntax(struct diagnose *d, struct place at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	emit(d, d->is_lenient ? RS_WARNING : RS_ERROR, at, format, arguments);
	va_end(arguments);
}
