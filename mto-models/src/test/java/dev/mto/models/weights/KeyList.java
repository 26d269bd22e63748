package dev.mto.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists of names and shapes of full-size models, in resources {@code names/}. */
final class KeyList {
  private KeyList() {}

  static Map<String, List<Long>> read(String name) throws IOException {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    try (InputStream in = KeyList.class.getResourceAsStream("/names/" + name + ".tsv")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .forEach(columns -> shapes.put(columns[0], shape(columns[1])));
    }
    return shapes;
  }

  private static List<Long> shape(String text) {
    return Arrays.stream(text.substring(1, text.length() - 1).split(", "))
        .map(Long::valueOf)
        .toList();
  }
}
