package dev.mto.engine.listeners;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.FileException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes {@code metrics.jsonl}, flushed at every step so that it can be followed. */
public final class MetricsListener implements TrainingListener {
  private final ObjectMapper json = new ObjectMapper();
  private final Path file;
  private final BufferedWriter out;

  /** Goes on at the end of {@code file}, which need not be there. */
  public MetricsListener(Path file) {
    this.file = file;
    try {
      out =
          Files.newBufferedWriter(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND,
              LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  @Override
  public void stepDone(StepMetrics row) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("step", row.step());
    object.put("epoch", row.epoch());
    object.putAll(row.values());
    try {
      out.write(json.writeValueAsString(object));
      out.write('\n');
      out.flush();
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }
}
