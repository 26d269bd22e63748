package dev.mto.evaluation.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An array of objects {@code {"path": …, "top": [{"class": …, "probability": …}, …]}}, with {@code
 * "label"} where images lie in the folders of their classes.
 */
final class JsonPredictions implements PredictionWriter {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private final SequenceWriter objects;

  JsonPredictions(Path file) throws IOException {
    this.objects =
        JSON.writerWithDefaultPrettyPrinter()
            .writeValuesAsArray(Files.newBufferedWriter(file, StandardCharsets.UTF_8));
  }

  @Override
  public void write(Prediction prediction) throws IOException {
    objects.write(prediction);
  }

  @Override
  public void close() throws IOException {
    objects.close();
  }
}
