package dev.mto.conmim;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ConMIM as the training job sees it. */
final class ConMimMethod implements Method {
  private final ConMimGraph graph;
  private final VitConfig vit;
  private final ConMimOptions options;
  private final Teacher teacher;
  private final List<RunningStatistics> running;

  ConMimMethod(
      ConMimGraph graph,
      VitConfig vit,
      ConMimOptions options,
      Parameters student,
      Parameters teacher) {
    this.graph = graph;
    this.vit = vit;
    this.options = options;
    this.teacher = new Teacher(teacher.arrays(), student.arrays());
    this.running =
        graph.statistics().stream()
            .map(batch -> new RunningStatistics(batch, student.type()))
            .toList();
  }

  @Override
  public SDVariable selfSupervisedLoss() {
    return graph.loss();
  }

  @Override
  public List<TokenGroup> tokenGroups() {
    return List.of(new TokenGroup("", "encoder", graph.tokens().get(0), graph.tokens()));
  }

  @Override
  public SDVariable mask() {
    return graph.mask();
  }

  @Override
  public SDVariable features() {
    return graph.features();
  }

  @Override
  public List<Prediction> predictions() {
    return List.of(
        new Prediction(
            "",
            "retrieval from the original by feature similarity, not a reconstruction",
            graph.retrieved()));
  }

  /** Student, teacher at a third, and the comparison of their patches. */
  @Override
  public double forwardFlops() {
    double projector = 2.0 * (1 + vit.patches()) * options.projectorWeights(vit.dim());
    double logits = 2.0 * vit.patches() * vit.patches() * options.projectorDim();
    double network = vit.forwardFlops() + projector;
    return network + network / 3 + logits;
  }

  /** The official rule: all but vectors, biases and the class token. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return rank > 1 && !parameter.endsWith(".bias") && !parameter.equals("cls_token");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    return feeds(batch, batch.secondView());
  }

  /** Without a second view, the teacher sees the same image. */
  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    return feeds(batch, batch.images());
  }

  private Map<String, INDArray> feeds(ImageBatch batch, INDArray teacherImages) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(graph.images().name(), batch.images());
    feeds.put(graph.teacherImages().name(), teacherImages);
    feeds.put(
        graph.mask().name(),
        batch.mask() == null ? Nd4j.zeros(batch.images().size(0), vit.patches()) : batch.mask());
    return feeds;
  }

  /** Guessing: all N patches of the teacher alike, ln N. */
  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return Math.log((double) vit.patches());
  }

  @Override
  public List<SDVariable> observed() {
    return graph.statistics().stream()
        .flatMap(batch -> Stream.of(batch.mean(), batch.variance()))
        .toList();
  }

  @Override
  public void observe(Map<String, INDArray> values) {
    running.forEach(statistics -> statistics.add(values));
  }

  @Override
  public void afterUpdate(TrainingPosition at) {
    teacher.follow(Teacher.momentum(options.teacherMomentum(), at.step(), at.steps()));
  }

  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(teacher.parameters());
    running.forEach(statistics -> state.putAll(statistics.buffers()));
    return state;
  }

  /** A teacher that was not given starts as the student. */
  @Override
  public void initialised(Set<String> given) {
    if (given.stream().anyMatch(name -> name.startsWith(ConMimModel.TEACHER))) {
      return;
    }
    teacher.copyStudent();
    Map<String, INDArray> state = state();
    state.forEach(
        (name, buffer) -> {
          INDArray teachers = state.get(ConMimModel.TEACHER + name);
          if (teachers != null) {
            teachers.assign(buffer);
          }
        });
  }
}
