# Every library comes from the distribution.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(JWT REQUIRED IMPORTED_TARGET libjwt>=1.10)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl>=3.0)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(MONGOC REQUIRED IMPORTED_TARGET libmongoc-1.0>=1.21)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(LWS REQUIRED IMPORTED_TARGET libwebsockets>=4.1)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis>=0.14)

# libev and libunistring ship no pkg-config file.
function(plain_library target header library)
	find_path(${target}_INCLUDE ${header} REQUIRED)
	find_library(${target}_LIBRARY ${library} REQUIRED)
	add_library(${target} INTERFACE IMPORTED)
	target_include_directories(${target} INTERFACE ${${target}_INCLUDE})
	target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
endfunction()
plain_library(libev ev.h ev)
plain_library(libunistring unistr.h unistring)
