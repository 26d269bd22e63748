package dev.mto.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the folder of a job says of its classifier, so that it can be used without the run or file
 * that the encoder came from: {@code model.yaml}, {@code encoder.safetensors} where the job's
 * checkpoints hold no encoder, {@code head.safetensors} where there are none, and, last, {@code
 * classifier.json}.
 */
record KeptClassifier(Path root) {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private Path description() {
    return root.resolve("classifier.json");
  }

  private Path model() {
    return root.resolve("model.yaml");
  }

  Path encoder() {
    return root.resolve("encoder.safetensors");
  }

  Path head() {
    return root.resolve("head.safetensors");
  }

  Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** Whether a classifier is there. */
  boolean exists() {
    return Files.exists(description());
  }

  /**
   * Writes all of it.
   *
   * @param encoder tensors of a frozen encoder; empty where checkpoints hold it. A file that is
   *     there stays: it is of the same weights, as the job has noted their checksum
   */
  void write(RunConfig config, ClassifierDescription description, Map<String, INDArray> encoder) {
    AtomicFiles.writeString(model(), ConfigLoader.write(config));
    if (!encoder.isEmpty() && !Files.exists(encoder())) {
      write(encoder(), encoder);
    }
    try {
      AtomicFiles.writeString(
          description(),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static void write(Path file, Map<String, INDArray> tensors) {
    AtomicFiles.write(
        file, temporary -> SafeTensors.write(temporary, tensors, Map.of("format", "pt")));
  }

  /** What the model was configured by. */
  RunConfig readConfig() {
    return ConfigLoader.read(model());
  }

  /**
   * What the classifier is.
   *
   * @throws UserException when there is none, or what is there is damaged
   */
  ClassifierDescription readDescription() {
    if (!exists()) {
      throw new UserException(
          root
              + ": no classifier there (it has no classifier.json); give the folder of evaluate"
              + " finetune, linear or attentive. One that an earlier version made gets it by the"
              + " same command with --resume");
    }
    try {
      return JSON.readValue(description().toFile(), ClassifierDescription.class);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof UserException told ? told : e;
      throw new UserException(
          description()
              + ": is damaged ("
              + cause.getMessage().lines().findFirst().orElse("")
              + "); write it again by the job's command with --resume",
          e);
    } catch (IOException e) {
      throw FileException.reading(description(), e);
    }
  }
}
