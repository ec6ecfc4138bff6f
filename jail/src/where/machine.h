// SPDX-License-Identifier: Apache-2.0
// What a processor family says of a stopped thread, and the few instructions that are put into the program.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

// Instructions as bytes of ours, to be copied: they name no address but the one that is filled in at `where_code_print`.
extern const unsigned char where_code[], where_code_print[], where_code_end[];

#if defined(__x86_64__)
typedef struct user_regs_struct machine_registers;

// Called with the isolate and the stream, as V8 calls whoever interrupts it: puts the report's pipe in the place of
// standard error, has the stack printed there with a line `.` behind it, and sleeps. Nothing of the program runs in
// this thread any more: its end follows.
#define WHERE_CODE \
  "mov %rdi, %rbx\n mov %rsi, %rbp\n" \
  "mov $3, %edi\n mov $2, %esi\n xor %edx, %edx\n mov $292, %eax\n syscall\n" /* dup3 */ \
  "mov %rbx, %rdi\n mov %rbp, %rsi\n xor %edx, %edx\n and $-16, %rsp\n call *where_code_print(%rip)\n" \
  "mov $2, %edi\n lea where_code_text(%rip), %rsi\n mov $3, %edx\n mov $1, %eax\n syscall\n" /* write */ \
  "1: mov $34, %eax\n syscall\n jmp 1b\n" /* pause */

static inline uint64_t machine_counter(const machine_registers *r) { return r->rip; }
static inline uint64_t machine_stack(const machine_registers *r) { return r->rsp; }
static inline uint64_t machine_result(const machine_registers *r) { return r->rax; }
// Whether it was stopped in a system call. `instruction` is what its counter points to.
static inline bool machine_in_call(const machine_registers *r, uint32_t instruction) { return (void)instruction, (int64_t)r->orig_rax >= 0; }
static inline uint64_t machine_call_number(const machine_registers *r) { return r->orig_rax; }

// A call that returns to address 0, where it faults; the return address is at the top of `stack` already.
static inline void machine_call(machine_registers *r, uint64_t function, uint64_t stack, const uint64_t arguments[3]) {
  r->rip = function, r->rsp = stack, r->rdi = arguments[0], r->rsi = arguments[1], r->rdx = arguments[2];
  r->rax = 0, r->orig_rax = UINT64_MAX; // no system call that would be begun again
  r->eflags &= ~UINT64_C(0x400);        // the calling convention's direction
}
enum { MACHINE_RETURN_ON_STACK = 8 };

#elif defined(__aarch64__)
typedef struct user_regs_struct machine_registers;

#define WHERE_CODE \
  "mov x19, x0\n mov x20, x1\n" \
  "mov w0, #3\n mov w1, #2\n mov w2, #0\n mov w8, #24\n svc #0\n" /* dup3 */ \
  "mov x0, x19\n mov x1, x20\n mov x2, #0\n ldr x16, where_code_print\n blr x16\n" \
  "mov w0, #2\n adr x1, where_code_text\n mov w2, #3\n mov w8, #64\n svc #0\n" /* write */ \
  "1: mov x0, #0\n mov x1, #0\n mov x2, #0\n mov x3, #0\n mov w8, #73\n svc #0\n b 1b\n" /* ppoll */

static inline uint64_t machine_counter(const machine_registers *r) { return r->pc; }
static inline uint64_t machine_stack(const machine_registers *r) { return r->sp; }
static inline uint64_t machine_result(const machine_registers *r) { return r->regs[0]; }
// The kernel has set the counter back by then, for the call to be made again: it points to `svc #0`.
static inline bool machine_in_call(const machine_registers *r, uint32_t instruction) { return (void)r, instruction == 0xd4000001; }
static inline uint64_t machine_call_number(const machine_registers *r) { return r->regs[8]; }
static inline void machine_call(machine_registers *r, uint64_t function, uint64_t stack, const uint64_t arguments[3]) {
  r->pc = function, r->sp = stack, r->regs[30] = 0;
  for (int i = 0; i < 3; i++) r->regs[i] = arguments[i];
}
enum { MACHINE_RETURN_ON_STACK = 0 };
#endif
