package dev.mto.engine.testing;

import static dev.mto.engine.testing.Closeness.assertNear;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.Model;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.Descent;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.state.LiveState;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A model with the weights and inputs of a reference case.
 *
 * @param folder files of the case
 * @param values its {@code values.json}
 * @param feeds images and mask; a baseline adds what else its graph takes
 */
public record OracleCase<M extends Model>(
    Path folder,
    Arithmetic arithmetic,
    JsonNode values,
    VitConfig vit,
    SameDiff graph,
    Parameters parameters,
    M model,
    Map<String, INDArray> feeds) {
  /** The reference's full gradients are rounded to float32. */
  private static final double FLOAT_ROUNDING = 1e-7;

  /** Builds a model of a case. */
  public interface Factory<M> {
    M create(VitConfig vit, JsonNode values, Parameters parameters);
  }

  /** What steps of AdamW gave: the losses before each and after the last, and gradient norms. */
  public record Trajectory(List<Double> losses, List<Double> norms) {}

  /**
   * Builds the model of a case and gives it the weights.
   *
   * @param images name of the file of images
   * @param layerScale where the case does not say
   */
  public static <M extends Model> OracleCase<M> load(
      Path folder, Arithmetic arithmetic, String images, double layerScale, Factory<M> factory) {
    DataType type = arithmetic.type();
    JsonNode values = Oracle.json(folder.resolve("values.json"));
    INDArray pictures = Oracle.npy(folder.resolve(images + ".npy")).castTo(type);
    VitConfig vit = vit(values.get("config"), pictures, layerScale);
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, type, name -> new Random(1));
    M model = factory.create(vit, values, parameters);
    copy(WeightFile.read(folder.resolve("weights.npz")), parameters);
    INDArray mask = Oracle.npy(folder.resolve("mask.npy")).castTo(type);
    Map<String, INDArray> feeds = new LinkedHashMap<>();
    feeds.put("images", pictures);
    feeds.put("mask", mask.reshape(mask.size(0), vit.patches()));
    return new OracleCase<>(folder, arithmetic, values, vit, graph, parameters, model, feeds);
  }

  private static VitConfig vit(JsonNode config, INDArray images, double layerScale) {
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

  /** Copies the weights of a case into the graph's parameters. */
  public static void copy(Map<String, INDArray> weights, Parameters parameters) {
    parameters
        .arrays()
        .forEach((name, array) -> array.assign(weights.get(name).castTo(array.dataType())));
  }

  public boolean has(String name) {
    return Files.exists(folder.resolve(name + ".npy"));
  }

  public INDArray array(String name) {
    return Oracle.npy(folder.resolve(name + ".npy"));
  }

  /** The self-supervised loss. */
  public SDVariable loss() {
    return model.outputs().loss();
  }

  /** The tokens of an encoder or decoder. */
  public TokenGroup tokens(String module) {
    return model.outputs().tokenGroups().stream()
        .filter(group -> group.module().equals(module))
        .findFirst()
        .orElseThrow();
  }

  /** The reference's numbers of MTO on the tokens of a module. */
  public JsonNode mto(String module) {
    JsonNode mto = values.get("mto");
    String name = module.replace(' ', '_');
    return mto.has(name) ? mto.get(name) : mto;
  }

  /** The values of some variables. */
  public Map<String, INDArray> values(List<SDVariable> wanted) {
    return arithmetic.values(graph, feeds, wanted);
  }

  /** The value of a variable. */
  public INDArray value(SDVariable variable) {
    return values(List.of(variable)).get(variable.name());
  }

  /** Gradients of {@code loss} by parameter, of those it depends on; its value under its name. */
  public Map<String, INDArray> gradients(SDVariable loss) {
    return arithmetic.during(
        () -> {
          Map<String, INDArray> gradients = new LinkedHashMap<>();
          try (GraphSession session = GraphSession.withGradients(graph, loss, parameters.names())) {
            session.run(
                feeds,
                List.of(loss.name()),
                values -> {
                  gradients.put(loss.name(), values.get(loss.name()).dup());
                  MeanGradients.of(session, values)
                      .forEach((name, gradient) -> gradients.put(name, gradient.dup('c')));
                });
          }
          return gradients;
        });
  }

  /** Asserts the value of a scalar. */
  public void assertScalar(SDVariable variable, double expected) {
    assertNear(variable.name(), value(variable).getDouble(0), expected, arithmetic.tolerance());
  }

  /** Asserts the values and shapes of variables, each in a file. */
  public void assertValues(Map<String, SDVariable> variables) {
    assertValues(variables, values(List.copyOf(variables.values())));
  }

  /** As the other, of values that SameDiff's own session gives. */
  public void assertValuesOfSameDiff(Map<String, SDVariable> variables) {
    List<String> names = variables.values().stream().map(SDVariable::name).toList();
    assertValues(variables, graph.output(feeds, names));
  }

  private void assertValues(Map<String, SDVariable> variables, Map<String, INDArray> actual) {
    variables.forEach(
        (file, variable) ->
            Closeness.assertClose(
                file, actual.get(variable.name()), array(file), arithmetic.tolerance(), 0));
  }

  /** Asserts the patch tokens of every layer; the reference has a class token before them. */
  public void assertTokens(String module) {
    List<SDVariable> layers = tokens(module).layers();
    Map<String, INDArray> actual = values(layers);
    INDArray expected = array(module.replace(' ', '_') + "_tokens");
    assertThat(layers).hasSize((int) expected.size(0));
    for (int layer = 0; layer < layers.size(); layer++) {
      INDArray patches =
          expected.get(
              NDArrayIndex.point(layer),
              NDArrayIndex.all(),
              NDArrayIndex.interval(1, expected.size(2)),
              NDArrayIndex.all());
      Closeness.assertClose(
          module + " " + layer,
          actual.get(layers.get(layer).name()),
          patches.dup('c'),
          arithmetic.tolerance(),
          0);
    }
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
      Map<String, INDArray> gradients, String file, double tolerance, double floor) {
    Map<String, INDArray> expected = Oracle.npz(folder.resolve(file + ".npz"));
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
  public MtoTerms addMto(List<SDVariable> layers, String loss) {
    Ranking ranking = loss.equals("L_r") ? Ranking.PRINTED : Ranking.DESCRIBED;
    return addMto(layers, MtoOptions.defaults().withReduction(Reduction.SUM).withRanking(ranking));
  }

  /** MTO on some layers. */
  public MtoTerms addMto(List<SDVariable> layers, MtoOptions options) {
    return MaskedTokenOptimization.add(graph, "mto", layers, model.outputs().mask(), options);
  }

  /** Asserts the heterogeneity of each image and layer. */
  public void assertHeterogeneity(String module) {
    JsonNode expected = mto(module).get("H");
    List<SDVariable> layers =
        addMto(tokens(module).layers(), "L_r_reversed").heterogeneityPerImage();
    Map<String, INDArray> actual = values(layers);
    assertThat(expected).isNotEmpty();
    for (int image = 0; image < expected.size(); image++) {
      assertThat(layers).hasSize(expected.get(image).size());
      for (int layer = 0; layer < layers.size(); layer++) {
        double h = expected.get(image).get(layer).asDouble();
        assertThat(actual.get(layers.get(layer).name()).getDouble(image))
            .as("H%d of image %d", layer, image)
            .isCloseTo(h, within(arithmetic.toleranceOfMto() * Math.min(1, h)));
      }
    }
  }

  /**
   * Asserts a loss of MTO and the norms of its gradients.
   *
   * @param floor as of {@link #assertNorms}
   * @return the gradients
   */
  public Map<String, INDArray> assertMto(String module, String name, double floor) {
    MtoTerms terms = addMto(tokens(module).layers(), name);
    SDVariable loss =
        name.equals("L_spa") ? terms.spa() : name.equals("L_e") ? terms.e() : terms.r();
    Map<String, INDArray> gradients = gradients(loss);
    double expected = mto(module).get("batch_mean").get(name).asDouble();
    double tolerance = arithmetic.toleranceOfMto();
    assertNear(name, gradients.get(loss.name()).getDouble(0), expected, tolerance);
    assertNorms(gradients, mto(module).get("grad_norm_" + name), tolerance, floor);
    return gradients;
  }

  /**
   * Trains on the same batch again and again.
   *
   * @param settings lr, betas, eps, weight_decay, clip if gradients are clipped, and the losses
   *     before each step
   */
  public Trajectory train(SDVariable loss, JsonNode settings) {
    return arithmetic.during(() -> trained(loss, settings));
  }

  private Trajectory trained(SDVariable loss, JsonNode settings) {
    Trajectory trajectory = new Trajectory(new ArrayList<>(), new ArrayList<>());
    int steps = settings.get("loss_before_step").size() - 1;
    double learningRate = settings.get("lr").asDouble();
    List<String> wanted = List.of(loss.name());
    Descent.MicroBatch batch = new Descent.MicroBatch(0, 1);
    Descent.Check check = (norm, mean) -> trajectory.norms().add(norm);
    LiveState state = new LiveState();
    SessionOptions options = SessionOptions.defaults().withState(state);
    try (Descent descent = descent(settings, state);
        GraphSession session =
            GraphSession.withGradients(graph, loss, parameters.names(), options)) {
      for (int step = 0; step < steps; step++) {
        session.run(
            feeds,
            wanted,
            computed ->
                descent.start(
                    MeanGradients.of(session, computed),
                    computed.get(loss.name()),
                    batch,
                    learningRate),
            values -> {
              trajectory.losses().add(values.get(loss.name()).getDouble(0));
              if (session.isOnDevice()) {
                descent.finish(values, batch, check);
              } else {
                descent.take(MeanGradients.of(session, values), batch, learningRate, check);
              }
            });
      }
      session.run(
          feeds, wanted, values -> trajectory.losses().add(values.get(loss.name()).getDouble(0)));
    }
    return trajectory;
  }

  private Descent descent(JsonNode settings, LiveState state) {
    Map<String, INDArray> arrays = parameters.arrays();
    AdamW optimizer =
        new AdamW(
            arrays,
            name -> ParameterGroup.of(model.decayed(name, arrays.get(name).rank())),
            settings.get("betas").get(0).asDouble(),
            settings.get("betas").get(1).asDouble(),
            settings.get("eps").asDouble(),
            settings.get("weight_decay").asDouble(),
            state);
    return new Descent(optimizer, state, settings.path("clip").asDouble(), Collective.alone());
  }

  /** Asserts a figure of every step. */
  public void assertSteps(String figure, List<Double> actual, JsonNode expected) {
    assertThat(actual).hasSize(expected.size());
    for (int step = 0; step < actual.size(); step++) {
      double value = expected.get(step).asDouble();
      assertNear(figure + " " + step, actual.get(step), value, arithmetic.tolerance());
    }
  }

  /** Asserts the norms of parameters, those of some names. */
  public void assertLengths(JsonNode lengths, Predicate<String> compared) {
    parameters
        .arrays()
        .forEach(
            (name, array) -> {
              if (compared.test(name)) {
                double length = lengths.get(name).asDouble();
                assertNear(name, Closeness.norm(array), length, arithmetic.tolerance());
              }
            });
  }
}
