package dev.mto.models.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Hugging Face's index of a model in several files, {@code model.safetensors.index.json} or {@code
 * pytorch_model.bin.index.json}: its {@code weight_map} says which tensor is in which file. The
 * files are beside the index; one that names any other is refused.
 */
final class ShardIndex {
  private static final String SUFFIX = ".index.json";
  private static final int LONGEST = 64 << 20;

  /** A file name without any way out of the folder, and not that of an index. */
  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\\.json)");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final Path file;
  private final Map<String, String> shards;

  private ShardIndex(Path file, Map<String, String> shards) {
    this.file = file;
    this.shards = shards;
  }

  static boolean recognises(Path file) {
    return file.getFileName().toString().endsWith(SUFFIX);
  }

  /**
   * Reads an index, not yet its files.
   *
   * @throws WeightFileException when it is not one, or names a file that is not beside it
   */
  static ShardIndex read(Path file) {
    JsonNode map = tree(file).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw WeightFileException.of(file, "has no weight_map, so it is not the index of a model");
    }
    Map<String, String> shards = new LinkedHashMap<>();
    map.fields()
        .forEachRemaining(
            field -> {
              String shard = field.getValue().asText();
              if (!SHARD.matcher(shard).matches()) {
                throw WeightFileException.of(
                    file, "names '" + shard + "', which is not a file of weights beside it");
              }
              shards.put(field.getKey(), shard);
            });
    return new ShardIndex(file, shards);
  }

  private static JsonNode tree(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw WeightFileException.of(file, "is far longer than an index of files is");
      }
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new WeightFileException(file + ": is not JSON, as an index of files is", e);
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }

  /** Number of files. */
  int count() {
    return names().size();
  }

  private Set<String> names() {
    return new LinkedHashSet<>(shards.values());
  }

  /**
   * What all files give together, file by file; also what the index does not list.
   *
   * @param read gives what one file holds by the tensors' names
   * @throws WeightFileException when a tensor is not in the file that the index says, or in two
   */
  <T> Map<String, T> tensors(Function<Path, Map<String, T>> read) {
    Map<String, T> tensors = new LinkedHashMap<>();
    for (String shard : names()) {
      Map<String, T> held = read.apply(file.resolveSibling(shard));
      shards.forEach(
          (name, of) -> {
            if (of.equals(shard) && !held.containsKey(name)) {
              throw WeightFileException.of(
                  file, "says that " + shard + " holds '" + name + "', but it does not");
            }
          });
      held.forEach(
          (name, tensor) -> {
            if (tensors.put(name, tensor) != null) {
              throw WeightFileException.of(file, "'" + name + "' is in two of its files");
            }
          });
    }
    return tensors;
  }
}
