package dev.mto.speed.step;

import java.util.Locale;

/** The library in which libtorch multiplies matrices. */
enum Blas {
  /** What {@code org.bytedeco:pytorch} comes with. */
  OPENBLAS("libtorch OpenBLAS", ""),
  /** Intel's. */
  MKL("libtorch MKL", "_mkl");

  private final String title;
  private final String suffix;

  Blas(String title, String suffix) {
    this.title = title;
    this.suffix = suffix;
  }

  /** Name for people. */
  String title() {
    return title;
  }

  /** A key in JSON: {@code peer} for OpenBLAS, {@code peer_mkl} for MKL. */
  String key(String name) {
    return name + suffix;
  }

  /** Name in options and for the loader. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
