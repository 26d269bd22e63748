package dev.mto.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mto.engine.errors.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The results that {@code evaluate} has left in a run's folder. */
final class Evaluations {
  private Evaluations() {}

  /**
   * Top-1 accuracy, 0 to 1, by the name of the job's folder; jobs without a result are left out.
   */
  static Map<String, Double> of(Path run) {
    Path folder = run.resolve("evaluate");
    Map<String, Double> top1 = new TreeMap<>();
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return top1;
    }
    try (Stream<Path> jobs = Files.list(folder)) {
      for (Path job : jobs.sorted().toList()) {
        Path result = job.resolve("result.json");
        if (Files.isRegularFile(result, LinkOption.NOFOLLOW_LINKS)) {
          JsonNode accuracy = read(result).path("top1");
          if (accuracy.isNumber()) {
            top1.put(String.valueOf(job.getFileName()), accuracy.asDouble());
          }
        }
      }
      return top1;
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }

  private static JsonNode read(Path result) throws IOException {
    try {
      return new JsonMapper().readTree(result.toFile());
    } catch (JsonProcessingException e) {
      return new JsonMapper().createObjectNode(); // half-written or of something else
    }
  }
}
