package dev.mto.losses;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** What can be refused about the arguments of MTO before any data flows. */
final class MtoInputs {

  private MtoInputs() {}

  static void require(
      SameDiff sd, String name, List<SDVariable> tokens, SDVariable mask, int leastLayers) {
    if (name.isBlank() || sd.hasVariable(name + "/heterogeneity0")) {
      throw new IllegalArgumentException(
          "MTO name \"" + name + "\" is blank or already used in this graph: choose another");
    }
    if (tokens.size() < leastLayers) {
      throw new IllegalArgumentException(
          "MTO got the tokens of "
              + tokens.size()
              + " layers, but needs "
              + leastLayers
              + " or more: the initial embedding first, then the output of each block");
    }
    requireRank("mask", mask, 2, "[batch, tokens]");
    DataType type = tokens.get(0).dataType();
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          "MTO tokens are " + type + ", but must be FLOAT or DOUBLE: cast them first");
    }
    for (int layer = 0; layer < tokens.size(); layer++) {
      requireRank("tokens of layer " + layer, tokens.get(layer), 3, "[batch, tokens, dim]");
      if (tokens.get(layer).dataType() != type) {
        throw new IllegalArgumentException(
            "MTO tokens of layer "
                + layer
                + " are "
                + tokens.get(layer).dataType()
                + ", but those of layer 0 are "
                + type
                + ": cast them to one type");
      }
    }
  }

  /** Refuses options that name layers which are not there. */
  static void requireLayers(List<SDVariable> tokens, MtoOptions options) {
    int last = tokens.size() - 1;
    requireUpTo(last, "ranking layers", options.rankingLayers());
    requireUpTo(last, "sparsity layers", options.sparsityLayers());
  }

  private static void requireUpTo(int last, String option, List<Integer> layers) {
    if (layers.stream().anyMatch(layer -> layer > last)) {
      throw new IllegalArgumentException(
          "MTO %s are %s, but the tokens are those of layers 0 to %d"
              .formatted(option, layers, last));
    }
  }

  private static void requireRank(String what, SDVariable variable, int rank, String shape) {
    long[] known = variable.getShape();
    if (known != null && known.length != rank) {
      throw new IllegalArgumentException(
          "MTO "
              + what
              + " (variable \""
              + variable.name()
              + "\") has rank "
              + known.length
              + ", but must be "
              + shape);
    }
  }
}
