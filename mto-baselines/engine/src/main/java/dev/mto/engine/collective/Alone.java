package dev.mto.engine.collective;

import java.nio.FloatBuffer;
import java.util.List;

/** One process by itself. */
enum Alone implements Collective {
  INSTANCE;

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public String name(int rank) {
    return "this process";
  }

  @Override
  public void sum(FloatBuffer block) {}

  @Override
  public List<byte[]> gather(byte[] record) {
    return List.of(record);
  }

  @Override
  public void stepBegins() {}

  @Override
  public void stepEnds() {}

  @Override
  public void leaveStopped() {}

  @Override
  public void leaveFailed(String message) {}

  @Override
  public void close() {}
}
