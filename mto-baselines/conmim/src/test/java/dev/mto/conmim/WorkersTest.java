package dev.mto.conmim;

import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.testing.WorkersContract;

class WorkersTest extends WorkersContract {
  WorkersTest() {
    super(
        root ->
            new TinyRun(
                new ConMim(),
                root,
                "options={projector_hidden: 48, projector_dim: 16, lm_head: 8}",
                "options.teacher_momentum=0.5",
                "masking={ratio: 0.5, unit: 8}"));
  }
}
