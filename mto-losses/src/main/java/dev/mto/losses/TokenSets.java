package dev.mto.losses;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.api.ops.impl.transforms.custom.MatrixDiag;

/**
 * The masked and visible tokens of each image, as the constants that every layer shares. Made from
 * the mask alone, so no gradient flows into any of them.
 *
 * @param masked 1 at masked tokens, 0 elsewhere; {@code [B, N]}
 * @param visible 1 at visible tokens, 0 elsewhere; {@code [B, N]}
 * @param excluded {@link #PUSHED_DOWN} at the pairs that are no part of a row's softmax, 0
 *     elsewhere: masked row and masked column, and on request the diagonal of the visible rows;
 *     {@code [B, N, N]}. Masked rows then range over the visible tokens (equation 2) and visible
 *     rows over all tokens (equation 3)
 * @param ones {@code [B, N]}
 */
record TokenSets(SDVariable masked, SDVariable visible, SDVariable excluded, SDVariable ones) {

  /**
   * Below every dot product of tokens of norm up to 1e9, and small enough that its product with the
   * steepest slope of L_e, 1/ε², is finite in float32.
   */
  static final double PUSHED_DOWN = -1e19;

  static TokenSets of(SameDiff sd, SDVariable mask, DataType type, SelfAffinity selfAffinity) {
    SDVariable masked = mask.dataType() == type ? mask : mask.castTo(type);
    SDVariable visible = masked.rsub(1.0);
    SDVariable pairs =
        sd.mmul(sd.expandDims(masked, 2), sd.expandDims(masked, 1)); // (B, N, 1) (B, 1, N)
    if (selfAffinity == SelfAffinity.EXCLUDE) {
      pairs = pairs.add(new MatrixDiag(sd, visible, false).outputVariable());
    }
    return new TokenSets(masked, visible, pairs.mul(PUSHED_DOWN), sd.onesLike(masked));
  }

  /** Tokens (B, N, D) of each layer as MTO sees them: the visible ones constant where asked. */
  List<SDVariable> seen(List<SDVariable> tokens, VisibleTokens which) {
    return switch (which) {
      case MOVED -> tokens;
      case FIXED -> tokens.stream().map(this::withFixedVisible).toList();
    };
  }

  private SDVariable withFixedVisible(SDVariable tokens) {
    SameDiff sd = tokens.getSameDiff();
    SDVariable constant = new StopGradient(sd, tokens).outputVariable();
    return tokens
        .mul(sd.expandDims(masked, 2)) // (B, N, D) (B, N, 1)
        .add(constant.mul(sd.expandDims(visible, 2)));
  }

  /** Row weights that take an image's mean over its masked tokens; (B, N). */
  SDVariable maskedMean() {
    return masked.div(masked.sum(true, 1));
  }

  /** Row weights that take an image's sum or mean over its visible tokens; (B, N). */
  SDVariable visibleRows(Reduction reduction) {
    return switch (reduction) {
      case SUM -> visible;
      case MEAN -> visible.div(visible.sum(true, 1));
    };
  }
}
