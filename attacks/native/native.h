// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <node_api.h>
#include <stdint.h>

#define MAX_ARGUMENTS 8

// One argument of a raw call: a number, or memory that lives until the call is over.
struct argument {
  intptr_t value;
  void *owned;   // a copy to free (strings)
  void *bytes;   // the memory of a buffer
  size_t length; // of bytes, or of a string with its end
};

// Reads the arguments of a call, `skip` of them left out. Returns how many, or -1 with an exception pending.
int read_arguments(napi_env env, napi_callback_info info, struct argument *into, int skip, intptr_t *first);
void release_arguments(struct argument *arguments, int count);
napi_value number(napi_env env, double value);

napi_value uring_open(napi_env env, napi_callback_info info);
napi_value uring_connect(napi_env env, napi_callback_info info);
