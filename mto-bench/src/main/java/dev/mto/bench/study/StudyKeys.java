package dev.mto.bench.study;

import dev.mto.engine.config.SettingKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The keys of a study file. */
public final class StudyKeys {
  private StudyKeys() {}

  /** All of them, as their record describes them. */
  public static List<SettingKey> all() {
    return SettingKey.of("", StudyConfig.class);
  }

  /** Their defaults, as YAML. */
  public static String defaults() {
    try (InputStream defaults = StudyConfig.class.getResourceAsStream("study.yaml")) {
      return new String(defaults.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("study.yaml", e);
    }
  }
}
