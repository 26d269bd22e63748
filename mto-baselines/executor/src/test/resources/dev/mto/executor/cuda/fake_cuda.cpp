// CUDA's driver, NVRTC and cuBLASLt without a GPU, for tests: one library that has the names of all
// three.
#include "fake_device.h"

namespace {
#include "kernels.cu"
}

#include "fake_driver.h"
#include "fake_nvrtc.h"
#include "fake_cublaslt.h"

// Kernels by name; the file is made from kernels.cu.
#define EMULATE(name)                                                     \
  API emulated_##name(unsigned blocks, unsigned size, void** arguments) { \
    return fake::launch(name, blocks, size, arguments);                   \
  }
#include "kernel_names.h"
