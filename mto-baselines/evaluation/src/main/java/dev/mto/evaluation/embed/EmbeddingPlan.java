package dev.mto.evaluation.embed;

import dev.mto.engine.errors.UserException;

/**
 * All that the values of an embedding depend on: a job goes on only where it is the same.
 *
 * @param by the encoder
 * @param images what it sees
 * @param batch images a batch; another one rounds otherwise
 */
record EmbeddingPlan(EmbeddedBy by, EmbeddedImages images, int batch) {
  /** Refuses to go on with what another plan began. */
  void requireSameAs(EmbeddingPlan begun, String where) {
    requireSame(where, "images", begun.images().identity(), images.identity());
    requireSame(where, "encoder", begun.by().checksum(), by.checksum());
    requireSame(where, "--feature and --block", begun.by().feature(), by.feature());
    requireSame(where, "configuration", begun.by().config(), by.config());
    requireSame(where, "--batch", begun.batch(), batch);
  }

  private static void requireSame(String where, String what, Object begun, Object now) {
    if (!begun.equals(now)) {
      String values = what.startsWith("--") ? " (" + begun + ", now " + now + ")" : "";
      throw new UserException(
          "%s: begun with other %s%s; give the same, or begin anew with --force"
              .formatted(where, what, values));
    }
  }
}
