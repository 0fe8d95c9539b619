# Compiles every header of our own alone, so that each includes what it needs (target "headers").
function(check_headers)
	file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
		base/*.h tls/*.h bot/*.h chat-service/*.h chat-client/*.h)
	set(sources)
	foreach(header ${headers})
		string(MAKE_C_IDENTIFIER ${header} name)
		set(source ${CMAKE_BINARY_DIR}/headers/${name}.c)
		file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
		list(APPEND sources ${source})
	endforeach()
	if(sources)
		add_library(headers OBJECT EXCLUDE_FROM_ALL ${sources})
		target_include_directories(headers PRIVATE ${CMAKE_SOURCE_DIR}/chat-service
			${CMAKE_SOURCE_DIR}/bot/include)
		target_link_libraries(headers PRIVATE frontdesk_warnings PkgConfig::JANSSON PkgConfig::LWS
			PkgConfig::SQLITE PkgConfig::MONGOC libev)
	endif()
endfunction()
