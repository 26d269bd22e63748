package dev.mto.speed.step;

import java.util.List;
import java.util.stream.Stream;

/**
 * A step of libtorch.
 *
 * @param blas the library that it multiplies matrices in
 * @param mto whether Masked Token Optimization is on
 */
record PeerVariant(Blas blas, boolean mto) {
  /** Without MTO, then with it. */
  static List<PeerVariant> both(Blas blas) {
    return Stream.of(false, true).map(mto -> new PeerVariant(blas, mto)).toList();
  }

  /** The peer's command that chooses it. */
  String command() {
    return "mto " + (mto ? "on" : "off");
  }
}
