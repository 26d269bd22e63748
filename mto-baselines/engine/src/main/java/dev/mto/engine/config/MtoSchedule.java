package dev.mto.engine.config;

import dev.mto.losses.MtoWeights;

/**
 * How the weights of MTO's losses rise and fall, as factors between 0 and 1. Times are shares of
 * all steps; what a loss of its own does not give (null) is that of all.
 */
public record MtoSchedule(
    @Setting(
            value = "Share of training over which the weights rise from 0, in a straight line.",
            unit = "share of the steps",
            range = "in [0, 1)")
        Double warmup,
    @Setting(
            value =
                "Share of training after which the weights are 0, and MTO is only measured; 1 for"
                    + " never.",
            unit = "share of the steps",
            range = "in (0, 1]")
        Double off,
    @Setting(
            "How the weights fall from the end of the warm-up until off: not at all (none), in a"
                + " straight line, or as half a cosine.")
        Decay decay,
    @Setting("What is different for L_spa.") Part spa,
    @Setting("What is different for L_e.") Part e,
    @Setting("What is different for L_r.") Part r) {
  private static final Part NOTHING = new Part(null, null, null);

  /** What one loss has of its own. */
  public record Part(
      @Setting(
              value = "As mto.schedule.warmup, for this loss; null for that.",
              unit = "share of the steps",
              range = "in [0, 1), or null")
          Double warmup,
      @Setting(
              value = "As mto.schedule.off, for this loss; null for that.",
              unit = "share of the steps",
              range = "in (0, 1], or null")
          Double off,
      @Setting(
              value = "As mto.schedule.decay, for this loss; null for that.",
              range = "none | linear | cosine, or null")
          Decay decay) {}

  /** How weights fall. */
  public enum Decay {
    /** They stay until they are off. */
    NONE,
    /** In a straight line. */
    LINEAR,
    /** As half a cosine. */
    COSINE
  }

  /** Takes what is not given as none of it, and checks ranges. */
  public MtoSchedule {
    warmup = warmup == null ? 0 : warmup;
    off = off == null ? 1 : off;
    decay = decay == null ? Decay.NONE : decay;
    spa = spa == null ? NOTHING : spa;
    e = e == null ? NOTHING : e;
    r = r == null ? NOTHING : r;
    check("mto.schedule.", warmup, off);
    check("mto.schedule.spa.", or(spa.warmup(), warmup), or(spa.off(), off));
    check("mto.schedule.e.", or(e.warmup(), warmup), or(e.off(), off));
    check("mto.schedule.r.", or(r.warmup(), warmup), or(r.off(), off));
  }

  private static double or(Double own, double ofAll) {
    return own == null ? ofAll : own;
  }

  private static void check(String key, double warmup, double off) {
    Rules.require(warmup >= 0 && warmup < 1, key + "warmup", warmup, "in [0, 1)");
    Rules.require(off > 0 && off <= 1, key + "off", off, "in (0, 1]");
    Rules.require(warmup < off, key + "warmup", warmup, "less than " + key + "off, " + off);
  }

  /** Whether no weight ever changes. */
  public boolean stays() {
    return stays(spa) && stays(e) && stays(r);
  }

  private boolean stays(Part part) {
    return warmup(part) == 0 && off(part) == 1 && decay(part) == Decay.NONE;
  }

  /**
   * The weights at a step.
   *
   * @param full the weights that are multiplied
   * @param done share of the steps that were made before it, 0 to 1
   */
  public MtoWeights at(double done, MtoWeights full) {
    return new MtoWeights(
        full.spa() * factor(spa, done), full.e() * factor(e, done), full.r() * factor(r, done));
  }

  private double factor(Part part, double done) {
    double start = warmup(part);
    double end = off(part);
    if (done >= end) {
      return 0;
    }
    if (done < start) {
      return done / start;
    }
    double fallen = (done - start) / (end - start);
    return switch (decay(part)) {
      case NONE -> 1;
      case LINEAR -> 1 - fallen;
      case COSINE -> 0.5 * (1 + Math.cos(Math.PI * fallen));
    };
  }

  private double warmup(Part part) {
    return or(part.warmup(), warmup);
  }

  private double off(Part part) {
    return or(part.off(), off);
  }

  private Decay decay(Part part) {
    return part.decay() == null ? decay : part.decay();
  }
}
