# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# rump_component(NAME CLASS class [NEEDS ...] SOURCES ... [INCLUDES ...] [TESTS ...] [FUZZ ...]
#                [MAN ...] [GENERATED ...] [NOINSTALL] [POINTS])
#
# Builds one kernel component, the way that ARCHITECTURE.md D1 and D4 describe it:
#
#   sources --cc, kernel flags--> objects --ld -r--> joined --rename--> NAME.o
#                                                                        |-> libNAME.so.N
#                                                                        |-> libNAME.so  (linker script)
#                                                                        |-> libNAME.a   (linker script)
#                                                                        '-> NAME.kmod
#
# CLASS is the component's layer: base, faction (vfs, net, dev) or driver classes (fs, net_if, dev_drv).
# NEEDS names the components below it; an upward or sideways name stops the configuration.
# TESTS are Check programs (<unit>_test.c), one executable each, linked like a user's program.
# POINTS: loads and stores are points of a simulation (librumptest); only programs with it can link the component.
# FUZZ are libFuzzer targets, built by the fuzz configuration only.
#
# rump_program(NAME SOURCES ... USES components... [LIBS ...])   a host program over components
# rump_check(NAME SOURCES ... USES components... [LABELS ...] [LIBS ...] [NOTHREADS])   a Check program and its
# ctest; with NOTHREADS it runs a second time, in a kernel without threads
#
# rump_driver_test(NAME SOURCES driver_test.c DRIVER driver.c... [USES components...] [INCLUDES ...] [LIBS ...]
#                  [FUZZ driver_fuzz.c...])
#   A driver and its Check test on the workbench (<rump/rumptest.h>): the driver becomes a component of its own,
#   compiled with DIAGNOSTIC and, unless a sanitizer is at work, with a point of the simulation at each load
#   and store.  It wants the checked kernel: with another there is no such test.  USES may name rumpkern_test:
#   simulated disks, links and buses (<rump/rumptest_disk.h>, <rump/rumptest_link.h>, <rump/rumptest_bus.h>).
#   With RUMP_FUZZ (and clang) it is the libFuzzer targets of FUZZ instead.
#
# Used by this tree, and installed: find_package(librump) brings it to drivers that live elsewhere.
# Who includes it sets where things are:
#   RUMP_CMAKEDIR, RUMP_TOOLDIR   this file's templates; rename_symbols.py
#   RUMP_INCLUDES                 the public headers (include/rump is in there)
#   RUMP_KPIDIRS, RUMP_PRIVATE    kernel headers; the base's private ones

set(RUMP_SOVERSION 0)
set(RUMP_LIBDIR ${CMAKE_BINARY_DIR}/libs)
file(MAKE_DIRECTORY ${RUMP_LIBDIR})
# What librumpuser's static form needs of the host.
set(RUMP_STATIC_LIBS -luv -lurcu-cds -lpthread -ldl)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(RUMP_LD NAMES ld.bfd ld REQUIRED)
if(NOT CMAKE_OBJCOPY MATCHES "objcopy$" OR CMAKE_OBJCOPY MATCHES "llvm")
  find_program(RUMP_OBJCOPY NAMES objcopy REQUIRED)
  set(CMAKE_OBJCOPY ${RUMP_OBJCOPY})
endif()

# Layers, lowest first: a component may need what is strictly lower, or a faction's siblings never.
set(RUMP_LAYER_base 1)
set(RUMP_LAYER_faction 2)
set(RUMP_LAYER_driver 3)
set(RUMP_LAYER_test 4)

set(RUMP_KERNEL_FLAGS -std=gnu11 -ffreestanding -nostdinc -fno-common -fno-strict-aliasing -fno-lto -fPIC
    -fno-semantic-interposition -fno-plt -ftls-model=initial-exec
    -fasynchronous-unwind-tables -Wall -Wextra -Werror -Wno-unused-parameter
    -Wno-sign-compare -Wno-missing-field-initializers -Wmissing-prototypes -Wstrict-prototypes
    -Wpointer-arith -Wvla)
# GCC would clear and copy structs by "rep stos" and "rep movs", which take 10 ns to start.
include(CheckCCompilerFlag)
foreach(name memset memcpy)
  set(flag -m${name}-strategy=vector_loop:256:noalign,libcall:-1:noalign)
  check_c_compiler_flag(${flag} RUMP_HAVE_${name}_STRATEGY)
  if(RUMP_HAVE_${name}_STRATEGY)
    list(APPEND RUMP_KERNEL_FLAGS ${flag})
  endif()
endforeach()
if(NOT RUMP_SANITIZE AND NOT RUMP_COVERAGE)
  list(APPEND RUMP_KERNEL_FLAGS -Wframe-larger-than=1024)
endif()
set(RUMP_KERNEL_DEFS _KERNEL)
if(RUMP_DIAGNOSTIC)
  list(APPEND RUMP_KERNEL_DEFS DIAGNOSTIC)
  list(APPEND RUMP_KERNEL_FLAGS -fno-omit-frame-pointer) # rumpuser_callers()
endif()
if(RUMP_LOCKDEBUG)
  list(APPEND RUMP_KERNEL_DEFS LOCKDEBUG)
endif()

# Where this flavour is installed, below the prefix.
set(RUMP_INSTALL_LIB lib)
if(RUMP_DIAGNOSTIC)
  set(RUMP_INSTALL_LIB lib/rump-checked)
endif()

set(RUMP_SANITIZE_FLAGS)
if(RUMP_COVERAGE)
  list(APPEND RUMP_SANITIZE_FLAGS --coverage -fprofile-update=atomic) # several threads count
  if(NOT TARGET coverage)
    # Run the tests and say how much of each file they reach; line by line in coverage/index.html.
    find_program(RUMP_LCOV lcov REQUIRED)
    add_custom_target(coverage
      COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure --no-tests=error -LE "hygiene|slow"
      COMMAND ${RUMP_LCOV} -q --capture --directory . --base-directory ${CMAKE_SOURCE_DIR} --no-external
              --ignore-errors gcov,source -o coverage.all
      COMMAND ${RUMP_LCOV} -q --remove coverage.all "*_test.c" "*_ktest.c" "*/tests/*" "${CMAKE_BINARY_DIR}/*" -o coverage.info
      COMMAND ${RUMP_LCOV} --list coverage.info
      COMMAND genhtml -q -o coverage coverage.info
      WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
  endif()
endif()
if(RUMP_SANITIZE)
  set(RUMP_SANITIZE_FLAGS -fsanitize=${RUMP_SANITIZE} -fno-omit-frame-pointer)
  if(RUMP_SANITIZE MATCHES undefined)
    list(APPEND RUMP_SANITIZE_FLAGS -fno-sanitize-recover=undefined)
  endif()
endif()

function(rump__needs_closure out)
  set(todo ${ARGN})
  set(seen)
  while(todo)
    list(POP_FRONT todo n)
    if(NOT n IN_LIST seen)
      list(APPEND seen ${n})
      get_property(more GLOBAL PROPERTY RUMP_NEEDS_${n})
      list(APPEND todo ${more})
    endif()
  endwhile()
  set(${out} ${seen} PARENT_SCOPE)
endfunction()

# The shared library of a component, of the checked flavour where RUMP_CHECKED is set and there are two.
function(rump__so c out)
  get_property(so GLOBAL PROPERTY RUMP_SO_${c})
  if(RUMP_CHECKED)
    get_property(checked GLOBAL PROPERTY RUMP_CHECKED_SO_${c})
    if(checked)
      set(so ${checked})
    endif()
  endif()
  set(${out} ${so} PARENT_SCOPE)
endfunction()

# Link a host target with components, as a user's command line does.
function(rump__use target)
  rump__needs_closure(all ${ARGN})
  target_include_directories(${target} PRIVATE ${RUMP_INCLUDES})
  foreach(c ${all})
    get_property(known GLOBAL PROPERTY RUMP_LAYER_OF_${c})
    if(NOT known)
      message(FATAL_ERROR "${target}: no component '${c}'")
    endif()
    rump__so(${c} so)
    get_filename_component(dir ${so} DIRECTORY)
    target_link_directories(${target} PRIVATE ${dir})
    target_link_libraries(${target} PRIVATE -l${c})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${so})
    set_property(TARGET ${target} APPEND PROPERTY BUILD_RPATH ${dir})
    if(TARGET ${c})
      add_dependencies(${target} ${c})
    endif()
  endforeach()
  if(RUMP_CHECKED AND TARGET rumpuser_checked)
    target_link_libraries(${target} PRIVATE rumpuser_checked)
  else()
    target_link_libraries(${target} PRIVATE rumpuser)
  endif()
endfunction()

function(rump_program name)
  cmake_parse_arguments(A "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror -Wno-unused-parameter ${RUMP_SANITIZE_FLAGS})
  target_link_options(${name} PRIVATE ${RUMP_SANITIZE_FLAGS})
  rump__use(${name} ${A_USES})
  target_link_libraries(${name} PRIVATE ${A_LIBS})
endfunction()

function(rump_check name)
  cmake_parse_arguments(A "NOTHREADS" "TIMEOUT" "SOURCES;USES;LIBS;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  rump_program(${name} SOURCES ${A_SOURCES} USES ${A_USES} LIBS ${A_LIBS} PkgConfig::CHECK)
  if(NOT A_LABELS)
    set(A_LABELS quick)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  set(env CK_DEFAULT_TIMEOUT=60 ASAN_OPTIONS=abort_on_error=1:use_sigaltstack=0 TSAN_OPTIONS=halt_on_error=1
      UBSAN_OPTIONS=print_stacktrace=1)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT} ENVIRONMENT "${env}")
  if(A_NOTHREADS)
    add_test(NAME ${name}_nothreads COMMAND ${name})
    set_tests_properties(${name}_nothreads PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT}
        ENVIRONMENT "${env};RUMP_THREADS=0")
  endif()
endfunction()

# Each file is a fuzzer, of its name, that uses the components.
function(rump__fuzzers files)
  foreach(f ${files})
    get_filename_component(base ${f} NAME_WE)
    rump_program(${base} SOURCES ${f} USES ${ARGN})
    target_link_options(${base} PRIVATE -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY RUMP_FUZZERS ${base})
  endforeach()
endfunction()

function(rump_component name)
  cmake_parse_arguments(A "NOINSTALL;POINTS" "CLASS" "NEEDS;SOURCES;INCLUDES;TESTS;TEST_USES;TEST_LIBS;FUZZ;MAN;GENERATED;DEFINES" ${ARGN})
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rump_component(${name}): unknown words: ${A_UNPARSED_ARGUMENTS}")
  endif()
  # Layers.
  if(A_CLASS STREQUAL "base")
    set(layer base)
  elseif(A_CLASS STREQUAL "faction")
    set(layer faction)
  elseif(A_CLASS STREQUAL "test")
    set(layer test)
  elseif(A_CLASS MATCHES "^(vfs|net|net_if|dev|kern)$")
    set(layer driver)
  else()
    message(FATAL_ERROR "rump_component(${name}): CLASS must be base, faction, test, kern, vfs, net, net_if or dev, not '${A_CLASS}'")
  endif()
  foreach(n ${A_NEEDS})
    get_property(other GLOBAL PROPERTY RUMP_LAYER_OF_${n})
    if(NOT other)
      message(FATAL_ERROR "rump_component(${name}): needs '${n}', which no component below it is called")
    endif()
    if(RUMP_LAYER_${other} GREATER RUMP_LAYER_${layer})
      message(FATAL_ERROR "rump_component(${name}): a ${layer} may not need '${n}', a ${other}: layers see only what is below them")
    endif()
  endforeach()
  set_property(GLOBAL PROPERTY RUMP_LAYER_OF_${name} ${layer})
  set_property(GLOBAL PROPERTY RUMP_NEEDS_${name} "${A_NEEDS}")
  set_property(GLOBAL APPEND PROPERTY RUMP_COMPONENTS ${name})

  # The generated glue: the descriptor and the component's one constructor.
  set(component ${name})
  set(class ${A_CLASS})
  set(needs_list "")
  foreach(n ${A_NEEDS})
    string(APPEND needs_list "\"${n}\", ")
  endforeach()
  set(glue ${CMAKE_CURRENT_BINARY_DIR}/${name}_glue.c)
  configure_file(${RUMP_CMAKEDIR}/glue.c.in ${glue} @ONLY)
  set(ref ${CMAKE_CURRENT_BINARY_DIR}/${name}_ref.c)
  configure_file(${RUMP_CMAKEDIR}/ref.c.in ${ref} @ONLY)

  # Objects.
  add_library(${name}_obj OBJECT ${A_SOURCES} ${glue})
  target_compile_definitions(${name}_obj PRIVATE ${RUMP_KERNEL_DEFS} ${A_DEFINES})
  target_compile_options(${name}_obj PRIVATE ${RUMP_KERNEL_FLAGS} ${RUMP_SANITIZE_FLAGS})
  target_include_directories(${name}_obj PRIVATE ${RUMP_KPIDIRS} ${A_INCLUDES})
  set(private ${RUMP_INCLUDES} ${RUMP_PRIVATE})
  if(layer STREQUAL driver)
    set_source_files_properties(${glue} PROPERTIES INCLUDE_DIRECTORIES "${private}")
  else()
    target_include_directories(${name}_obj PRIVATE ${private})
  endif()
  if(A_POINTS AND NOT RUMP_SANITIZE)
    target_compile_options(${name}_obj PRIVATE -fsanitize=thread $<$<C_COMPILER_ID:GNU>:-Wno-tsan>)
    target_compile_definitions(${name}_obj PRIVATE RUMP_POINTS)
  endif()
  if(TARGET rump_generated)
    add_dependencies(${name}_obj rump_generated)
  endif()
  if(A_GENERATED)
    add_dependencies(${name}_obj ${A_GENERATED})
  endif()
  add_library(${name}_refobj OBJECT ${ref})
  target_compile_options(${name}_refobj PRIVATE -fPIC)

  # Join, rename, package.
  set(joined ${CMAKE_CURRENT_BINARY_DIR}/${name}.joined.o)
  set(renamed ${CMAKE_CURRENT_BINARY_DIR}/${name}.renamed.o)
  set(exports ${CMAKE_CURRENT_BINARY_DIR}/${name}_exports)
  set(final ${RUMP_LIBDIR}/${name}.o)
  set(shared ${CMAKE_CURRENT_BINARY_DIR}/${name}.shared.o)
  set(so ${RUMP_LIBDIR}/lib${name}.so.${RUMP_SOVERSION})
  set(refo ${RUMP_LIBDIR}/${name}_ref.o)
  set_property(GLOBAL PROPERTY RUMP_SO_${name} ${so})
  rump__needs_closure(below ${A_NEEDS})
  set(needs_so)
  foreach(n ${below})
    rump__so(${n} so_below)
    list(APPEND needs_so ${so_below})
  endforeach()
  add_custom_command(OUTPUT ${final} ${shared}
    COMMAND ${RUMP_LD} -r -o ${joined} $<TARGET_OBJECTS:${name}_obj>
    COMMAND ${Python3_EXECUTABLE} ${RUMP_TOOLDIR}/rename_symbols.py --sets ${name}
            --objcopy ${CMAKE_OBJCOPY} --nm ${CMAKE_NM} ${joined} ${renamed}
    COMMAND ${Python3_EXECUTABLE} ${RUMP_TOOLDIR}/export_symbols.py --nm ${CMAKE_NM} ${name} ${renamed} ${exports}.s
    COMMAND ${CMAKE_C_COMPILER} -c -o ${exports}.o ${exports}.s
    COMMAND ${RUMP_LD} -r -o ${final} ${renamed} ${exports}.o
    COMMAND ${Python3_EXECUTABLE} ${RUMP_TOOLDIR}/rename_symbols.py
            --objcopy ${CMAKE_OBJCOPY} --nm ${CMAKE_NM} ${joined} ${shared}
    DEPENDS ${name}_obj $<TARGET_OBJECTS:${name}_obj> ${RUMP_TOOLDIR}/rename_symbols.py
            ${RUMP_TOOLDIR}/export_symbols.py
    COMMENT "Joining ${name}.o" COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_command(OUTPUT ${so}
    COMMAND ${CMAKE_C_COMPILER} -shared ${RUMP_SANITIZE_FLAGS} -Wl,-soname,lib${name}.so.${RUMP_SOVERSION}
            -Wl,-Bsymbolic-functions -Wl,-z,relro,-z,now,-z,nodelete -Wl,--build-id -Wl,-rpath,\$ORIGIN
            -o ${so} ${shared} ${needs_so}
            $<TARGET_FILE:rumpuser>
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_OBJECTS:${name}_refobj> ${refo}
    DEPENDS ${final} ${shared} ${needs_so} rumpuser ${name}_refobj $<TARGET_OBJECTS:${name}_refobj>
    COMMENT "Linking lib${name}.so.${RUMP_SOVERSION}" COMMAND_EXPAND_LISTS VERBATIM)
  file(WRITE ${RUMP_LIBDIR}/lib${name}.so "INPUT(${name}_ref.o lib${name}.so.${RUMP_SOVERSION})\n")
  file(WRITE ${RUMP_LIBDIR}/lib${name}.a "INPUT(${name}.o)\n")
  # The module form: the static one without what debuggers want.
  set(kmod)
  if(layer STREQUAL driver OR layer STREQUAL test)
    set(kmod ${RUMP_LIBDIR}/modules/${name}.kmod)
    file(MAKE_DIRECTORY ${RUMP_LIBDIR}/modules)
    add_custom_command(OUTPUT ${kmod} COMMAND ${CMAKE_OBJCOPY} --strip-debug ${final} ${kmod} DEPENDS ${final}
      COMMENT "Making ${name}.kmod" VERBATIM)
  endif()
  add_custom_target(${name} ALL DEPENDS ${final} ${so} ${kmod})

  if(NOT A_NOINSTALL)
    install(FILES ${so} ${RUMP_LIBDIR}/lib${name}.so ${RUMP_LIBDIR}/lib${name}.a ${final} ${refo}
        DESTINATION ${RUMP_INSTALL_LIB})
    if(layer STREQUAL driver)
      install(FILES ${kmod} DESTINATION ${RUMP_INSTALL_LIB}/rump-modules)
    endif()
    if(COMMAND rump__pkgconfig)
      rump__pkgconfig(${name} "${A_NEEDS}")
    endif()
    set_property(GLOBAL APPEND PROPERTY RUMP_INSTALLED ${name})
  endif()
  foreach(m ${A_MAN})
    get_filename_component(ext ${m} LAST_EXT)
    string(SUBSTRING ${ext} 1 -1 section)
    install(FILES ${m} DESTINATION share/man/man${section})
    set_property(GLOBAL APPEND PROPERTY RUMP_MAN ${CMAKE_CURRENT_SOURCE_DIR}/${m})
  endforeach()
  foreach(t ${A_TESTS})
    get_filename_component(base ${t} NAME_WE)
    rump_check(${name}_${base} SOURCES ${t} USES ${name} ${A_TEST_USES} LIBS ${A_TEST_LIBS})
  endforeach()
  if(RUMP_FUZZ)
    rump__fuzzers("${A_FUZZ}" ${name})
  endif()
endfunction()

# A component that is installed already: its layer, what it needs, its library; its checked flavour.
function(rump_installed_component name layer libdir)
  set_property(GLOBAL PROPERTY RUMP_LAYER_OF_${name} ${layer})
  set_property(GLOBAL PROPERTY RUMP_NEEDS_${name} "${ARGN}")
  set_property(GLOBAL PROPERTY RUMP_SO_${name} ${libdir}/lib${name}.so.${RUMP_SOVERSION})
endfunction()

function(rump_installed_checked_component name layer libdir)
  get_property(known GLOBAL PROPERTY RUMP_LAYER_OF_${name})
  if(NOT known)
    rump_installed_component(${name} ${layer} ${libdir} ${ARGN})
  endif()
  set_property(GLOBAL PROPERTY RUMP_CHECKED_SO_${name} ${libdir}/lib${name}.so.${RUMP_SOVERSION})
endfunction()

function(rump_driver_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;DRIVER;USES;INCLUDES;LIBS;LABELS;FUZZ" ${ARGN})
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rump_driver_test(${name}): unknown words: ${A_UNPARSED_ARGUMENTS}")
  endif()
  if(RUMP_FUZZ)
    if(NOT A_FUZZ)
      return()
    endif()
    if(NOT RUMP_SANITIZE)
      set(RUMP_SANITIZE fuzzer-no-link)
      set(RUMP_SANITIZE_FLAGS -fsanitize=fuzzer-no-link)
    endif()
  elseif(NOT BUILD_TESTING)
    return()
  endif()
  if(RUMP_INSTALLED_CHECKED)
    if(NOT TARGET rumptest)
      message(FATAL_ERROR "rump_driver_test(${name}): the development files of check and libdw (elfutils) are wanted")
    endif()
    set(RUMP_CHECKED ON)
    list(APPEND RUMP_KERNEL_DEFS DIAGNOSTIC LOCKDEBUG)
    list(APPEND RUMP_KERNEL_FLAGS -fno-omit-frame-pointer)
  elseif(NOT RUMP_DIAGNOSTIC)
    return()
  endif()
  # What is for tests (rumpkern_test) the program has, and the driver does not know.
  set(needs rump)
  set(uses ${name}_driver)
  foreach(c ${A_USES})
    get_property(layer GLOBAL PROPERTY RUMP_LAYER_OF_${c})
    if(layer STREQUAL test)
      list(APPEND uses ${c})
    else()
      list(APPEND needs ${c})
    endif()
  endforeach()
  rump_component(${name}_driver CLASS kern NEEDS ${needs} SOURCES ${A_DRIVER} INCLUDES ${A_INCLUDES} NOINSTALL POINTS)
  if(RUMP_FUZZ)
    rump__fuzzers("${A_FUZZ}" ${uses})
    return()
  endif()
  rump_check(${name} SOURCES ${A_SOURCES} USES ${uses} LIBS ${A_LIBS} rumptest LABELS ${A_LABELS}
      TIMEOUT ${A_TIMEOUT})
endfunction()
