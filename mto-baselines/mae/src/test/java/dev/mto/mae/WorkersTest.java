package dev.mto.mae;

import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.testing.WorkersContract;

class WorkersTest extends WorkersContract {
  WorkersTest() {
    super(
        root ->
            new TinyRun(
                new Mae(), root, "options={decoder_dim: 16, decoder_depth: 2, decoder_heads: 2}"));
  }
}
