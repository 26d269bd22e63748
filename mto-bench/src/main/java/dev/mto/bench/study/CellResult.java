package dev.mto.bench.study;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.config.MtoConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.report.MetricsFile;
import dev.mto.engine.report.MetricsRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjDoubleConsumer;

/**
 * What a finished cell gave, small enough to be kept under version control.
 *
 * @param hash of the cell
 * @param commit of the program that made it
 * @param machine backend, threads and more of it
 * @param seconds of its commands by name
 * @param weights of L_spa, L_e and L_r, zeros without MTO; by gradient share the largest of the run
 * @param loss mean self-supervised training loss of each epoch
 * @param validation mean self-supervised loss of the validation images by epoch, under masks that
 *     are the same in each; empty where {@code data.val} is not given
 * @param bound of H in nats: ln of the visible tokens
 * @param heterogeneity H in nats of layers 0 to L (eq. 2), by epoch and token group, whose name is
 *     empty for a method's only one
 * @param maskedNorm mean length of masked tokens, as heterogeneity; empty in results of before
 * @param visibleNorm the same of visible ones
 * @param images of which H is a mean, in an order that no seed changes; null in results of before,
 *     where it was one batch in an order by the seed
 * @param accuracy top-1 as a share, by kind of measurement and epoch of pre-training
 * @param pixels top-1 of k-NN on raw pixels of the same images; null where k-NN was not measured
 */
record CellResult(
    String hash,
    String baseline,
    String variant,
    long seed,
    String commit,
    Map<String, Object> machine,
    Map<String, Double> seconds,
    Weights weights,
    List<Double> loss,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<Integer, Double> validation,
    double bound,
    SortedMap<Integer, SortedMap<String, List<Double>>> heterogeneity,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        SortedMap<Integer, SortedMap<String, List<Double>>> maskedNorm,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        SortedMap<Integer, SortedMap<String, List<Double>>> visibleNorm,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer images,
    SortedMap<String, SortedMap<Integer, Double>> accuracy,
    Double pixels) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Checks the names, which become parts of names of files; results of before had less. */
  CellResult {
    if (!isFileName(baseline) || !isFileName(variant)) {
      throw new IllegalArgumentException(
          "baseline '%s' and variant '%s' must be names".formatted(baseline, variant));
    }
    validation = validation == null ? new TreeMap<>() : validation;
    maskedNorm = maskedNorm == null ? new TreeMap<>() : maskedNorm;
    visibleNorm = visibleNorm == null ? new TreeMap<>() : visibleNorm;
  }

  static boolean isFileName(String name) {
    return name != null && name.matches("\\w[\\w.-]*");
  }

  /** Weights of the three losses. */
  record Weights(double spa, double e, double r) {}

  /** Seconds of all commands. */
  double allSeconds() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Top-1 by epoch of pre-training; empty where this was not measured. */
  SortedMap<Integer, Double> curve(Measurement.Kind kind) {
    return accuracy.getOrDefault(kind.command(), new TreeMap<>());
  }

  /** Training loss of the last epoch, without MTO's terms. */
  OptionalDouble lastLoss() {
    return loss.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(loss.get(loss.size() - 1));
  }

  /** Self-supervised loss by epoch: of validation images where there are any. */
  SortedMap<Integer, Double> losses() {
    if (!validation.isEmpty()) {
      return validation;
    }
    SortedMap<Integer, Double> losses = new TreeMap<>();
    for (int epoch = 1; epoch <= loss.size(); epoch++) {
      losses.put(epoch, loss.get(epoch - 1));
    }
    return losses;
  }

  /** Validation loss after the last epoch, without MTO's terms. */
  OptionalDouble lastValidation() {
    return validation.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(validation.get(validation.lastKey()));
  }

  /** Without the figures of withdrawn measurements. */
  CellResult valid(List<Measurement> measurements) {
    SortedMap<String, SortedMap<Integer, Double>> valid = new TreeMap<>(accuracy);
    measurements.stream()
        .filter(Measurement::withdrawn)
        .forEach(measurement -> valid.remove(measurement.kind().command()));
    return new CellResult(
        hash,
        baseline,
        variant,
        seed,
        commit,
        machine,
        seconds,
        weights,
        loss,
        validation,
        bound,
        heterogeneity,
        maskedNorm,
        visibleNorm,
        images,
        valid,
        pixels);
  }

  /** Reads one. */
  static CellResult read(Path file) {
    try {
      return JSON.readValue(file.toFile(), CellResult.class);
    } catch (IOException e) {
      throw new UserException(
          "%s: not the result of a cell (%s); remove it to run the cell again"
              .formatted(file, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /** Gathers what a cell's commands wrote. */
  static CellResult of(Cell cell, CellFolder folder) {
    try {
      SortedMap<Integer, SortedMap<String, List<Double>>> heterogeneity = new TreeMap<>();
      SortedMap<Integer, SortedMap<String, List<Double>>> maskedNorm = new TreeMap<>();
      SortedMap<Integer, SortedMap<String, List<Double>>> visibleNorm = new TreeMap<>();
      double bound = Double.NaN;
      Integer images = null;
      for (int epoch : cell.epochs()) {
        JsonNode figures = JSON.readTree(folder.heterogeneity(epoch).toFile());
        bound = figures.get("bound").asDouble();
        images = figures.get("images").asInt();
        heterogeneity.put(epoch, layers(figures, "heterogeneity"));
        maskedNorm.put(epoch, layers(figures, "masked_norm"));
        visibleNorm.put(epoch, layers(figures, "visible_norm"));
      }
      SortedMap<String, SortedMap<Integer, Double>> accuracy = new TreeMap<>();
      Double pixels = null;
      for (Measurement measurement : cell.measurements()) {
        SortedMap<Integer, Double> curve = new TreeMap<>();
        for (int epoch : measurement.epochs()) {
          JsonNode figures = JSON.readTree(folder.figures(measurement.kind(), epoch).toFile());
          curve.put(epoch, figures.get("top1").asDouble());
          if (figures.has("pixels_top1")) {
            pixels = figures.get("pixels_top1").asDouble();
          }
        }
        accuracy.put(measurement.kind().command(), curve);
      }
      JsonNode provenance = JSON.readTree(folder.run().resolve("provenance.json").toFile());
      return new CellResult(
          cell.hash(),
          cell.baseline(),
          cell.variant(),
          cell.seed(),
          provenance.path("mto.commit").asText(),
          machine(provenance),
          new CellSteps(folder.root()).readDone(),
          weights(cell.config().mto(), folder.run()),
          List.copyOf(epochMeans(folder.run(), "loss.ss").values()),
          epochMeans(folder.run(), "val_loss"),
          bound,
          heterogeneity,
          maskedNorm,
          visibleNorm,
          images,
          accuracy,
          pixels);
    } catch (IOException e) {
      throw FileException.reading(folder.root(), e);
    }
  }

  private static Map<String, Object> machine(JsonNode provenance) {
    Map<String, Object> machine = new TreeMap<>();
    for (String key : List.of("backend", "threads", "cores", "os", "java.version")) {
      machine.put(key, provenance.path(key).asText());
    }
    return machine;
  }

  /** One value a layer, by token group. */
  private static SortedMap<String, List<Double>> layers(JsonNode figures, String name) {
    SortedMap<String, List<Double>> layers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : figures.properties()) {
      if (field.getKey().startsWith(name)) {
        layers.put(
            field.getKey().substring(name.length()).replaceFirst("^\\.", ""),
            JSON.convertValue(field.getValue(), new TypeReference<>() {}));
      }
    }
    return layers;
  }

  /** The weights of a run, with the measured ones read from its metrics. */
  static Weights weights(MtoConfig mto, Path run) {
    if (!mto.enabled()) {
      return new Weights(0, 0, 0);
    }
    if (mto.gradientShare() == 0) {
      return new Weights(mto.weights().spa(), mto.weights().e(), mto.weights().r());
    }
    return new Weights(
        largest(run, "mto_weight.spa"), largest(run, "mto_weight.e"), largest(run, "mto_weight.r"));
  }

  private static double largest(Path run, String name) {
    double[] largest = new double[1];
    forEachRow(run, name, (row, value) -> largest[0] = Math.max(largest[0], value));
    return largest[0];
  }

  /** Means over the steps of each epoch that have the number. */
  private static SortedMap<Integer, Double> epochMeans(Path run, String name) {
    SortedMap<Integer, double[]> sums = new TreeMap<>();
    forEachRow(
        run,
        name,
        (row, value) -> {
          int epoch = (int) Math.ceil(row.number("epoch").orElse(0) - 1e-9);
          double[] sum = sums.computeIfAbsent(epoch, e -> new double[2]);
          sum[0] += value;
          sum[1]++;
        });
    SortedMap<Integer, Double> means = new TreeMap<>();
    sums.forEach((epoch, sum) -> means.put(epoch, sum[0] / sum[1]));
    return means;
  }

  /** The rows that have the number, with it; none of a run that made no step. */
  private static void forEachRow(Path run, String name, ObjDoubleConsumer<MetricsRow> use) {
    Path metrics = run.resolve("metrics.jsonl");
    if (Files.exists(metrics)) {
      MetricsFile.forEach(
          metrics, row -> row.number(name).ifPresent(value -> use.accept(row, value)));
    }
  }
}
