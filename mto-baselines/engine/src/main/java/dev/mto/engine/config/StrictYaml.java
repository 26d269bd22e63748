package dev.mto.engine.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;

/**
 * YAML as configurations need it, and nothing beyond: one document of limited size and depth, each
 * key once, no anchors and aliases. Errors tell the line.
 */
final class StrictYaml {
  private static final int MOST_BYTES = 1 << 20;
  private static final int DEEPEST = 20;
  private static final ObjectMapper TREES =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private StrictYaml() {}

  /** The text of a file. */
  static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new UserException(file + ": is above 1 MB, as no configuration is");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new UserException(
          file + ": no such file; give a configuration such as configs/quickstart.yaml", e);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /**
   * The tree of a document; a missing node for an empty one.
   *
   * @param source where the text is from, for messages
   * @throws UserException when it is not valid, or not strict
   */
  static JsonNode parse(String source, String text) {
    try {
      check(source, text);
      JsonNode tree = TREES.readTree(text);
      return tree == null ? MissingNode.getInstance() : tree;
    } catch (MarkedYAMLException e) {
      throw refused(source, e.getProblemMark(), "not valid YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new UserException(source + ": not valid YAML: " + firstLine(e.getMessage()), e);
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new UserException(
          source + line + ": not valid YAML: " + firstLine(e.getOriginalMessage()), e);
    }
  }

  private static void check(String source, String text) {
    int documents = 0;
    int depth = 0;
    for (Event event : new Yaml(new LoaderOptions()).parse(new StringReader(text))) {
      if (event instanceof DocumentStartEvent && ++documents > 1) {
        throw refused(source, event.getStartMark(), "a second document begins; leave one");
      }
      if (event instanceof AliasEvent) {
        throw refused(
            source, event.getStartMark(), "an alias, which is not supported; write the value");
      }
      if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        throw refused(source, event.getStartMark(), "nested more than " + DEEPEST + " deep");
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private static UserException refused(String source, Mark mark, String problem) {
    String line = mark == null ? "" : ", line " + (mark.getLine() + 1);
    return new UserException(source + line + ": " + problem);
  }

  private static String firstLine(String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
