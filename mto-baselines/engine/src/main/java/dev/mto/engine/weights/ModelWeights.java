package dev.mto.engine.weights;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The tensors of a configured model, under official names, and their exchange with files. */
public final class ModelWeights {
  private static final String TEACHER = WeightSource.TEACHER;

  private final RunConfig config;
  private final TrainingGraph graph;
  private final FixedTables tables;
  private String description = "first values";

  /**
   * A model with its first values; no images are read.
   *
   * @throws UserException when the configured model is not possible
   */
  public ModelWeights(Baseline baseline, RunConfig config) {
    this.config = config;
    try {
      this.graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    this.tables = new FixedTables(graph.tables(), config.vit());
  }

  public ModelWeights(TrainingGraph graph, RunConfig config) {
    this.graph = graph;
    this.config = config;
    this.tables = new FixedTables(graph.tables(), config.vit());
  }

  /** Takes over all that was trained and the method's state, all of them or none. */
  void restore(Checkpoint checkpoint, Path where) {
    Map<String, INDArray> live = new LinkedHashMap<>(graph.trained());
    live.putAll(graph.model().state());
    StateTensors.restore(live, checkpoint.tensors(), where);
  }

  ModelWeights described(String text) {
    description = text;
    return this;
  }

  /** Which weights these are, for people, e.g. "after 400 steps". */
  public String description() {
    return description;
  }

  /** The graph that holds them. */
  public TrainingGraph graph() {
    return graph;
  }

  /**
   * The live tensors of the model: parameters, buffers and fixed tables as the official checkpoint
   * has them; a teacher's begin with {@code teacher.}. Fixed tables are the file's after loading.
   */
  public Map<String, INDArray> tensors() {
    Map<String, INDArray> tensors = graph.tensors();
    tensors.putAll(tables.all());
    return tensors;
  }

  /** Whether the method has a teacher. */
  public boolean hasTeacher() {
    return tensors().keySet().stream().anyMatch(name -> name.startsWith(TEACHER));
  }

  /**
   * The live tensors of the teacher, under the official names of the model that it is a copy of;
   * the fixed tables are the model's. None where the method has no teacher.
   */
  public Map<String, INDArray> teacher() {
    Map<String, INDArray> teacher = new LinkedHashMap<>();
    if (hasTeacher()) {
      teacher.putAll(tables.all());
    }
    tensors()
        .forEach(
            (name, array) -> {
              if (name.startsWith(TEACHER)) {
                teacher.put(name.substring(TEACHER.length()), array);
              }
            });
    return teacher;
  }

  /**
   * Compares the tensors of a file with the model's; nothing is changed. Buffers, tables and a
   * teacher may be missing and are listed only where the file has them.
   */
  public WeightMatch compare(WeightSource source) {
    FittedTensors given = fitted(source);
    return given.match(shapes(given.names()));
  }

  /**
   * Takes over the tensors of a file.
   *
   * @param file safetensors, .npz, a PyTorch checkpoint, an index of several or a folder, under
   *     official, timm's or Hugging Face's names
   * @return what was matched and what the file holds besides
   * @throws UserException when a parameter is missing or of another shape, or when the file has one
   *     more that its model cannot do without; nothing is changed then
   */
  public WeightMatch load(Path file) {
    return load(WeightSource.of(file));
  }

  /** As {@link #load(Path)}, from an entry of the file or with a teacher's own file. */
  public WeightMatch load(WeightSource source) {
    FittedTensors given = fitted(source);
    Map<String, INDArray> live = graph.tensors();
    WeightMatch match = given.require(shapes(given.names()), live.keySet());
    for (String name : match.matched()) {
      INDArray value = given.get(name);
      if (tables.has(name)) {
        tables.take(name, value);
      } else {
        live.get(name).assign(value.castTo(live.get(name).dataType()));
      }
    }
    graph.model().initialised(Set.copyOf(match.matched()));
    return match;
  }

  /**
   * What must be in the file, and what may be: buffers, fixed tables and a teacher, which then has
   * all its parameters.
   */
  private Map<String, long[]> shapes(Set<String> inFile) {
    Set<String> parameters = graph.parameters().keySet();
    boolean teacher = inFile.stream().anyMatch(name -> name.startsWith(TEACHER));
    Map<String, long[]> shapes = new LinkedHashMap<>();
    graph
        .tensors()
        .forEach(
            (name, array) -> {
              boolean ofTeacher =
                  name.startsWith(TEACHER) && parameters.contains(name.substring(TEACHER.length()));
              if (parameters.contains(name) || (teacher && ofTeacher) || inFile.contains(name)) {
                shapes.put(name, array.shape());
              }
            });
    return shapes;
  }

  private FittedTensors fitted(WeightSource source) {
    if (source.teacher().isPresent() && !hasTeacher()) {
      throw new UserException(
          source.teacher().get() + ": " + config.baseline() + " has no teacher; leave it out");
    }
    Map<String, INDArray> live = graph.tensors();
    return new FittedTensors(
        source.file(), source.read(live.keySet(), hasTeacher()), live, tables, config.vit());
  }
}
