package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A graph with the weights and inputs of a reference case. */
public record OracleRun(SameDiff graph, Parameters parameters, Map<String, INDArray> feeds) {
  /** The reference's full gradients are rounded to float32. */
  private static final double FLOAT_ROUNDING = 1e-7;

  /** Copies the weights of a case into the graph's parameters. */
  public static void copy(Map<String, INDArray> weights, Parameters parameters) {
    parameters
        .arrays()
        .forEach((name, array) -> array.assign(weights.get(name).castTo(array.dataType())));
  }

  /**
   * The encoder of a case.
   *
   * @param layerScale where the case does not say
   */
  public static VitConfig vit(JsonNode config, INDArray images, double layerScale) {
    return new VitConfig(
        Math.toIntExact(images.size(1)),
        Math.toIntExact(images.size(2)),
        Math.toIntExact(images.size(3)),
        config.get("patch_size").asInt(),
        config.get("embed_dim").asInt(),
        config.get("depth").asInt(),
        config.get("num_heads").asInt(),
        config.path("mlp_ratio").asDouble(4),
        config.path("init_values").asDouble(layerScale),
        0,
        VitConfig.OFFICIAL_INIT_STD);
  }

  /** Indices of the visible tokens of each image of a mask [B, N], 1 = masked. */
  public static int[][] visible(INDArray mask) {
    return Arrays.stream(mask.toDoubleMatrix())
        .map(row -> IntStream.range(0, row.length).filter(i -> row[i] == 0).toArray())
        .toArray(int[][]::new);
  }

  /** The values of some variables. */
  public Map<String, INDArray> values(List<SDVariable> wanted) {
    return graph.output(feeds, wanted.stream().map(SDVariable::name).toList());
  }

  /** The value of a scalar. */
  public double scalar(SDVariable variable) {
    return values(List.of(variable)).get(variable.name()).getDouble(0);
  }

  /** Gradients of {@code loss} by parameter, of those it depends on; its value under its name. */
  public Map<String, INDArray> gradients(SDVariable loss) {
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    try (GraphSession session = GraphSession.withGradients(graph, loss, parameters.names())) {
      session.run(
          feeds,
          List.of(loss.name()),
          values -> {
            gradients.put(loss.name(), values.get(loss.name()).dup());
            for (String name : session.differentiable()) {
              gradients.put(name, values.get(session.gradientOf(name)).dup('c'));
            }
          });
    }
    return gradients;
  }

  /**
   * Asserts the norm of every parameter's gradient.
   *
   * @param norms by name; null where the loss does not depend on the parameter
   * @param floor gradients below this share of the total are differences of larger numbers and
   *     compared with that share
   */
  public void assertNorms(
      Map<String, INDArray> gradients, JsonNode norms, double tolerance, double floor) {
    double total = 0;
    for (JsonNode norm : norms) {
      total = Math.hypot(total, norm.asDouble());
    }
    assertThat(total).isGreaterThan(0);
    for (String name : parameters.names()) {
      double expected = norms.get(name).asDouble();
      double actual = gradients.containsKey(name) ? Closeness.norm(gradients.get(name)) : 0;
      assertThat(actual)
          .as(name)
          .isCloseTo(expected, within(tolerance * Math.max(expected, floor * total)));
    }
  }

  /** Asserts the full gradients in a file of the reference. */
  public void assertGradients(
      Map<String, INDArray> gradients, Path file, double tolerance, double floor) {
    Map<String, INDArray> expected = Oracle.npz(file);
    assertThat(expected).isNotEmpty();
    double scale = expected.values().stream().mapToDouble(Closeness::norm).max().orElseThrow();
    expected.forEach(
        (name, gradient) -> {
          if (gradients.containsKey(name)) {
            Closeness.assertClose(
                name,
                gradients.get(name),
                gradient,
                Math.max(tolerance, FLOAT_ROUNDING),
                floor * scale);
          } else {
            assertThat(Closeness.norm(gradient)).as(name).isZero();
          }
        });
  }

  /** MTO as the reference has it: summed, ranked as printed for {@code L_r} alone. */
  public MtoTerms mto(List<SDVariable> layers, SDVariable mask, String loss) {
    return MaskedTokenOptimization.add(
        graph,
        "mto",
        layers,
        mask,
        MtoOptions.defaults()
            .withReduction(Reduction.SUM)
            .withRanking(loss.equals("L_r") ? Ranking.PRINTED : Ranking.DESCRIBED));
  }

  /** Asserts the heterogeneity of each image and layer. */
  public void assertHeterogeneity(List<SDVariable> layers, JsonNode expected) {
    Map<String, INDArray> actual = values(layers);
    assertThat(expected).isNotEmpty();
    for (int image = 0; image < expected.size(); image++) {
      assertThat(layers).hasSize(expected.get(image).size());
      for (int layer = 0; layer < layers.size(); layer++) {
        double h = expected.get(image).get(layer).asDouble();
        assertThat(actual.get(layers.get(layer).name()).getDouble(image))
            .as("H%d of image %d", layer, image)
            .isCloseTo(h, within(1e-8 * Math.min(1, h)));
      }
    }
  }

  /**
   * Asserts a loss of MTO and the norms of its gradients.
   *
   * @param mto the reference's numbers
   * @return the gradients
   */
  public Map<String, INDArray> assertMto(MtoTerms terms, String name, JsonNode mto) {
    SDVariable loss =
        name.equals("L_spa") ? terms.spa() : name.equals("L_e") ? terms.e() : terms.r();
    Map<String, INDArray> gradients = gradients(loss);
    double expected = mto.get("batch_mean").get(name).asDouble();
    assertThat(gradients.get(loss.name()).getDouble(0))
        .isCloseTo(expected, within(1e-8 * expected));
    assertNorms(gradients, mto.get("grad_norm_" + name), 1e-8, 1e-6);
    return gradients;
  }

  /**
   * Trains on the same batch again and again.
   *
   * @param settings lr, betas, eps, weight_decay and the losses before each step
   * @return the losses before each step and after the last
   */
  public List<Double> train(
      SDVariable loss, JsonNode settings, BiPredicate<String, Integer> decayed) {
    Map<String, INDArray> arrays = parameters.arrays();
    List<Double> losses = new ArrayList<>();
    int steps = settings.get("loss_before_step").size() - 1;
    try (GraphSession session = GraphSession.withGradients(graph, loss, parameters.names());
        AdamW optimizer =
            new AdamW(
                arrays,
                name -> ParameterGroup.of(decayed.test(name, arrays.get(name).rank())),
                settings.get("betas").get(0).asDouble(),
                settings.get("betas").get(1).asDouble(),
                settings.get("eps").asDouble(),
                settings.get("weight_decay").asDouble())) {
      for (int step = 0; step <= steps; step++) {
        boolean update = step < steps;
        session.run(
            feeds,
            List.of(loss.name()),
            values -> {
              losses.add(values.get(loss.name()).getDouble(0));
              if (update) {
                Map<String, INDArray> gradients = new LinkedHashMap<>();
                for (String name : session.differentiable()) {
                  gradients.put(name, values.get(session.gradientOf(name)));
                }
                optimizer.step(gradients, settings.get("lr").asDouble());
              }
            });
      }
    }
    return losses;
  }

  /** Share below which gradients are differences of larger numbers. */
  public static double floor(DataType type) {
    return type == DataType.DOUBLE ? 1e-9 : 1e-3;
  }
}
