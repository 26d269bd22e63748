package dev.mto.speed.step;

import java.util.Locale;

/** The library in which libtorch multiplies matrices. */
enum Blas {
  /** What {@code org.bytedeco:pytorch} comes with. */
  OPENBLAS("libtorch OpenBLAS", "peer"),
  /** Intel's. */
  MKL("libtorch MKL", "peer_mkl");

  private final String title;
  private final String key;

  Blas(String title, String key) {
    this.title = title;
    this.key = key;
  }

  /** Name for people. */
  String title() {
    return title;
  }

  /** Start of its keys in JSON. */
  String key() {
    return key;
  }

  /** The key of our time over its time. */
  String ratioKey() {
    return this == OPENBLAS ? "ratio" : "ratio_mkl";
  }

  /** Name in options and for the loader. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
