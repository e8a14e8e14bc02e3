# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# What only this tree does:
# rump_host_library(NAME [STATIC] SOURCES ... [LIBS ...] [TESTS ...])   a library of host code (librumpuser, ...),
#   shared and static, or static alone
# rump_package()   pkg-config files, the CMake package, what drivers elsewhere are built with

function(rump_host_library name)
  cmake_parse_arguments(A "STATIC" "" "SOURCES;LIBS;INCLUDES;TESTS" ${ARGN})
  set(kinds SHARED STATIC)
  if(A_STATIC)
    set(kinds STATIC)
  endif()
  set(targets)
  foreach(kind ${kinds})
    if(kind STREQUAL SHARED OR A_STATIC)
      set(t ${name})
    else()
      set(t ${name}_static)
    endif()
    add_library(${t} ${kind} ${A_SOURCES})
    list(APPEND targets ${t})
    set_target_properties(${t} PROPERTIES OUTPUT_NAME ${name} C_STANDARD 11 POSITION_INDEPENDENT_CODE ON
        LIBRARY_OUTPUT_DIRECTORY ${RUMP_LIBDIR} ARCHIVE_OUTPUT_DIRECTORY ${RUMP_LIBDIR})
    target_compile_definitions(${t} PRIVATE _GNU_SOURCE)
    target_compile_options(${t} PRIVATE -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -Wmissing-prototypes
        -Wstrict-prototypes ${RUMP_SANITIZE_FLAGS})
    target_include_directories(${t} PUBLIC ${RUMP_INCLUDES} PRIVATE ${A_INCLUDES})
    target_link_libraries(${t} PUBLIC ${A_LIBS})
  endforeach()
  if(NOT A_STATIC)
    set_target_properties(${name} PROPERTIES SOVERSION ${RUMP_SOVERSION})
    target_link_options(${name} PRIVATE ${RUMP_SANITIZE_FLAGS})
  endif()
  foreach(t ${A_TESTS})
    get_filename_component(base ${t} NAME_WE)
    rump_check(${name}_${base} SOURCES ${t} LIBS ${name})
  endforeach()
  install(TARGETS ${targets} LIBRARY DESTINATION lib ARCHIVE DESTINATION lib)
endfunction()

# pkg-config: <name>.pc for shared linking, <name>-static.pc for the rump libraries linked statically.
function(rump__pkgconfig name needs)
  rump__needs_closure(all ${name})
  list(JOIN RUMP_STATIC_LIBS " " static_libs)
  set(shared_libs)
  foreach(c ${all})
    string(APPEND shared_libs " -l${c}")
  endforeach()
  set(libs "-L\${libdir}${shared_libs} -lrumpuser")
  set(variant "")
  configure_file(${CMAKE_SOURCE_DIR}/cmake/component.pc.in ${CMAKE_BINARY_DIR}/pkgconfig/${name}.pc @ONLY)
  set(libs "-L\${libdir} -Wl,-Bstatic${shared_libs} -lrumpuser -Wl,-Bdynamic ${static_libs}")
  set(variant ", linked statically")
  configure_file(${CMAKE_SOURCE_DIR}/cmake/component.pc.in ${CMAKE_BINARY_DIR}/pkgconfig/${name}-static.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/pkgconfig/${name}.pc ${CMAKE_BINARY_DIR}/pkgconfig/${name}-static.pc
      DESTINATION lib/pkgconfig)
endfunction()

# The CMake package: called once, after all components are known.
function(rump_package)
  get_property(installed GLOBAL PROPERTY RUMP_INSTALLED)
  set(librump_targets "")
  set(librump_components "")
  foreach(c ${installed})
    rump__needs_closure(all ${c})
    string(REGEX REPLACE "^rump_?" "" target ${c})
    if(target STREQUAL "")
      set(target base)
    endif()
    get_property(layer GLOBAL PROPERTY RUMP_LAYER_OF_${c})
    get_property(needs GLOBAL PROPERTY RUMP_NEEDS_${c})
    string(REPLACE ";" " " needs "${needs}")
    string(APPEND librump_components "  rump_installed_component(${c} ${layer} \${librump_PREFIX}/lib ${needs})\n")
    string(REPLACE ";" " " all "${all}")
    string(APPEND librump_targets "librump_add_target(${target} ${all})\n")
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/librump-config.cmake.in ${CMAKE_BINARY_DIR}/librump-config.cmake @ONLY)
  include(CMakePackageConfigHelpers)
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/librump-config-version.cmake COMPATIBILITY SameMajorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/librump-config.cmake ${CMAKE_BINARY_DIR}/librump-config-version.cmake
      DESTINATION lib/cmake/librump)
  # For drivers that live elsewhere.
  install(FILES ${RUMP_CMAKEDIR}/RumpComponent.cmake ${RUMP_CMAKEDIR}/glue.c.in ${RUMP_CMAKEDIR}/ref.c.in
      ${RUMP_TOOLDIR}/rename_symbols.py DESTINATION share/librump)
  install(FILES ${RUMP_PRIVATE}/rump_component_desc.h DESTINATION share/librump/private)
  foreach(dir ${RUMP_KPIDIRS})
    install(DIRECTORY ${dir}/ DESTINATION share/librump/kpi FILES_MATCHING PATTERN "*.h")
  endforeach()
endfunction()
