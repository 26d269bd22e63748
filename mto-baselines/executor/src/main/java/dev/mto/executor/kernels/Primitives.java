package dev.mto.executor.kernels;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's primitives by what they do; the blocks of a model share them. */
final class Primitives implements AutoCloseable {
  private final Map<Key, primitive> known = new HashMap<>();

  /** What distinguishes one primitive from another: an operation, its constants and its shapes. */
  record Key(String operation, List<Object> constants, List<List<Long>> shapes) {
    static Key of(String operation, List<Object> constants, long[]... shapes) {
      return new Key(
          operation,
          constants,
          Arrays.stream(shapes).map(s -> Arrays.stream(s).boxed().toList()).toList());
    }
  }

  /** The primitive of this key, made at first. */
  primitive get(Key key, Supplier<primitive> make) {
    primitive found = known.get(key);
    if (found == null) {
      found = make.get();
      known.put(key, found);
    }
    return found;
  }

  @Override
  public void close() {
    known.values().forEach(Pointer::close);
    known.clear();
  }
}
