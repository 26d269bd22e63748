package dev.mto.engine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
}
