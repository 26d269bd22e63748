package dev.mto.mae;

import dev.mto.engine.testing.GpuContract;
import dev.mto.engine.testing.TinyRun;

/** Whole runs of MAE on an emulated GPU. */
class GpuTest extends GpuContract {
  GpuTest() {
    super(
        root ->
            new TinyRun(
                new Mae(), root, "options={decoder_dim: 16, decoder_depth: 2, decoder_heads: 2}"));
  }
}
