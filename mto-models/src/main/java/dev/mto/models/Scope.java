package dev.mto.models;

import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Names the operations of a part after it, so that an executor can find the part as a whole. */
final class Scope {
  private Scope() {}

  static SDVariable named(SameDiff graph, String name, Supplier<SDVariable> body) {
    NameScope scope = graph.withNameScope(name);
    try {
      return body.get();
    } finally {
      scope.close();
    }
  }
}
