package dev.mto.simmim;

import dev.mto.engine.testing.GpuContract;

/** Whole runs of SimMIM on an emulated GPU. */
class GpuTest extends GpuContract {
  GpuTest() {
    super(TinySimMim::in);
  }
}
