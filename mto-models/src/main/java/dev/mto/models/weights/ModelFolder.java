package dev.mto.models.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model's folder, as a download from Hugging Face is: which of its files holds the weights. */
final class ModelFolder {
  /** In the order in which transformers looks for them. */
  private static final List<String> NAMES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private ModelFolder() {}

  /**
   * The file to read: {@code path} itself unless it is a folder.
   *
   * @throws WeightFileException when a folder has none of the usual names
   */
  static Path file(Path path) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    return NAMES.stream()
        .map(path::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                WeightFileException.of(
                    path,
                    "a folder without "
                        + String.join(", ", NAMES)
                        + ": name the file of weights itself"));
  }
}
