package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Has both sides compute loss and gradients of the same weights, images and masks, in processes
 * that end before anything is timed: their memory counts for no one.
 */
final class AgreementCheck {
  private final BenchmarkCase benchmark;
  private final Children children;
  private final CaseFiles files;

  AgreementCheck(BenchmarkCase benchmark, Children children, CaseFiles files) {
    this.benchmark = benchmark;
    this.children = children;
    this.files = files;
  }

  /**
   * Checks every variant and leaves {@link CaseFiles#peerCase} and {@link CaseFiles#inputs} for the
   * timing.
   *
   * @throws BenchmarkFailure when a loss or gradients differ
   */
  Map<PeerVariant, Agreement> run(List<Blas> libraries) throws IOException {
    Files.writeString(files.peerCase(), PeerCase.of(benchmark.with()).toString());
    try (ChildProcess ours = children.ours(files.config(false))) {
      ours.ask("inputs " + files.inputs());
    }
    Map<PeerVariant, Double> losses = new LinkedHashMap<>();
    for (Blas library : libraries) {
      try (ChildProcess peer =
          children.peer(library, Waiting.PASSIVE, files.peerCase(), files.inputs())) {
        for (PeerVariant variant : PeerVariant.both(library)) {
          peer.ask(variant.command());
          losses.put(
              variant, peer.ask("gradients " + files.gradients(variant)).get("loss").asDouble());
        }
      }
    }
    return compared(losses);
  }

  private Map<PeerVariant, Agreement> compared(Map<PeerVariant, Double> losses) throws IOException {
    Map<PeerVariant, Agreement> agreements = new LinkedHashMap<>();
    for (boolean mto : List.of(false, true)) {
      try (ChildProcess ours = children.ours(files.config(mto))) {
        for (Map.Entry<PeerVariant, Double> loss : losses.entrySet()) {
          if (loss.getKey().mto() == mto) {
            agreements.put(loss.getKey(), compared(ours, loss.getKey(), loss.getValue()));
          }
        }
      }
    }
    return agreements;
  }

  private Agreement compared(ChildProcess ours, PeerVariant variant, double peerLoss)
      throws IOException {
    JsonNode answer = ours.ask("compare " + files.gradients(variant));
    Files.delete(files.gradients(variant));
    Agreement agreement =
        new Agreement(
            answer.get("loss").asDouble(),
            peerLoss,
            answer.get("gradient_error").asDouble(),
            answer.get("worst").asText());
    agreement.require(
        benchmark.name()
            + (variant.mto() ? " with MTO" : " without MTO")
            + " against "
            + variant.blas().title());
    return agreement;
  }
}
