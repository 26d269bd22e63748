package dev.mto.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A native build of ND4J.
 *
 * @param classifier its Maven classifier
 */
record NativeBuild(String classifier) {
  private static final Pattern JAR =
      Pattern.compile(
          "nd4j-(?:native|cuda-[0-9.]+)-[^-]+-M?[0-9.]*-?((?:linux|macosx|windows).*)\\.jar");

  /** The one on this process's class path. */
  static NativeBuild onClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> JAR.matcher(Path.of(entry).getFileName().toString()))
        .filter(Matcher::matches)
        .map(matcher -> new NativeBuild(matcher.group(1)))
        .findFirst()
        .orElse(new NativeBuild("unknown"));
  }

  /** The fastest that this processor runs; the one in use where that is not known. */
  static NativeBuild bestHere() {
    try {
      return onClassPath().classifier().startsWith("linux-x86_64")
          ? bestFor(Files.readString(Path.of("/proc/cpuinfo")))
          : onClassPath();
    } catch (IOException e) {
      return onClassPath();
    }
  }

  /** The fastest Linux x86-64 build for a processor, from the text of /proc/cpuinfo. */
  static NativeBuild bestFor(String cpuInfo) {
    String flags = cpuInfo.lines().filter(l -> l.startsWith("flags")).findFirst().orElse("") + " ";
    if (flags.contains(" avx512f ") && flags.contains(" avx512bw ")) {
      return new NativeBuild("linux-x86_64-onednn-avx512");
    }
    return new NativeBuild(
        flags.contains(" avx2 ") ? "linux-x86_64-onednn-avx2" : "linux-x86_64-onednn");
  }
}
