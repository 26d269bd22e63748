package dev.mto.conmim;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.graph.Feeds;
import dev.mto.executor.state.LiveState;
import dev.mto.models.Parameters;
import dev.mto.models.Patches;
import dev.mto.models.VitConfig;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * ConMIM (Yi et al., "Masked Image Modeling with Denoising Contrast", ICLR 2023): the student sees
 * an image with masked patches, the teacher all of it in other colours, and each masked patch of
 * the student has to find its own place among the patches of the teacher. Shapes: B images, N
 * patches, D width, C channels, P pixels a side of a patch.
 */
final class ConMimModel implements Model {
  /** Start of the names of everything that belongs to the teacher. */
  static final String TEACHER = "teacher.";

  private static final String TEACHER_IMAGES = "teacherImages";

  private final VitConfig vit;
  private final ConMimOptions options;
  private final Teacher teacher;
  private final List<BatchStatistics> statistics;
  private final List<RunningStatistics> running;
  private final Outputs outputs;

  final Parameters teacherParameters;
  final Network.Output seen;
  final Network.Output target;
  final SDVariable logits; // cosine over temperature [B, N, N], student patch by teacher patch

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code teacherImages} and {@code mask};
   * its loss is named {@code loss.ss}.
   *
   * @param parameters of the student, under official names; those of the teacher have the same
   *     names after {@value #TEACHER}
   */
  ConMimModel(VitConfig vit, ConMimOptions options, Parameters parameters) {
    this.vit = vit;
    this.options = options;
    SDVariable images = parameters.placeholder(Feeds.IMAGES, vit.imageShape());
    SDVariable teacherImages = parameters.placeholder(TEACHER_IMAGES, vit.imageShape());
    SDVariable mask = parameters.placeholder(Feeds.MASK, -1, vit.patches());
    teacherParameters = parameters.copy(TEACHER);
    Network student = new Network(vit, options, parameters, "");
    Network teacherNetwork = new Network(vit, options, teacherParameters, TEACHER);

    Patches cut = new Patches(vit);
    SDVariable patches = cut.split(images);
    seen = student.seeMasked(patches, mask);
    target = teacherNetwork.see(cut.split(teacherImages));
    PatchContrast contrast =
        PatchContrast.of(
            seen.projected(),
            target.projected(),
            vit.patches(),
            options.projectorDim(),
            options.temperature());
    logits = contrast.logits();

    teacher = new Teacher(teacherParameters.arrays(), parameters.arrays());
    statistics = Stream.of(seen, target).flatMap(output -> output.statistics().stream()).toList();
    running =
        statistics.stream().map(batch -> new RunningStatistics(batch, parameters.type())).toList();
    List<SDVariable> layers = seen.encoded().layers();
    outputs =
        Outputs.of(
            mask,
            contrast.loss(mask).rename("loss.ss"),
            new TokenGroup("", "encoder", layers.get(0), layers),
            seen.encoded().patches(),
            List.of(
                new Prediction(
                    "",
                    "retrieval from the original by feature similarity, not a reconstruction",
                    retrieved(contrast, patches))));
  }

  /** Patches [B*N, C*P*P], mixed by the softmax of the logits, as images. */
  private SDVariable retrieved(PatchContrast contrast, SDVariable patches) {
    SDVariable mixed =
        contrast
            .probabilities(vit.patches())
            .mmul(patches.reshape(-1, vit.patches(), vit.patchValues()));
    return new Patches(vit).join(mixed.reshape(-1, vit.patchValues()));
  }

  @Override
  public Outputs outputs() {
    return outputs;
  }

  /** The official rule: all but vectors, biases and the class token. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return Model.super.decayed(parameter, rank) && !parameter.equals("cls_token");
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
    Map<String, INDArray> feeds = Feeds.imagesAndMask(batch, vit.patches());
    feeds.put(TEACHER_IMAGES, teacherImages);
    return feeds;
  }

  /** Guessing: all N patches of the teacher alike, ln N. */
  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return Math.log((double) vit.patches());
  }

  @Override
  public List<SDVariable> observed() {
    return statistics.stream().flatMap(batch -> Stream.of(batch.mean(), batch.variance())).toList();
  }

  @Override
  public void observe(Map<String, INDArray> values) {
    running.forEach(each -> each.add(values));
  }

  @Override
  public Collection<INDArray> followers() {
    return teacher.parameters().values();
  }

  @Override
  public void afterUpdate(TrainingPosition at, LiveState state) {
    teacher.follow(Teacher.momentum(options.teacherMomentum(), at.step(), at.steps()), state);
  }

  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(teacher.parameters());
    running.forEach(each -> state.putAll(each.buffers()));
    return state;
  }

  /** A teacher that was not given starts as the student. */
  @Override
  public void initialised(Set<String> given) {
    if (given.stream().anyMatch(name -> name.startsWith(TEACHER))) {
      return;
    }
    teacher.copyStudent();
    Map<String, INDArray> state = state();
    state.forEach(
        (name, buffer) -> {
          INDArray teachers = state.get(TEACHER + name);
          if (teachers != null) {
            teachers.assign(buffer);
          }
        });
  }
}
