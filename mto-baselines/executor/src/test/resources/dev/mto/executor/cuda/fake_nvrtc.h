// NVRTC whose machine code is the source with a head.

namespace fake {

struct Program {
  std::string source, cubin, log;
};

}  // namespace fake

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
