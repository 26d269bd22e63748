// CUDA's driver, NVRTC and cuBLASLt without a GPU, for tests: one library under the names of the
// three. A device's memory is memory of this process between two strips that nobody may touch; what
// is asked of a stream is kept until somebody waits for it; kernels run in emulation.
#include "emulation.h"

#include <dlfcn.h>
#include <algorithm>
#include <map>

namespace {
#include "kernels.cu"
}

#define API extern "C" __attribute__((visibility("default"))) int
#define LAUNCHER extern "C" __attribute__((visibility("default"))) int

typedef int64_t Long;
typedef void* Handle;

namespace fake {

const int INVALID_VALUE = 1;
const int OUT_OF_MEMORY = 2;
const int INVALID_DEVICE = 101;
const int INVALID_IMAGE = 200;
const int INVALID_CONTEXT = 201;
const int NOT_FOUND = 500;
const int ILLEGAL_ADDRESS = 700;
const int LAUNCH_FAILED = 719;
const int BLAS_INVALID_VALUE = 7;
const int BLAS_NOT_SUPPORTED = 15;

const Long STRIP = 256;  // bytes
const unsigned char UNTOUCHED = 0xff;
const Long POISONED = 1 << 20;  // bytes of an allocation that are no numbers at first

std::map<std::string, int> settings = {
    {"driver version", 13000}, {"devices", 2}, {"capability", 90}, {"megabytes", 8192}};
std::map<std::string, int> failures;  // by function, the error of its next call
struct Allocation {
  Long bytes;
  int device;
};

std::map<Long, Allocation> allocations;  // by address
Long allocated;
thread_local int current;  // device; 0 for none
std::vector<std::function<void()>> stream;
int stream_error;
std::string error_text;
Long launches;
bool launched;  // since the strips were looked at

int failing(const char* function) {
  auto found = failures.find(function);
  if (found == failures.end()) return 0;
  int error = found->second;
  failures.erase(found);
  error_text = "injected failure";
  return error;
}

/* Begins a function of the libraries. */
#define CALL(name) \
  if (int error = fake::failing(name)) return error

int error(int number, const std::string& text) {
  error_text = text;
  return number;
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

bool strips_untouched(Long address, Long bytes) {
  const unsigned char* before = (const unsigned char*) address - STRIP;
  const unsigned char* behind = (const unsigned char*) address + bytes;
  for (Long i = 0; i < STRIP; i++) {
    if (before[i] != UNTOUCHED || behind[i] != UNTOUCHED) return false;
  }
  return true;
}

int finish() {
  for (auto& step : stream) {
    if (stream_error == 0) step();
  }
  stream.clear();
  for (auto& allocation : allocations) {
    if (!launched) break;
    if (!strips_untouched(allocation.first, allocation.second.bytes)) {
      stream_failed(ILLEGAL_ADDRESS, "an illegal memory access was encountered");
      memset((char*) allocation.first - STRIP, UNTOUCHED, STRIP);
      memset((char*) allocation.first + allocation.second.bytes, UNTOUCHED, STRIP);
    }
  }
  launched = false;
  int result = stream_error;
  stream_error = 0;
  return result;
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
  bool all[] = {acceptable(std::get<I>(arguments))...};
  for (bool one : all) {
    if (!one) return error(INVALID_VALUE, "an argument is no address on the device");
  }
  launches++;
  launched = true;
  stream.push_back([=] {
    if (!emulation::run(blocks, size, [&] { kernel(std::get<I>(arguments)...); })) {
      stream_failed(LAUNCH_FAILED, emulation::failure);
    }
  });
  return 0;
}

template <class... A>
int launch(void (*kernel)(A...), unsigned blocks, unsigned size, void** arguments) {
  return launch(kernel, blocks, size, arguments, std::index_sequence_for<A...>());
}

struct Module {
  std::string source;
};

struct Program {
  std::string source, cubin, log;
};

struct Layout {
  int type;
  Long rows, columns, leading, batch, stride;
};

struct Product {
  int transpose_a, transpose_b, epilogue;
  const float* bias;
};

struct Preference {
  Long workspace;
  int alignment[4];
};

float element(const Layout& layout, const void* matrix, Long batch, Long row, Long column) {
  Long at = batch * layout.stride + row + column * layout.leading;
  return layout.type == 14 ? load((const Bfloat16*) matrix + at) : ((const float*) matrix)[at];
}

bool fits(const Layout& layout, const void* matrix) {
  Long elements = layout.stride * (layout.batch - 1) + layout.leading * (layout.columns - 1) + layout.rows;
  return on_device((Long) matrix, elements * (layout.type == 14 ? 2 : 4));
}

int shapes(const Product& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  Long m = p.transpose_a ? a.columns : a.rows;
  Long k = p.transpose_a ? a.rows : a.columns;
  bool fit = k == (p.transpose_b ? b.columns : b.rows) && m == d.rows &&
      d.columns == (p.transpose_b ? b.rows : b.columns) && c.rows == d.rows &&
      c.columns == d.columns && a.batch == d.batch && b.batch == d.batch && c.batch == d.batch;
  bool types = a.type == b.type && c.type == d.type && (a.type == 14 || d.type == 0);
  return fit && types && !(p.epilogue == 4 && d.type == 14) ? 0 : BLAS_NOT_SUPPORTED;
}

void multiply(
    const Product& p,
    float alpha,
    const void* a, const Layout& la,
    const void* b, const Layout& lb,
    float beta,
    const void* c, const Layout& lc,
    void* d, const Layout& ld) {
  Long inner = p.transpose_a ? la.rows : la.columns;
  for (Long t = 0; t < ld.batch; t++) {
    for (Long j = 0; j < ld.columns; j++) {
      for (Long i = 0; i < ld.rows; i++) {
        double sum = 0;
        for (Long k = 0; k < inner; k++) {
          double left = p.transpose_a ? element(la, a, t, k, i) : element(la, a, t, i, k);
          double right = p.transpose_b ? element(lb, b, t, j, k) : element(lb, b, t, k, j);
          sum += left * right;
        }
        sum *= alpha;
        if (p.epilogue == 4) sum += p.bias[i];
        if (beta != 0) sum += beta * element(lc, c, t, i, j);
        Long at = t * ld.stride + i + j * ld.leading;
        if (ld.type == 14) {
          store((Bfloat16*) d + at, (float) sum);
        } else {
          ((float*) d)[at] = (float) sum;
        }
      }
    }
  }
}

}  // namespace fake

// ---------------------------------------------------------------- what tests control

API fake_set(const char* setting, int value) {
  fake::settings[setting] = value;
  return 0;
}

API fake_fail(const char* function, int error) {
  fake::failures[function] = error;
  return 0;
}

API fake_backwards(int backwards) {
  emulation::backwards = backwards != 0;
  return 0;
}

extern "C" __attribute__((visibility("default"))) Long fake_launches() { return fake::launches; }

extern "C" __attribute__((visibility("default"))) Long fake_bytes(int ordinal) {
  Long bytes = 0;
  for (auto& allocation : fake::allocations) {
    bytes += allocation.second.device == 100 + ordinal ? allocation.second.bytes : 0;
  }
  return bytes;
}

// ---------------------------------------------------------------- driver

API cuInit(int) {
  CALL("cuInit");
  return 0;
}

API cuDriverGetVersion(int* version) {
  CALL("cuDriverGetVersion");
  *version = fake::settings["driver version"];
  return 0;
}

API cuDeviceGetCount(int* count) {
  CALL("cuDeviceGetCount");
  *count = fake::settings["devices"];
  return 0;
}

API cuDeviceGet(int* device, int ordinal) {
  CALL("cuDeviceGet");
  if (ordinal < 0 || ordinal >= fake::settings["devices"]) return fake::INVALID_DEVICE;
  *device = 100 + ordinal;
  return 0;
}

API cuDeviceGetName(char* name, int length, int device) {
  CALL("cuDeviceGetName");
  snprintf(name, length, "emulated GPU %d", device - 100);
  return 0;
}

API cuDeviceGetAttribute(int* value, int attribute, int device) {
  CALL("cuDeviceGetAttribute");
  if (device < 100) return fake::INVALID_DEVICE;
  int capability = fake::settings["capability"];
  switch (attribute) {
    case 16: *value = 2; return 0;
    case 75: *value = capability / 10; return 0;
    case 76: *value = capability % 10; return 0;
    default: return fake::INVALID_VALUE;
  }
}

API cuDevicePrimaryCtxRetain(Handle* context, int device) {
  CALL("cuDevicePrimaryCtxRetain");
  if (device < 100) return fake::INVALID_DEVICE;
  *context = (Handle) (intptr_t) device;
  return 0;
}

API cuDevicePrimaryCtxRelease_v2(int) { return 0; }

API cuCtxSetCurrent(Handle context) {
  CALL("cuCtxSetCurrent");
  fake::current = (int) (intptr_t) context;
  return fake::current >= 100 ? 0 : fake::INVALID_CONTEXT;
}

API cuMemGetInfo_v2(Long* available, Long* total) {
  CALL("cuMemGetInfo_v2");
  *total = (Long) fake::settings["megabytes"] << 20;
  *available = *total - fake::allocated;
  return 0;
}

API cuMemAlloc_v2(Long* address, Long bytes) {
  CALL("cuMemAlloc_v2");
  if (fake::current == 0) return fake::error(fake::INVALID_CONTEXT, "no context");
  if (bytes <= 0) return fake::error(fake::INVALID_VALUE, "invalid argument");
  if (fake::allocated + bytes > (Long) fake::settings["megabytes"] << 20) {
    return fake::error(fake::OUT_OF_MEMORY, "out of memory");
  }
  Long whole = (bytes + 2 * fake::STRIP + 255) / 256 * 256;
  char* memory = (char*) aligned_alloc(256, whole);
  memset(memory, fake::UNTOUCHED, std::min(whole, fake::POISONED));
  memset(memory + fake::STRIP + bytes, fake::UNTOUCHED, fake::STRIP);
  *address = (Long) (memory + fake::STRIP);
  fake::allocations[*address] = {bytes, fake::current};
  fake::allocated += bytes;
  return 0;
}

API cuMemFree_v2(Long address) {
  CALL("cuMemFree_v2");
  int error = fake::finish();
  auto found = fake::allocations.find(address);
  if (found == fake::allocations.end()) return fake::INVALID_VALUE;
  fake::allocated -= found->second.bytes;
  fake::allocations.erase(found);
  free((char*) address - fake::STRIP);
  return error;
}

API cuMemcpyHtoDAsync_v2(Long to, const char* from, Long bytes, Handle) {
  CALL("cuMemcpyHtoDAsync_v2");
  if (!fake::on_device(to, bytes) || fake::on_device((Long) from, 1)) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  std::vector<char> staged(from, from + bytes);
  fake::stream.push_back([=] { memcpy((char*) to, staged.data(), bytes); });
  return 0;
}

API cuMemcpyDtoHAsync_v2(char* to, Long from, Long bytes, Handle) {
  CALL("cuMemcpyDtoHAsync_v2");
  if (!fake::on_device(from, bytes) || fake::on_device((Long) to, 1)) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  fake::stream.push_back([=] { memcpy(to, (char*) from, bytes); });
  return 0;
}

API cuStreamCreate(Handle* stream, int flags) {
  CALL("cuStreamCreate");
  *stream = (Handle) 0x57;
  return flags == 1 ? 0 : fake::INVALID_VALUE;
}

API cuStreamSynchronize(Handle stream) {
  CALL("cuStreamSynchronize");
  return stream == (Handle) 0x57 ? fake::finish() : fake::INVALID_VALUE;
}

API cuStreamDestroy_v2(Handle) { return fake::finish(); }

API cuModuleLoadData(Handle* module, const char* image) {
  CALL("cuModuleLoadData");
  std::string wanted = "\x7f" "ELF sm_" + std::to_string(fake::settings["capability"]) + "\n";
  if (strncmp(image, wanted.c_str(), wanted.size()) != 0) {
    return fake::error(fake::INVALID_IMAGE, "device kernel image is invalid");
  }
  *module = new fake::Module{image + wanted.size()};
  return 0;
}

API cuModuleGetFunction(Handle* function, Handle module, const char* name) {
  CALL("cuModuleGetFunction");
  Dl_info self;
  dladdr(&fake::settings, &self);  // not of another library of the same names
  void* library = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  *function = dlsym(library, (std::string("emulated_") + name).c_str());
  bool declared =
      ((fake::Module*) module)->source.find(std::string("KERNEL ") + name + "(") != std::string::npos;
  return *function && declared ? 0 : fake::error(fake::NOT_FOUND, "named symbol not found");
}

API cuModuleUnload(Handle module) {
  delete (fake::Module*) module;
  return 0;
}

API cuLaunchKernel(
    Handle function,
    unsigned blocks, unsigned blocks_y, unsigned blocks_z,
    unsigned size, unsigned size_y, unsigned size_z,
    unsigned shared, Handle stream, void** arguments, void** extra) {
  CALL("cuLaunchKernel");
  bool sizes = blocks >= 1 && size >= 1 && size <= 1024 && size % 32 == 0 && blocks_y == 1 &&
      blocks_z == 1 && size_y == 1 && size_z == 1;
  if (!sizes || shared != 0 || extra || stream != (Handle) 0x57) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  return ((int (*)(unsigned, unsigned, void**)) function)(blocks, size, arguments);
}

API cuGetErrorString(int, const char** text) {
  *text = fake::error_text.c_str();
  return 0;
}

// ---------------------------------------------------------------- NVRTC

API nvrtcVersion(int* major, int* minor) {
  *major = fake::settings["driver version"] / 1000;
  *minor = fake::settings["driver version"] % 1000 / 10;
  return 0;
}

API nvrtcCreateProgram(
    Handle* program, const char* source, const char*, int headers, Handle, Handle) {
  CALL("nvrtcCreateProgram");
  *program = new fake::Program{source, "", ""};
  return headers == 0 ? 0 : 3;
}

API nvrtcCompileProgram(fake::Program* program, int count, const char** options) {
  CALL("nvrtcCompileProgram");
  std::string architecture;
  for (int i = 0; i < count; i++) {
    std::string option = options[i];
    if (option.rfind("--gpu-architecture=", 0) == 0) architecture = option.substr(19);
  }
  if (architecture.rfind("sm_", 0) != 0 || architecture == "sm_999") {
    program->log = "nvrtc: error:\n invalid value for --gpu-architecture\n";
    return 5;
  }
  program->cubin = "\x7f" "ELF " + architecture + "\n" + program->source;
  return 0;
}

API nvrtcGetProgramLogSize(fake::Program* program, size_t* bytes) {
  *bytes = program->log.size() + 1;
  return 0;
}

API nvrtcGetProgramLog(fake::Program* program, char* log) {
  memcpy(log, program->log.c_str(), program->log.size() + 1);
  return 0;
}

API nvrtcGetCUBINSize(fake::Program* program, size_t* bytes) {
  *bytes = program->cubin.size() + 1;
  return 0;
}

API nvrtcGetCUBIN(fake::Program* program, char* cubin) {
  memcpy(cubin, program->cubin.c_str(), program->cubin.size() + 1);
  return 0;
}

API nvrtcDestroyProgram(fake::Program** program) {
  delete *program;
  return 0;
}

// ---------------------------------------------------------------- cuBLASLt

API cublasLtCreate(Handle* handle) {
  CALL("cublasLtCreate");
  *handle = (Handle) 0xb1a5;
  return 0;
}

API cublasLtDestroy(Handle) { return 0; }

extern "C" __attribute__((visibility("default"))) size_t cublasLtGetVersion() { return 130000; }

API cublasLtMatmulDescCreate(fake::Product** product, int compute, int scale) {
  CALL("cublasLtMatmulDescCreate");
  *product = new fake::Product{0, 0, 1, nullptr};
  return compute == 68 && scale == 0 ? 0 : fake::BLAS_NOT_SUPPORTED;
}

API cublasLtMatmulDescSetAttribute(
    fake::Product* product, int attribute, const void* value, Long bytes) {
  CALL("cublasLtMatmulDescSetAttribute");
  if (bytes != (attribute == 8 ? 8 : 4)) return fake::BLAS_INVALID_VALUE;
  switch (attribute) {
    case 3: product->transpose_a = *(const int*) value; return 0;
    case 4: product->transpose_b = *(const int*) value; return 0;
    case 7: product->epilogue = *(const int*) value; return 0;
    case 8: product->bias = *(const float* const*) value; return 0;
    default: return fake::BLAS_INVALID_VALUE;
  }
}

API cublasLtMatmulDescDestroy(fake::Product* product) {
  delete product;
  return 0;
}

API cublasLtMatrixLayoutCreate(
    fake::Layout** layout, int type, Long rows, Long columns, Long leading) {
  CALL("cublasLtMatrixLayoutCreate");
  *layout = new fake::Layout{type, rows, columns, leading, 1, 0};
  return (type == 0 || type == 14) && leading >= rows ? 0 : fake::BLAS_INVALID_VALUE;
}

API cublasLtMatrixLayoutSetAttribute(
    fake::Layout* layout, int attribute, const void* value, Long bytes) {
  if (bytes != (attribute == 6 ? 8 : 4)) return fake::BLAS_INVALID_VALUE;
  switch (attribute) {
    case 5: layout->batch = *(const int*) value; return 0;
    case 6: layout->stride = *(const Long*) value; return 0;
    default: return fake::BLAS_INVALID_VALUE;
  }
}

API cublasLtMatrixLayoutDestroy(fake::Layout* layout) {
  delete layout;
  return 0;
}

API cublasLtMatmulPreferenceCreate(fake::Preference** preference) {
  *preference = new fake::Preference{0, {256, 256, 256, 256}};
  return 0;
}

API cublasLtMatmulPreferenceSetAttribute(
    fake::Preference* preference, int attribute, const void* value, Long bytes) {
  if (attribute == 1 && bytes == 8) {
    preference->workspace = *(const Long*) value;
  } else if (attribute >= 5 && attribute <= 8 && bytes == 4) {
    preference->alignment[attribute - 5] = *(const int*) value;
  } else {
    return fake::BLAS_INVALID_VALUE;
  }
  return 0;
}

API cublasLtMatmulPreferenceDestroy(fake::Preference* preference) {
  delete preference;
  return 0;
}

/* An algorithm is what it was chosen for: the alignments and the workspace that it relies on. */
API cublasLtMatmulAlgoGetHeuristic(
    Handle handle, fake::Product* product,
    fake::Layout* a, fake::Layout* b, fake::Layout* c, fake::Layout* d,
    fake::Preference* preference, int wanted, char* results, int* found) {
  CALL("cublasLtMatmulAlgoGetHeuristic");
  if (handle != (Handle) 0xb1a5 || wanted != 1) return fake::BLAS_INVALID_VALUE;
  memset(results, 0, 96);
  memcpy(results, preference, sizeof *preference);
  *found = 1;
  return fake::shapes(*product, *a, *b, *c, *d);
}

API cublasLtMatmul(
    Handle handle, fake::Product* product, const float* alpha,
    const void* a, fake::Layout* la, const void* b, fake::Layout* lb, const float* beta,
    const void* c, fake::Layout* lc, void* d, fake::Layout* ld,
    const fake::Preference* algorithm, Long workspace, Long workspace_bytes, Handle stream) {
  CALL("cublasLtMatmul");
  int error = fake::shapes(*product, *la, *lb, *lc, *ld);
  if (error != 0) return error;
  const void* matrices[] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    if ((Long) matrices[i] % algorithm->alignment[i] != 0) return fake::BLAS_INVALID_VALUE;
  }
  bool memory = fake::fits(*la, a) && fake::fits(*lb, b) && fake::fits(*lc, c) &&
      fake::fits(*ld, d) && fake::on_device(workspace, workspace_bytes) &&
      workspace_bytes >= algorithm->workspace;
  bool bias = product->epilogue != 4 || fake::on_device((Long) product->bias, 4 * ld->rows);
  if (handle != (Handle) 0xb1a5 || stream != (Handle) 0x57 || !memory || !bias) {
    return fake::BLAS_INVALID_VALUE;
  }
  fake::stream.push_back(
      [=, p = *product, x = *alpha, y = *beta, layout_a = *la, layout_b = *lb, layout_c = *lc,
       layout_d = *ld] {
        fake::multiply(p, x, a, layout_a, b, layout_b, y, c, layout_c, d, layout_d);
      });
  return 0;
}

// ---------------------------------------------------------------- kernels by name

#define EMULATE(name)                                                     \
  LAUNCHER emulated_##name(unsigned blocks, unsigned size, void** arguments) { \
    return fake::launch(name, blocks, size, arguments);                   \
  }
#include "kernel_names.h"
