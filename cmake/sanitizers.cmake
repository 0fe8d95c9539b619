# FRONTDESK_SANITIZE is a list for -fsanitize=; it holds for every target, a report ends the process.
# Assertions hold there too, whatever the build type says.
set(FRONTDESK_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(FRONTDESK_SANITIZE)
	add_compile_options(-fsanitize=${FRONTDESK_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer -U_FORTIFY_SOURCE -UNDEBUG)
	add_link_options(-fsanitize=${FRONTDESK_SANITIZE})
endif()
