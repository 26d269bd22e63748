package dev.mto.engine.weights;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.executor.memory.AvailableMemory;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.NamedTensors;
import dev.mto.models.weights.WeightMatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The encoder of a file of weights, as pre-training left it or as fine-tuning did: with positions
 * of its own, learned or of each block, where the file holds them.
 */
final class EncoderFile {
  private static final String TEACHER = WeightSource.TEACHER;

  /** Before names in what fine-tuning saves. */
  private static final String AVERAGE = "average.";

  private final WeightSource source;
  private final RunConfig config;
  private final Parameters pretrained;
  private final Parameters fineTuned;
  private final Consumer<String> say;

  /**
   * A file that is not read yet.
   *
   * @param say is told what was done to names, and which tensors are not used
   * @throws UserException when the configured model is not possible
   */
  EncoderFile(Baseline baseline, RunConfig config, WeightSource source, Consumer<String> say) {
    this.source = source;
    this.config = config;
    this.say = say;
    long seed = config.training().seed();
    VitConfig vit = config.vit();
    AvailableMemory.ofThisMachine()
        .require(
            "the encoder's weights",
            12L * vit.depth() * vit.dim() * vit.dim() * DataType.FLOAT.width());
    try {
      this.pretrained =
          EncoderModel.frozen(baseline, config, SeededParameters.of(DataType.FLOAT, seed))
              .parameters();
      this.fineTuned =
          EncoderModel.fineTuned(baseline, config, SeededParameters.of(DataType.FLOAT, seed), false)
              .parameters();
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /**
   * Its tensors under official names: parameters in float32, and fixed tables.
   *
   * @param teacher whether those of the method's slow copy are meant; where the file has none, it
   *     is a copy of the encoder
   * @throws UserException when one is missing, or one that the encoder has no place for belongs to
   *     its function
   */
  Map<String, INDArray> tensors(boolean teacher) {
    Set<String> known = names(pretrained);
    known.addAll(names(fineTuned));
    NamedTensors named = source.read(known, teacher);
    if (teacher) {
      named = ofTeacher(named);
    } else if (source.entry().isEmpty()) {
      named = averaged(named);
    }
    Parameters form = form(named);
    FixedTables tables = new FixedTables(form.tables(), config.vit());
    Map<String, INDArray> tensors = form.tables();
    tensors.putAll(form.arrays());
    FittedTensors fitted = new FittedTensors(source.file(), named, tensors, tables, config.vit());
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!tables.has(name) || fitted.names().contains(name)) {
            shapes.put(name, tensor.shape());
          }
        });
    WeightMatch match = fitted.require(shapes, form.arrays().keySet());
    match
        .matched()
        .forEach(name -> tensors.put(name, fitted.get(name).castTo(tensors.get(name).dataType())));
    match.notes().forEach(note -> say.accept(source.name() + ": " + note));
    if (!match.unexpected().isEmpty()) {
      say.accept(
          source.name() + ": " + UnusedTensors.describe(match.unexpected(), tensors.keySet()));
    }
    return tensors;
  }

  private static Set<String> names(Parameters parameters) {
    Set<String> names = new LinkedHashSet<>(parameters.names());
    names.addAll(parameters.tables().keySet());
    return names;
  }

  /** The teacher's tensors under the encoder's names; without any, the encoder's own. */
  private NamedTensors ofTeacher(NamedTensors named) {
    NamedTensors teacher = part(named, TEACHER);
    if (teacher.tensors().isEmpty()) {
      say.accept(source.name() + ": no teacher in the file: it is a copy of the model");
      return named;
    }
    return teacher;
  }

  /** What fine-tuning measured: the moving average of the weights, where it kept one. */
  private NamedTensors averaged(NamedTensors named) {
    NamedTensors average = part(named, AVERAGE);
    if (average.tensors().isEmpty()) {
      return named;
    }
    say.accept(source.name() + ": the moving average of the weights is taken, as it was measured");
    return average;
  }

  /** The tensors whose names begin with a prefix, without it. */
  private static NamedTensors part(NamedTensors named, String prefix) {
    Map<String, INDArray> part = new LinkedHashMap<>();
    named
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
              }
            });
    return new NamedTensors(part, named.notes());
  }

  /** That of fine-tuning where the file has all of it in the configured shape. */
  private Parameters form(NamedTensors named) {
    boolean held =
        fineTuned.names().stream()
            .allMatch(
                name ->
                    pretrained.names().contains(name)
                        || (named.tensors().containsKey(name) && !isOtherGrid(name, named)));
    return held ? fineTuned : pretrained;
  }

  /** Whether a name is a fixed table of pre-training and the file has one of another shape. */
  private boolean isOtherGrid(String name, NamedTensors named) {
    INDArray own = pretrained.tables().get(name);
    INDArray value = named.tensors().get(name);
    return own != null && value != null && !Arrays.equals(own.shape(), value.shape());
  }
}
