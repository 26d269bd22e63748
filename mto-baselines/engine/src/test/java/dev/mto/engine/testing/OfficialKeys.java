package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The entries of an official checkpoint.
 *
 * @param shapes shape by name, as {@code [1, 197, 768]}
 * @param frozen names of entries that are not trained
 * @param values all values of floating-point entries that are parameters
 */
public record OfficialKeys(Map<String, String> shapes, List<String> frozen, long values) {
  private static final int BUILT = 2;
  private static final Pattern LAST_BLOCK =
      Pattern.compile("(^|\\.)blocks\\." + (BUILT - 1) + "\\.");

  /** Reads a listing from the class path. */
  public static OfficialKeys read(Class<?> place, String resource) {
    try (InputStream in = place.getResourceAsStream(resource)) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      Map<String, String> shapes = new LinkedHashMap<>();
      lines.stream()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .forEach(fields -> shapes.put(fields[0], fields[1]));
      List<String> frozen =
          lines.stream()
              .filter(line -> line.endsWith(" frozen"))
              .map(line -> line.substring(0, line.indexOf('\t')))
              .toList();
      String header = lines.get(0);
      String total = header.replaceFirst(".*total params (\\d+),.*", "$1");
      return new OfficialKeys(shapes, frozen, Long.parseLong(total));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The encoder of a preset for images of 224 pixels in patches of 16, with two blocks only: the
   * others' values would take a gigabyte, and {@link #assertHeldBy} counts them in.
   */
  public static VitConfig vit(String preset, double layerScale) {
    VitPreset size = VitPreset.named(preset);
    return new VitConfig(
        3,
        224,
        224,
        16,
        size.dim(),
        BUILT,
        size.heads(),
        4,
        layerScale,
        0,
        VitConfig.OFFICIAL_INIT_STD);
  }

  /**
   * Asserts that a model has these entries: all names, shapes and values, and no others.
   *
   * @param preset of the model, which has only the first blocks of it
   */
  public void assertHeldBy(String preset, Parameters parameters, Map<String, INDArray> buffers) {
    Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.arrays());
    tensors.putAll(parameters.tables());
    tensors.putAll(buffers);
    assertHeldBy(preset, tensors);
    Map<String, INDArray> counted = new LinkedHashMap<>(parameters.arrays());
    frozen.forEach(name -> counted.put(name, parameters.tables().get(name)));
    long total =
        counted.entrySet().stream()
            .mapToLong(entry -> entry.getValue().length() * names(preset, entry.getKey()).size())
            .sum();
    assertThat(total).isEqualTo(values);
    assertThat(parameters.tables().keySet()).containsAll(frozen);
  }

  /** Asserts that these are all entries, by name and shape. */
  public void assertHeldBy(String preset, Map<String, INDArray> tensors) {
    Map<String, String> held = new LinkedHashMap<>();
    tensors.forEach(
        (name, array) ->
            names(preset, name).forEach(each -> held.put(each, Arrays.toString(array.shape()))));
    assertThat(held).containsExactlyInAnyOrderEntriesOf(shapes);
  }

  /**
   * A tensor's name; for one of the last block that is built, also those of the blocks after it.
   */
  private static List<String> names(String preset, String name) {
    Matcher block = LAST_BLOCK.matcher(name);
    if (!block.find()) {
      return List.of(name);
    }
    return IntStream.range(BUILT - 1, VitPreset.named(preset).depth())
        .mapToObj(i -> block.replaceFirst("$1blocks." + i + "."))
        .toList();
  }
}
