# Link PRIVATE to every target of our own: warnings are errors there, and only there.
add_library(frontdesk_warnings INTERFACE)
target_compile_options(frontdesk_warnings INTERFACE
	-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
	-Wwrite-strings -Wvla -Wundef -Werror
	$<$<C_COMPILER_ID:Clang>:-Wno-gnu-zero-variadic-macro-arguments> # __VA_OPT__ stands for them
	-fno-common -fstack-protector-strong)
if(NOT FRONTDESK_SANITIZE) # undefined first: some distributions' compilers bring a level of their own
	target_compile_options(frontdesk_warnings INTERFACE
		$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
		$<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
