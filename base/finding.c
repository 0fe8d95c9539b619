#include "base/finding.h"

#include <stdarg.h>
#include <stdio.h>

void finding_good(struct finding *finding, const char *of, const char *format, ...)
{
	va_list values;

	*finding = (struct finding){.of = of, .is_good = true};
	va_start(values, format);
	vsnprintf(finding->found, sizeof(finding->found), format, values);
	va_end(values);
}

void finding_bad(struct finding *finding, const char *of, const char *mend, const char *format, ...)
{
	va_list values;

	*finding = (struct finding){.of = of};
	snprintf(finding->mend, sizeof(finding->mend), "%s", mend);
	va_start(values, format);
	vsnprintf(finding->found, sizeof(finding->found), format, values);
	va_end(values);
}
