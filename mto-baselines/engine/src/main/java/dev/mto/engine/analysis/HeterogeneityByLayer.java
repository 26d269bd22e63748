package dev.mto.engine.analysis;

import dev.mto.engine.graph.Masking;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Heterogeneity (eq. 2).
 *
 * @param layers by token group (empty for a method's only one) and name of the layer, in order of
 *     depth
 * @param masking how much was masked, and so the bound of H
 * @param images over how many it is the mean
 */
public record HeterogeneityByLayer(
    Map<String, Map<String, LayerFigures>> layers, Masking masking, int images) {
  /** Copies the map. */
  public HeterogeneityByLayer {
    layers = new LinkedHashMap<>(layers);
  }
}
