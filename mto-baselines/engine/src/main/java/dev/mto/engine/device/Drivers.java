package dev.mto.engine.device;

import java.util.Map;
import java.util.Optional;

/**
 * The drivers that a version of CUDA works with. Source: NVIDIA's CUDA toolkit release notes,
 * tables 2 and 3 (minor-version compatibility).
 *
 * @param own the driver that came with it; everything newer works
 * @param oldest the oldest of the same major version, which works by minor-version compatibility:
 *     for programs whose device code needs no translation
 */
record Drivers(DriverVersion own, DriverVersion oldest) {
  private static final Map<String, Drivers> LINUX = Map.of("11.6", of("510.39.01", "450.80.02"));
  private static final Map<String, Drivers> WINDOWS = Map.of("11.6", of("511.23", "452.39"));

  /** Those for a version of CUDA; empty where they are not known here. */
  static Optional<Drivers> forCuda(String version, String operatingSystem) {
    return Optional.ofNullable(
        (operatingSystem.startsWith("Windows") ? WINDOWS : LINUX).get(version));
  }

  private static Drivers of(String own, String oldest) {
    return new Drivers(new DriverVersion(own), new DriverVersion(oldest));
  }
}
