# Installs the reference once: again only when the lock file is newer.
if(EXISTS node_modules/.done AND NOT package-lock.json IS_NEWER_THAN node_modules/.done)
	return()
endif()
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund RESULT_VARIABLE result)
if(NOT result EQUAL 0)
	message(FATAL_ERROR "npm ci failed: the reference needs a package registry")
endif()
file(TOUCH node_modules/.done)
