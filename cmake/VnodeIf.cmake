# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# The vnode interface, made at configure time from its table because headers of every layer include it.

set(RUMP_VNODE_IF_SRC ${CMAKE_SOURCE_DIR}/lib/librumpvfs/vnode/vnode_if.src)
set(RUMP_VNODE_IF_TOOL ${CMAKE_SOURCE_DIR}/tools/makevnodeif.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${RUMP_VNODE_IF_SRC} ${RUMP_VNODE_IF_TOOL})
foreach(out kpi:include/kpi/sys/vnode_if.h impl:vnode_if.c public:include/rump/rumpvnode_if.h wrap:rumpvnode_if.c)
  string(REPLACE ":" ";" pair ${out})
  list(GET pair 0 kind)
  list(GET pair 1 file)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${RUMP_VNODE_IF_TOOL} ${kind} ${RUMP_VNODE_IF_SRC} ${RUMP_GENDIR}/${file}.new
    COMMAND_ERROR_IS_FATAL ANY)
  file(COPY_FILE ${RUMP_GENDIR}/${file}.new ${RUMP_GENDIR}/${file} ONLY_IF_DIFFERENT)
endforeach()
