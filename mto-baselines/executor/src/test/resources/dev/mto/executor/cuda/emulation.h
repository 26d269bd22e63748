// CUDA C++ on this processor, for tests. Each thread of a block is a fibre that runs until it waits
// for others; blocks run one after the other. Shared memory and memory that was never written hold
// what is no number. Threads, warps and blocks go forwards or backwards, so that what depends on
// their order shows.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#define __global__
#define __device__ inline
#define __shared__ static __attribute__((section("emulated_shared")))

extern "C" char __start_emulated_shared[], __stop_emulated_shared[];

namespace emulation {

struct Position {
  unsigned x, y, z;
};

const unsigned WARP = 32;
const size_t STACK_BYTES = 1 << 16;

enum State { RUNNABLE, AT_WARP_BARRIER, AT_BLOCK_BARRIER, DONE };

struct Fibre;
void begin();

#if defined(__x86_64__)
// Saves the callee's registers on this stack, and takes those that another stack has on top.
struct Context {
  void* top;
};
extern "C" void emulation_switch(void** keep, void* to);
asm(".text\n.local emulation_switch\n.type emulation_switch, @function\nemulation_switch:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\nmov %rsp, (%rdi)\n"
    "mov %rsi, %rsp\npop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");
void resume(Context& from, Context& to) { emulation_switch(&from.top, to.top); }
void prepare(Context& context, char* stack) {
  void** entry = (void**) (stack + STACK_BYTES - 16);  // begin() finds the stack as after a call
  *entry = (void*) begin;
  context.top = entry - 6;
}
#else
struct Context {
  ucontext_t state;
};
void resume(Context& from, Context& to) { swapcontext(&from.state, &to.state); }
void prepare(Context& context, char* stack) {
  getcontext(&context.state);
  context.state.uc_stack.ss_sp = stack;
  context.state.uc_stack.ss_size = STACK_BYTES;
  context.state.uc_link = nullptr;
  makecontext(&context.state, begin, 0);
}
#endif

struct Fibre {
  Context context;
  char* stack;
  Position thread;
  State state;
  uint64_t exchanged;
};

std::vector<Fibre*> fibres;
Fibre* running;
Context scheduler;
Position block, grid, threads;
const std::function<void()>* body;
bool backwards = getenv("MTO_EMULATION_BACKWARDS") != nullptr;
std::string failure;  // of the launch in progress; empty while it goes well

void begin() {
  (*body)();
  running->state = DONE;
  resume(running->context, scheduler);
}

void wait(State state) {
  running->state = state;
  resume(running->context, scheduler);
}

void fail(const std::string& what, size_t thread) {
  failure =
      what + " (block " + std::to_string(block.x) + ", thread " + std::to_string(thread) + ")";
}

size_t count(size_t from, size_t to, State state) {
  size_t found = 0;
  for (size_t i = from; i < to; i++) found += fibres[i]->state == state;
  return found;
}

void release(size_t from, size_t to) {
  for (size_t i = from; i < to; i++) fibres[i]->state = RUNNABLE;
}

/* Lets the threads of a warp run until each is done or waits for the block. */
bool run_warp(size_t from, size_t to) {
  for (;;) {
    for (size_t k = 0; k < to - from; k++) {
      Fibre* fibre = fibres[backwards ? to - 1 - k : from + k];
      if (fibre->state != RUNNABLE) continue;
      running = fibre;
      resume(scheduler, fibre->context);
    }
    size_t waiting = count(from, to, AT_WARP_BARRIER);
    if (waiting == 0) return true;
    if (waiting != to - from) {
      fail("not all threads of a warp come to its exchange", from);
      return false;
    }
    release(from, to);
  }
}

bool run_block(size_t size) {
  while (fibres.size() < size) {
    fibres.push_back(new Fibre());
    fibres.back()->stack = (char*) aligned_alloc(64, STACK_BYTES);
    fibres.back()->thread = {(unsigned) fibres.size() - 1, 0, 0};
  }
  memset(__start_emulated_shared, 0xff, __stop_emulated_shared - __start_emulated_shared);
  for (size_t i = 0; i < size; i++) {
    prepare(fibres[i]->context, fibres[i]->stack);
    fibres[i]->state = RUNNABLE;
  }
  size_t warps = (size + WARP - 1) / WARP;
  for (;;) {
    for (size_t k = 0; k < warps; k++) {
      size_t from = (backwards ? warps - 1 - k : k) * WARP;
      if (!run_warp(from, from + WARP < size ? from + WARP : size)) return false;
    }
    size_t waiting = count(0, size, AT_BLOCK_BARRIER);
    if (waiting == 0) return true;
    if (waiting != size) {
      fail("not all threads of a block come to its barrier", 0);
      return false;
    }
    release(0, size);
  }
}

/* Runs a kernel; false, with failure set, where its threads wait for each other in vain. */
bool run(unsigned blocks, unsigned size, const std::function<void()>& kernel) {
  body = &kernel;
  grid = {blocks, 1, 1};
  threads = {size, 1, 1};
  failure.clear();
  for (unsigned k = 0; k < blocks; k++) {
    block = {backwards ? blocks - 1 - k : k, 0, 0};
    if (!run_block(size)) return false;
  }
  return true;
}

template <class T>
T exchange(T value, unsigned other) {
  static_assert(sizeof(T) <= sizeof(uint64_t), "registers are exchanged");
  memcpy(&running->exchanged, &value, sizeof value);
  wait(AT_WARP_BARRIER);
  memcpy(&value, &fibres[other]->exchanged, sizeof value);
  wait(AT_WARP_BARRIER);
  return value;
}

}  // namespace emulation

#define threadIdx (emulation::running->thread)
#define blockIdx (emulation::block)
#define blockDim (emulation::threads)
#define gridDim (emulation::grid)

inline void __syncthreads() { emulation::wait(emulation::AT_BLOCK_BARRIER); }

template <class T>
inline T __shfl_xor_sync(unsigned, T value, int mask) {
  return emulation::exchange(value, emulation::running->thread.x ^ mask);
}

/* Rounded by themselves, also where the compiler would have an instruction for both together. */
inline float __fmul_rn(float x, float y) {
  volatile float product = x * y;
  return product;
}
inline float __fadd_rn(float x, float y) { return x + y; }

inline unsigned __float_as_uint(float x) {
  unsigned bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline float __uint_as_float(unsigned bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
