package dev.mto.executor.parity;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.FusedAttention.Heads;
import dev.mto.executor.kernels.FusedAttention.Operands;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;

/** Attention in one kernel: of an image's tokens with a bias, and of some tokens to others. */
final class AttentionParity {
  private final Kernels kernels;
  private final FusedAttention attention;
  private final ModelShapes shapes;
  private final List<ParityResult> results;

  AttentionParity(
      Kernels kernels, FusedAttention attention, ModelShapes shapes, List<ParityResult> results) {
    this.kernels = kernels;
    this.attention = attention;
    this.shapes = shapes;
    this.results = results;
  }

  void checkAll() {
    toItself();
    toOthers();
  }

  private Tensor tokens(Checked checked, int count, int parts) {
    return checked.gaussian(shapes.images(), count, parts, shapes.heads(), shapes.headWidth());
  }

  private void toItself() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor tokens = tokens(checked, shapes.tokens(), 3);
      Tensor bias = checked.gaussian(shapes.heads(), shapes.tokens(), shapes.tokens());
      Tensor to = checked.unwritten(tokens.shape());
      check(
          checked,
          " of tokens",
          new Operands(new Heads(tokens, 0), new Heads(tokens, 1), new Heads(tokens, 2), bias),
          new Operands(
              new Heads(to, 0),
              new Heads(to, 1),
              new Heads(to, 2),
              checked.unwritten(bias.shape())));
    }
  }

  private void toOthers() {
    try (Checked checked = new Checked(kernels, results)) {
      Tensor asking = tokens(checked, shapes.tokens() / 2 + 1, 1);
      Tensor asked = tokens(checked, shapes.tokens(), 2);
      Tensor toAsking = checked.unwritten(asking.shape());
      Tensor toAsked = checked.unwritten(asked.shape());
      check(
          checked,
          " to other tokens",
          new Operands(new Heads(asking, 0), new Heads(asked, 0), new Heads(asked, 1), null),
          new Operands(new Heads(toAsking, 0), new Heads(toAsked, 0), new Heads(toAsked, 1), null));
    }
  }

  private void check(Checked checked, String which, Operands of, Operands to) {
    float scale = (float) (1 / Math.sqrt(shapes.headWidth()));
    long[] rows = {shapes.images(), of.query().count(), shapes.heads()};
    Tensor out = checked.unwritten(rows[0], rows[1], rows[2], shapes.headWidth());
    Tensor logSums = checked.unwritten(rows);
    Tensor gradient = checked.gaussian(out.shape());
    attention.forward(of, scale, out, logSums).run();
    attention.gradient(of, scale, out, logSums, gradient, to).run();
    AttentionFormulas expected = new AttentionFormulas(checked, of, scale, gradient);
    checked.agrees("attention" + which, out, expected.out());
    checked.agrees("sums of powers of scores" + which, logSums, expected.logSums());
    checked.agrees("gradient to queries" + which, part(checked, to.query()), expected.toQuery());
    checked.agrees("gradient to keys" + which, part(checked, to.key()), expected.toKey());
    checked.agrees("gradient to values" + which, part(checked, to.value()), expected.toValue());
    if (to.bias() != null) {
      checked.agrees("gradient to the bias of scores", to.bias(), expected.toBias());
    }
  }

  /** A part of tokens alone, [B, T, H, S]. */
  private Tensor part(Checked checked, Heads heads) {
    long[] shape = heads.tokens().shape();
    long length = shape[3] * shape[4];
    Tensor alone = checked.unwritten(shape[0], shape[1], shape[3], shape[4]);
    kernels
        .copyRows(
            new Kernels.Rows(heads.tokens(), heads.part() * length, heads.stride()),
            new Kernels.Rows(alone, 0, length),
            shape[0] * shape[1],
            length)
        .run();
    return alone;
  }
}
