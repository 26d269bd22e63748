package dev.mto.deeplearning4j;

/**
 * The name of a parameter in a network: the official one with hyphens for its underscores, since
 * Deeplearning4j takes what is before the last underscore for the layer's name.
 */
final class ParameterKey {
  private ParameterKey() {}

  static String of(String official) {
    return official.replace('_', '-');
  }

  static String official(String key) {
    return key.replace('-', '_');
  }
}
