# Empties the build folder DIR, which must be one.
if(NOT EXISTS ${DIR}/CMakeCache.txt)
  message(FATAL_ERROR "${DIR} is no build folder")
endif()
file(GLOB everything ${DIR}/*)
file(REMOVE_RECURSE ${everything})
