# The Debian package, by CPack: `.ci/package` makes it. What only Debian has is
# of a component of its own, which `cmake --install` leaves out.
find_program(DPKG dpkg)
if(NOT DPKG)
	return()
endif()

set(folder ${CMAKE_CURRENT_LIST_DIR})
set(made_changelog ${CMAKE_BINARY_DIR}/share/changelog.gz)
add_custom_command(OUTPUT ${made_changelog}
	COMMAND ${GZIP} -9nc ${folder}/changelog > ${made_changelog}
	DEPENDS ${folder}/changelog
	VERBATIM)
add_custom_target(changelog ALL DEPENDS ${made_changelog})
add_dependencies(share changelog)

# What is installed by Debian for zsh goes where Debian's zsh looks for it.
install(FILES ${CMAKE_BINARY_DIR}/share/zsh/_callgate
	DESTINATION share/zsh/vendor-completions COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${made_changelog} ${folder}/copyright
	DESTINATION share/doc/callgate COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME callgate)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL program bash fish debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
# Whoever builds it may have another umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The callgate authors <callgate@packages.invalid>"
	CACHE STRING "The Maintainer of the Debian package")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "gate in front of a program's system calls")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"callgate runs a command and puts a gate in front of the system calls by which
a program reaches outside itself: making sockets, connecting, binding, sending,
running programs, making processes. Each call is stopped, decoded, attributed
to the program that really makes it, judged by a policy, then let through or
failed, and recorded with its reason.
.
It shows what a command tries to do, says what a policy would refuse, asks
a person about what a policy leaves open, or carries the policy out in a way
that cannot be raced. No root, no namespaces, no eBPF.")
include(CPack)
