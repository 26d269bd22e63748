// CUDA's driver on fake devices.

namespace fake {

struct Module {
  std::string source;
};

}  // namespace fake

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
  const char* all = getenv("EMULATED_GPU_NAME");  // as of a machine with GPUs of one kind
  if (all) {
    snprintf(name, length, "%s", all);
  } else {
    snprintf(name, length, "emulated GPU %d", device - 100);
  }
  return 0;
}

API cuDeviceGetUuid(char* uuid, int device) {
  CALL("cuDeviceGetUuid");
  memset(uuid, 0, 16);
  uuid[15] = (char) device;
  return 0;
}

API cuDeviceGetAttribute(int* value, int attribute, int device) {
  CALL("cuDeviceGetAttribute");
  if (device < 100) return fake::INVALID_DEVICE;
  int capability = fake::capability(device);
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
  fake::opened++;
  fake::contexts++;
  return 0;
}

API cuDevicePrimaryCtxRelease_v2(int) {
  fake::opened--;
  fake::close_context();
  return 0;
}

API cuCtxSetCurrent(Handle context) {
  CALL("cuCtxSetCurrent");
  fake::current = (int) (intptr_t) context;
  return fake::current >= 100 ? 0 : fake::INVALID_CONTEXT;
}

API cuMemGetInfo_v2(Long* available, Long* total) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemGetInfo_v2");
  *total = fake::memory();
  *available = *total - fake::allocated;
  return 0;
}

API cuMemAlloc_v2(Long* address, Long bytes) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemAlloc_v2");
  if (fake::current == 0) return fake::error(fake::INVALID_CONTEXT, "no context");
  if (bytes <= 0) return fake::error(fake::INVALID_VALUE, "invalid argument");
  if (fake::allocated + bytes > fake::memory()) {
    return fake::error(fake::OUT_OF_MEMORY, "out of memory");
  }
  Long whole = (bytes + 2 * fake::STRIP + 255) / 256 * 256;
  char* memory = (char*) aligned_alloc(256, whole);
  memset(memory, fake::UNTOUCHED, std::min(whole, fake::POISONED));
  memset(memory + fake::STRIP + bytes, fake::UNTOUCHED, fake::STRIP);
  ASAN_POISON_MEMORY_REGION(memory, fake::STRIP);
  ASAN_POISON_MEMORY_REGION(memory + fake::STRIP + bytes, fake::STRIP);
  *address = (Long) (memory + fake::STRIP);
  fake::counts["allocations"]++;
  fake::allocations[*address] = {bytes, fake::current};
  fake::allocated += bytes;
  return 0;
}

API cuMemFree_v2(Long address) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemFree_v2");
  int error = fake::finish();
  if (fake::allocations.count(address) == 0) return fake::INVALID_VALUE;
  fake::free_memory(address);
  return error;
}

API cuMemHostAlloc(void** memory, size_t bytes, unsigned flags) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemHostAlloc");
  if (fake::current == 0 || flags != 0) return fake::error(fake::INVALID_VALUE, "invalid argument");
  *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
  memset(*memory, fake::UNTOUCHED, bytes);
  fake::pinned[(Long) *memory] = bytes;
  return 0;
}

API cuMemFreeHost(void* memory) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemFreeHost");
  int error = fake::finish();
  if (fake::pinned.erase((Long) memory) == 0) return fake::INVALID_VALUE;
  free(memory);
  return error;
}

/* Pinned memory is read when the stream comes to it, other memory at once. */
API cuMemcpyHtoDAsync_v2(Long to, const char* from, Long bytes, Handle) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemcpyHtoDAsync_v2");
  if (!fake::on_device(to, bytes) || fake::on_device((Long) from, 1)) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  fake::counts["bytes to the device"] += bytes;
  if (fake::is_pinned((Long) from, bytes)) {
    fake::stream.push_back([=] { memcpy((char*) to, from, bytes); });
    return 0;
  }
  std::vector<char> staged(from, from + bytes);
  fake::stream.push_back([=] { memcpy((char*) to, staged.data(), bytes); });
  return 0;
}

API cuMemcpyDtoHAsync_v2(char* to, Long from, Long bytes, Handle) {
  CALL_OUTSIDE_OF_CAPTURES("cuMemcpyDtoHAsync_v2");
  if (!fake::on_device(from, bytes) || fake::on_device((Long) to, 1)) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  fake::counts["bytes to the host"] += bytes;
  fake::stream.push_back([=] { memcpy(to, (char*) from, bytes); });
  return 0;
}

API cuStreamCreate(Handle* stream, int flags) {
  CALL("cuStreamCreate");
  *stream = (Handle) 0x57;
  fake::opened++;
  return flags == 1 ? 0 : fake::INVALID_VALUE;
}

API cuStreamSynchronize(Handle stream) {
  CALL_OUTSIDE_OF_CAPTURES("cuStreamSynchronize");
  fake::counts["synchronisations"]++;
  return stream == (Handle) 0x57 ? fake::finish() : fake::INVALID_VALUE;
}

API cuStreamDestroy_v2(Handle) {
  fake::opened--;
  return fake::finish();
}

/* How much of what the stream is asked for is to be done. */
API cuEventCreate(Long** event, int flags) {
  CALL_OF_CONTEXT("cuEventCreate");
  *event = new Long(0);
  fake::opened++;
  return flags == 2 ? 0 : fake::INVALID_VALUE;
}

API cuEventRecord(Long* event, Handle stream) {
  CALL_OUTSIDE_OF_CAPTURES("cuEventRecord");
  *event = fake::done + (Long) fake::stream.size();
  return stream == (Handle) 0x57 ? 0 : fake::INVALID_VALUE;
}

API cuEventSynchronize(Long* event) {
  CALL_OUTSIDE_OF_CAPTURES("cuEventSynchronize");
  fake::counts["waits for events"]++;
  fake::run_until(*event);
  return fake::stream_error;
}

API cuEventDestroy_v2(Long* event) {
  delete event;
  fake::opened--;
  return 0;
}

API cuModuleLoadData(Handle* module, const char* image) {
  CALL_OUTSIDE_OF_CAPTURES("cuModuleLoadData");
  std::string wanted = "\x7f" "ELF sm_" + std::to_string(fake::capability(fake::current)) + "\n";
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
  std::string declaration = std::string("KERNEL ") + name + "(";
  bool declared = ((fake::Module*) module)->source.find(declaration) != std::string::npos;
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
  CALL_OF_CONTEXT("cuLaunchKernel");
  bool sizes = blocks >= 1 && size >= 1 && size <= 1024 && size % 32 == 0 && blocks_y == 1 &&
      blocks_z == 1 && size_y == 1 && size_z == 1;
  if (!sizes || shared != 0 || extra || stream != (Handle) 0x57) {
    return fake::error(fake::INVALID_VALUE, "invalid argument");
  }
  return ((int (*)(unsigned, unsigned, void**)) function)(blocks, size, arguments);
}

API cuStreamBeginCapture_v2(Handle stream, int mode) {
  CALL_OUTSIDE_OF_CAPTURES("cuStreamBeginCapture_v2");
  if (stream != (Handle) 0x57 || mode != 1) return fake::INVALID_VALUE;
  fake::capturing = true;
  fake::invalidated = false;
  fake::captured.clear();
  return 0;
}

API cuStreamEndCapture(Handle stream, fake::Graph** graph) {
  *graph = nullptr;
  if (stream != (Handle) 0x57 || !fake::capturing) return fake::INVALID_VALUE;
  fake::capturing = false;
  CALL("cuStreamEndCapture");
  if (fake::invalidated) {
    return fake::error(fake::CAPTURE_INVALIDATED, "operation failed due to a previous error");
  }
  fake::counts["captures"]++;
  *graph = new fake::Graph(fake::captured);
  fake::opened++;
  return 0;
}

API cuGraphInstantiate_v2(
    fake::Graph** executable, fake::Graph* graph, Handle node, char* log, size_t log_bytes) {
  *executable = nullptr;
  CALL_OUTSIDE_OF_CAPTURES("cuGraphInstantiate_v2");
  if (!graph || node || log || log_bytes != 0) return fake::INVALID_VALUE;
  *executable = new fake::Graph(*graph);
  fake::opened++;
  return 0;
}

/* What a graph works on must be there, as when it was captured. */
API cuGraphLaunch(fake::Graph* executable, Handle stream) {
  CALL_OUTSIDE_OF_CAPTURES("cuGraphLaunch");
  if (stream != (Handle) 0x57) return fake::INVALID_VALUE;
  for (auto& node : *executable) {
    if (!node.acceptable()) {
      return fake::error(fake::INVALID_VALUE, "a graph has what is no address on the device");
    }
  }
  for (auto& node : *executable) fake::ask(node.acceptable, node.work, node.kernel);
  fake::counts["graphs"]++;
  return 0;
}

API cuGraphExecDestroy(fake::Graph* executable) {
  delete executable;
  fake::opened--;
  return 0;
}

API cuGraphDestroy(fake::Graph* graph) {
  if (graph) fake::opened--;
  delete graph;
  return 0;
}

API cuGetErrorString(int, const char** text) {
  *text = fake::error_text.c_str();
  return 0;
}
