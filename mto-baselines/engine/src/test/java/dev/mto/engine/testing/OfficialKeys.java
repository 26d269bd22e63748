package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The entries of an official checkpoint.
 *
 * @param shapes shape by name, as {@code [1, 197, 768]}
 * @param frozen names of entries that are not trained
 * @param values all values of floating-point entries that are parameters
 */
public record OfficialKeys(Map<String, String> shapes, List<String> frozen, long values) {
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

  /** The encoder of a preset for images of 224 pixels in patches of 16. */
  public static VitConfig vit(String preset, double layerScale) {
    VitPreset size = VitPreset.named(preset);
    return new VitConfig(
        3,
        224,
        224,
        16,
        size.dim(),
        size.depth(),
        size.heads(),
        4,
        layerScale,
        0,
        VitConfig.OFFICIAL_INIT_STD);
  }

  /** Asserts that a model has these entries: all names, shapes and values, and no others. */
  public void assertHeldBy(Parameters parameters, Map<String, INDArray> buffers) {
    Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.arrays());
    tensors.putAll(parameters.tables());
    tensors.putAll(buffers);
    assertThat(shapesOf(tensors)).containsExactlyInAnyOrderEntriesOf(shapes);
    List<INDArray> counted = new ArrayList<>(parameters.arrays().values());
    frozen.forEach(name -> counted.add(parameters.tables().get(name)));
    assertThat(counted.stream().mapToLong(INDArray::length).sum()).isEqualTo(values);
    assertThat(parameters.tables().keySet()).containsAll(frozen);
  }

  /** Shapes by name. */
  public static Map<String, String> shapesOf(Map<String, INDArray> tensors) {
    Map<String, String> shapes = new LinkedHashMap<>();
    tensors.forEach((name, array) -> shapes.put(name, Arrays.toString(array.shape())));
    return shapes;
  }
}
