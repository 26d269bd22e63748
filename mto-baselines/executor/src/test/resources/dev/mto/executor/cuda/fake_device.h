// Devices without a GPU. Their memory is memory of this process between two strips that nobody may
// touch; what is asked of a stream is kept until somebody waits for it; kernels run in emulation.
#include "emulation.h"

#include <dlfcn.h>
#include <algorithm>
#include <map>

// With AddressSanitizer, which sees reads too, nobody may look at the strips at all.
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
const bool SANITIZED = true;
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes)
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes)
const bool SANITIZED = false;
#endif

#define API extern "C" __attribute__((visibility("default"))) int

typedef int64_t Long;
typedef void* Handle;

namespace fake {

const int INVALID_VALUE = 1;
const int OUT_OF_MEMORY = 2;
const int INVALID_DEVICE = 101;
const int INVALID_IMAGE = 200;
const int INVALID_CONTEXT = 201;
const int NOT_FOUND = 500;
const int CAPTURE_UNSUPPORTED = 900;
const int CAPTURE_INVALIDATED = 901;
const int ILLEGAL_ADDRESS = 700;
const int LAUNCH_FAILED = 719;

const Long STRIP = 256;  // bytes
const unsigned char UNTOUCHED = 0xff;
const Long POISONED = 1 << 20;  // bytes of an allocation that are no numbers at first

std::map<std::string, int> settings = {
    {"driver version", 13000}, {"devices", getenv("EMULATED_GPUS") ? 4 : 2}, {"capability", 90}, {"megabytes", 8192},
    {"bytes", 0}};
struct Failure {
  int error, after;
};
std::map<std::string, Failure> failures;  // by function, the error of a call after some others
struct Allocation {
  Long bytes;
  int device;
};

std::map<Long, Allocation> allocations;  // by address
Long allocated;
thread_local int current;  // device; 0 for none
int opened;  // contexts, streams, graphs and events that were not given back
int contexts;
std::vector<std::function<void()>> stream;
Long done;  // of what the stream was ever asked for
int stream_error;  // what was asked for fails with it until all contexts are given back
std::string error_text;
std::map<Long, Long> pinned;  // bytes of memory of the host, by address
std::map<std::string, Long> counts;  // of what was asked for
bool launched;  // since the strips were looked at

/* What a graph does: whether its arguments are still what they were, and the work. */
struct Node {
  std::function<bool()> acceptable;
  std::function<void()> work;
  bool kernel;  // and no product
};
typedef std::vector<Node> Graph;

bool capturing, invalidated;
Graph captured;

/* Errors from 700 on are of kernels, and stay. */
int failing(const char* function) {
  const char* once = getenv("EMULATED_GPU_FAILS");  // a file, for the first process that sees it
  if (once && !strcmp(function, "a kernel") && !remove(once)) failures[function] = {719, 0};
  auto found = failures.find(function);
  if (found == failures.end() || found->second.after-- > 0) return 0;
  int error = found->second.error;
  failures.erase(found);
  error_text = "injected failure";
  if (error >= 700 && error < 900 && stream_error == 0) stream_error = error;
  return error;
}

/* Begins a function of the libraries. */
#define CALL(name) \
  if (int error = fake::failing(name)) return error

/* The same, of one that needs a context that has not failed. */
#define CALL_OF_CONTEXT(name) \
  CALL(name);                 \
  if (fake::stream_error) return fake::stream_error

/* The same, of one that must not be called while a stream is captured. */
#define CALL_OUTSIDE_OF_CAPTURES(name) \
  CALL_OF_CONTEXT(name);               \
  if (fake::capturing) return fake::refuse_capture(name)

/* Of each device. */
Long memory() { return ((Long) settings["megabytes"] << 20) + settings["bytes"]; }

/* That of one device where it is set, else that of all. */
int capability(int device) {
  auto own = settings.find("capability of " + std::to_string(device - 100));
  return own == settings.end() || own->second == 0 ? settings["capability"] : own->second;
}

int error(int number, const std::string& text) {
  error_text = text;
  return number;
}

int refuse_capture(const char* function) {
  invalidated = true;
  return error(CAPTURE_UNSUPPORTED, std::string(function) + " in a capture");
}

/* Asks the stream for work, or the graph that is captured. */
void ask(std::function<bool()> acceptable, std::function<void()> work, bool kernel) {
  if (capturing) {
    captured.push_back({acceptable, work, kernel});
    return;
  }
  counts["launches"] += kernel;
  launched |= kernel;
  stream.push_back(work);
}

void stream_failed(int number, const std::string& text) {
  if (stream_error == 0) stream_error = error(number, text);
}

bool on_device(Long address, Long bytes) {
  auto after = allocations.upper_bound(address);
  if (after == allocations.begin()) return false;
  auto allocation = std::prev(after);
  return allocation->second.device == current &&
      address + bytes <= allocation->first + allocation->second.bytes;
}

bool is_pinned(Long address, Long bytes) {
  auto after = pinned.upper_bound(address);
  if (after == pinned.begin()) return false;
  auto memory = std::prev(after);
  return address + bytes <= memory->first + memory->second;
}

bool strips_untouched(Long address, Long bytes) {
  const unsigned char* before = (const unsigned char*) address - STRIP;
  const unsigned char* behind = (const unsigned char*) address + bytes;
  for (Long i = 0; i < STRIP; i++) {
    if (before[i] != UNTOUCHED || behind[i] != UNTOUCHED) return false;
  }
  return true;
}

/* Does what the stream was asked for, up to so many of all. */
void run_until(Long all) {
  Long count = std::min<Long>(all - done, stream.size());
  for (Long i = 0; i < count; i++) {
    if (stream_error == 0) stream[i]();
  }
  stream.erase(stream.begin(), stream.begin() + std::max<Long>(count, 0));
  done += std::max<Long>(count, 0);
}

int finish() {
  run_until(done + stream.size());
  for (auto& allocation : allocations) {
    if (!launched || SANITIZED) break;
    if (!strips_untouched(allocation.first, allocation.second.bytes)) {
      stream_failed(ILLEGAL_ADDRESS, "an illegal memory access was encountered");
      memset((char*) allocation.first - STRIP, UNTOUCHED, STRIP);
      memset((char*) allocation.first + allocation.second.bytes, UNTOUCHED, STRIP);
    }
  }
  launched = false;
  return stream_error;
}

void free_memory(Long address) {
  Long bytes = allocations[address].bytes;
  ASAN_UNPOISON_MEMORY_REGION((char*) address - STRIP, bytes + 2 * STRIP);
  allocated -= bytes;
  allocations.erase(address);
  free((char*) address - STRIP);
}

/* With the last context goes all that it had. */
void close_context() {
  if (--contexts > 0) return;
  finish();
  while (!allocations.empty()) free_memory(allocations.begin()->first);
  for (auto& memory : pinned) free((void*) memory.first);
  pinned.clear();
  stream_error = 0;
}

template <class T>
bool acceptable(const T&) {
  return true;
}
template <class T>
bool acceptable(T* const& pointer) {
  return on_device((Long) pointer, sizeof(T));
}

template <class... A, size_t... I>
int launch(
    void (*kernel)(A...), unsigned blocks, unsigned size, void** given, std::index_sequence<I...>) {
  auto arguments = std::make_tuple(*(std::remove_reference_t<A>*) given[I]...);
  auto all_acceptable = [=] {
    bool all[] = {acceptable(std::get<I>(arguments))...};
    for (bool one : all) {
      if (!one) return false;
    }
    return true;
  };
  if (!all_acceptable()) return error(INVALID_VALUE, "an argument is no address on the device");
  ask(all_acceptable, [=] {
    if (int error = failing("a kernel")) return stream_failed(error, error_text);
    if (!emulation::run(blocks, size, [&] { kernel(std::get<I>(arguments)...); })) {
      stream_failed(LAUNCH_FAILED, emulation::failure);
    }
  }, true);
  return 0;
}

template <class... A>
int launch(void (*kernel)(A...), unsigned blocks, unsigned size, void** arguments) {
  return launch(kernel, blocks, size, arguments, std::index_sequence_for<A...>());
}

}  // namespace fake

// What tests control.

API fake_set(const char* setting, int value) {
  fake::settings[setting] = value;
  return 0;
}

API fake_fail(const char* function, int error, int after) {
  fake::failures[function] = {error, after};
  return 0;
}

API fake_opened() { return fake::opened; }

API fake_backwards(int backwards) {
  emulation::backwards = backwards != 0;
  return 0;
}

extern "C" __attribute__((visibility("default"))) Long fake_count(const char* what) {
  return fake::counts[what];
}

extern "C" __attribute__((visibility("default"))) Long fake_bytes(int ordinal) {
  Long bytes = 0;
  for (auto& allocation : fake::allocations) {
    bytes += allocation.second.device == 100 + ordinal ? allocation.second.bytes : 0;
  }
  return bytes;
}
