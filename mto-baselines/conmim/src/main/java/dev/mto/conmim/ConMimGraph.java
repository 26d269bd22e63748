package dev.mto.conmim;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * ConMIM as a graph. Shapes: B images, N patches, D width, F features, C channels, H x W pixels.
 *
 * @param images placeholder [B, C, H, W] of normalised pixels, seen by the student
 * @param teacherImages placeholder of the same shape: the second view, seen by the teacher
 * @param mask placeholder [B, N], 1 = masked, 0 = visible
 * @param loss cross-entropy of the masked patches, a scalar in nats
 * @param logits cosine over temperature [B, N, N], student patch by teacher patch
 * @param retrieved for each patch the mean of the image's patches weighted by the softmax of its
 *     logits, as an image [B, C, H, W]
 * @param studentFeatures projector output of the student's patches [B, N, F]
 * @param teacherFeatures projector output of the teacher's patches [B, N, F]
 * @param tokens h⁰ (the mask token in place of masked patches), h¹ … hᴸ of the student, each [B, N,
 *     D]
 * @param features the student's patch tokens [B, N, D] after the encoder's final norm
 * @param statistics of the batch normalisations of student and teacher
 */
record ConMimGraph(
    SDVariable images,
    SDVariable teacherImages,
    SDVariable mask,
    SDVariable loss,
    SDVariable logits,
    SDVariable retrieved,
    SDVariable studentFeatures,
    SDVariable teacherFeatures,
    List<SDVariable> tokens,
    SDVariable features,
    List<BatchStatistics> statistics) {
  /** Copies the lists. */
  ConMimGraph {
    tokens = List.copyOf(tokens);
    statistics = List.copyOf(statistics);
  }
}
