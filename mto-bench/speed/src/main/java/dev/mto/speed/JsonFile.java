package dev.mto.speed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.folder.AtomicFiles;
import java.nio.file.Path;

/** Files of JSON for programs, and for people who look into them. */
public final class JsonFile {
  private JsonFile() {}

  /** Replaces {@code file} by {@code value}, indented. */
  public static void write(Path file, Object value) {
    try {
      AtomicFiles.writeString(
          file,
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
