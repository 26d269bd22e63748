package dev.mto.bootmae;

import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.testing.WorkersContract;

class WorkersTest extends WorkersContract {
  WorkersTest() {
    super(
        root ->
            new TinyRun(
                new BootMae(),
                root,
                "options={decoder_dim: 16, decoder_depth: 1, block_patches: 8, block_min: 2, block_max: 6}",
                "options.ema_decay=[0.5]",
                "options.ema_epochs=[]"));
  }
}
