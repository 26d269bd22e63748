package dev.mto.models.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of named tensors in any format that is known. */
public final class WeightFile {
  private enum Format {
    NUMPY,
    TORCH,
    SAFETENSORS,
    SHARDS
  }

  private static final int LONGEST_NAME = 500;
  private static final int SHOWN = 40;
  private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private WeightFile() {}

  /**
   * Reads safetensors, a NumPy archive (.npz), a PyTorch checkpoint (.pth, .pt, .bin, .ckpt) or the
   * index of a model in several of them, told apart by extension and first bytes; of a folder, the
   * file that Hugging Face names so.
   *
   * @return tensors by name; of a PyTorch checkpoint, its model
   * @throws WeightFileException when the file cannot be read, is damaged or of another kind
   */
  public static Map<String, INDArray> read(Path path) {
    return read(path, null);
  }

  /**
   * Reads one entry of a training checkpoint, such as {@code model_ema}.
   *
   * @param entry its name; in files without entries, what stands before a dot in the names of its
   *     tensors; or null for what {@link #read(Path)} finds
   * @throws WeightFileException when the file cannot be read, is damaged or has no such entry
   */
  public static Map<String, INDArray> read(Path path, String entry) {
    Path file = ModelFolder.file(path);
    Format format = format(file);
    Map<String, INDArray> tensors =
        switch (format) {
          case NUMPY -> NpzFile.read(file);
          case TORCH -> TorchFile.read(file, entry);
          case SAFETENSORS -> SafeTensors.read(file).tensors();
          case SHARDS -> ShardIndex.read(file).tensors(WeightFile::shard);
        };
    requirePrintable(file, tensors.keySet());
    return entry == null || format == Format.TORCH ? tensors : group(file, entry, tensors);
  }

  private static Map<String, INDArray> shard(Path file) {
    return format(file) == Format.TORCH ? TorchFile.read(file) : SafeTensors.read(file).tensors();
  }

  private static Map<String, INDArray> group(
      Path file, String entry, Map<String, INDArray> tensors) {
    Map<String, INDArray> group = new LinkedHashMap<>();
    String start = entry + ".";
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(start)) {
            group.put(name.substring(start.length()), tensor);
          }
        });
    if (group.isEmpty()) {
      throw WeightFileException.of(
          file, "has no entry '%1$s': no name in it begins with '%1$s.'".formatted(entry));
    }
    return group;
  }

  /**
   * Says what a file holds without reading the values.
   *
   * @throws WeightFileException when the file cannot be read, is damaged or of another kind
   */
  public static WeightSummary describe(Path path) {
    Path file = ModelFolder.file(path);
    WeightSummary summary =
        switch (format(file)) {
          case NUMPY -> new WeightSummary("NumPy archive", Map.of(), NpzFile.describe(file));
          case TORCH -> TorchFile.describe(file);
          case SAFETENSORS ->
              new WeightSummary("safetensors", Map.of(), SafeTensors.describe(file));
          case SHARDS -> describe(ShardIndex.read(file));
        };
    requirePrintable(file, summary.entries().keySet());
    requirePrintable(file, summary.tensors().keySet());
    return summary;
  }

  private static WeightSummary describe(ShardIndex index) {
    return new WeightSummary(
        "index of a model in " + index.count() + " files",
        Map.of(),
        index.tensors(
            shard ->
                format(shard) == Format.TORCH
                    ? TorchFile.describe(shard).tensors()
                    : SafeTensors.describe(shard)));
  }

  /** Names are shown to people: a terminal must not be told anything by them. */
  private static void requirePrintable(Path file, Set<String> names) {
    for (String name : names) {
      if (name.length() > LONGEST_NAME || NOT_PRINTABLE.matcher(name).find()) {
        throw WeightFileException.of(
            file,
            "holds the name '%s' of %d characters, which no model has: names are of up to %d printable ones"
                .formatted(
                    name.substring(0, Math.min(name.length(), SHOWN)),
                    name.length(),
                    LONGEST_NAME));
      }
    }
  }

  private static Format format(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    try {
      LargeFilePointer.refuse(file);
      if (name.endsWith(".npz")) {
        return Format.NUMPY;
      }
      if (ShardIndex.recognises(file)) {
        return Format.SHARDS;
      }
      boolean named = name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".bin");
      return named || TorchFile.recognises(file) ? Format.TORCH : Format.SAFETENSORS;
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }
}
