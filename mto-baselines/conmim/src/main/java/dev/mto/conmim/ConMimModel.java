package dev.mto.conmim;

import dev.mto.models.Parameters;
import dev.mto.models.Patches;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * ConMIM (Yi et al., "Masked Image Modeling with Denoising Contrast", ICLR 2023): the student sees
 * an image with masked patches, the teacher all of it in other colours, and each masked patch of
 * the student has to find its own place among the patches of the teacher.
 */
final class ConMimModel {
  /** Start of the names of everything that belongs to the teacher. */
  static final String TEACHER = "teacher.";

  private ConMimModel() {}

  /**
   * Builds the graph. Its placeholders are {@code images}, {@code teacherImages} and {@code mask};
   * its loss is named {@code loss.ss}.
   *
   * @param student parameters of the student, under official names
   * @param teacher parameters of the teacher, the same names after {@value #TEACHER}
   */
  static ConMimGraph build(
      SameDiff graph,
      VitConfig vit,
      ConMimOptions options,
      Parameters student,
      Parameters teacher) {
    SDVariable images = images(graph, "images", vit, student);
    SDVariable teacherImages = images(graph, "teacherImages", vit, student);
    SDVariable mask = graph.placeHolder("mask", student.type(), -1, vit.patches());
    Network studentNetwork = new Network(graph, vit, options, student, "");
    Network teacherNetwork = new Network(graph, vit, options, teacher, TEACHER);

    SDVariable patches = studentNetwork.patches(images);
    Network.Output seen = studentNetwork.seeMasked(patches, mask);
    Network.Output target = teacherNetwork.see(teacherNetwork.patches(teacherImages));
    PatchContrast contrast =
        PatchContrast.of(
            graph,
            seen.projected(),
            target.projected(),
            vit.patches(),
            options.projectorDim(),
            options.temperature());
    return new ConMimGraph(
        images,
        teacherImages,
        mask,
        contrast.loss(mask).rename("loss.ss"),
        contrast.logits(),
        retrieved(contrast, patches, vit),
        seen.projected(),
        target.projected(),
        seen.tokens(),
        seen.encoded(),
        statistics(seen, target));
  }

  private static SDVariable images(
      SameDiff graph, String name, VitConfig vit, Parameters parameters) {
    return graph.placeHolder(
        name, parameters.type(), -1, vit.channels(), vit.imageHeight(), vit.imageWidth());
  }

  /** Patches [B*N, C*P*P], mixed by the softmax of the logits, as images. */
  private static SDVariable retrieved(PatchContrast contrast, SDVariable patches, VitConfig vit) {
    SDVariable mixed =
        contrast
            .probabilities(vit.patches())
            .mmul(patches.reshape(-1, vit.patches(), vit.patchValues()));
    return new Patches(vit).join(mixed.reshape(-1, vit.patchValues()));
  }

  private static List<BatchStatistics> statistics(Network.Output seen, Network.Output target) {
    return Stream.concat(seen.statistics().stream(), target.statistics().stream()).toList();
  }
}
