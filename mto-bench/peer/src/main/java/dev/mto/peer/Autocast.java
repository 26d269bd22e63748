package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.tls_is_dispatch_key_excluded;
import static org.bytedeco.pytorch.global.torch.tls_set_dispatch_key_excluded;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DispatchKey;

/**
 * libtorch's automatic mixed precision on the CPU, {@code torch.autocast("cpu", torch.bfloat16)}:
 * while one is open, linear layers and products of matrices get their operands in bfloat16, and
 * other operations compute in the types that they are given. Of this thread alone.
 *
 * <p>The bindings have none of the functions of {@code at::autocast}; this is what its {@code
 * set_autocast_enabled} does. bfloat16 is its type on the CPU from the start.
 */
final class Autocast implements AutoCloseable {

  /**
   * @param bfloat16 whether it does anything
   */
  Autocast(boolean bfloat16) {
    tls_set_dispatch_key_excluded(DispatchKey.AutocastCPU, !bfloat16);
  }

  static boolean active() {
    return !tls_is_dispatch_key_excluded(DispatchKey.AutocastCPU);
  }

  /**
   * A weight that is about to be an operand. Autocast keeps what it made of a leaf until its cache
   * is cleared, for which there is no function, so that the next step would see the old weights; it
   * makes anew what it gets a view of. Each weight is used once a step, so that no cast is lost.
   */
  static Tensor operand(Tensor weight) {
    return active() ? weight.alias() : weight;
  }

  @Override
  public void close() {
    tls_set_dispatch_key_excluded(DispatchKey.AutocastCPU, true);
  }
}
