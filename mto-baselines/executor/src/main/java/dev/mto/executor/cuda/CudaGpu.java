package dev.mto.executor.cuda;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.util.HexFormat;

/**
 * A GPU as CUDA's driver describes it.
 *
 * @param ordinal its number, from 0
 * @param name what people call it
 * @param capability its compute capability, as 86 for 8.6
 */
public record CudaGpu(int ordinal, String name, int capability) {
  private static final int OLDEST_CAPABILITY = 75;
  private static final int OLDEST_WITH_BFLOAT16 = 80;
  private static final int OLDEST_WITH_TF32 = 80;
  private static final int NAME_BYTES = 256;
  private static final int UUID_BYTES = 16;

  /** How many there are; the driver must be bound. */
  static int count() {
    int error = CudaDriver.cuInit(0);
    IntByReference count = new IntByReference();
    if (error == 0) {
      error = CudaDriver.cuDeviceGetCount(count);
    }
    if (error != 0 || count.getValue() == 0) {
      throw new CudaException(
          "the NVIDIA driver finds no GPU (%s); see what nvidia-smi says, or run on the CPU"
              .formatted(error == 0 ? "it counts 0" : CudaDriver.text(error)));
    }
    return count.getValue();
  }

  /**
   * One of them, fit or not; the driver must be bound.
   *
   * @throws CudaException when there is none of that number
   */
  static CudaGpu of(int ordinal) {
    int count = count();
    if (ordinal < 0 || ordinal >= count) {
      throw new CudaException(
          "there is no GPU %d: this machine has %d, numbered from 0".formatted(ordinal, count));
    }
    int handle = handle(ordinal);
    byte[] text = new byte[NAME_BYTES];
    require(CudaDriver.cuDeviceGetName(text, NAME_BYTES, handle), ordinal);
    int capability =
        10 * attribute(CudaDriver.CAPABILITY_MAJOR, handle, ordinal)
            + attribute(CudaDriver.CAPABILITY_MINOR, handle, ordinal);
    return new CudaGpu(ordinal, Native.toString(text), capability);
  }

  /** Whether it is no older than the kernels. */
  boolean isFit() {
    return capability >= OLDEST_CAPABILITY;
  }

  /**
   * This GPU.
   *
   * @throws CudaException when it is older than the kernels
   */
  CudaGpu requireFit() {
    if (!isFit()) {
      throw new CudaException(
          "%s is too old: its compute capability is %s, and 7.5 (Turing) is needed; run on another"
                  .formatted(name, dotted())
              + " GPU or on the CPU");
    }
    return this;
  }

  /** The driver's handle of it. */
  int handle() {
    return handle(ordinal);
  }

  private static int handle(int ordinal) {
    IntByReference number = new IntByReference();
    require(CudaDriver.cuDeviceGet(number, ordinal), ordinal);
    return number.getValue();
  }

  private static int attribute(int which, int handle, int ordinal) {
    IntByReference value = new IntByReference();
    require(CudaDriver.cuDeviceGetAttribute(value, which, handle), ordinal);
    return value.getValue();
  }

  private static void require(int error, int ordinal) {
    if (error != 0) {
      throw new CudaException(
          "the NVIDIA driver does not describe GPU %d (%s); see what nvidia-smi says"
              .formatted(ordinal, CudaDriver.text(error)));
    }
  }

  /** Whether it has instructions for products of bfloat16, which came with Ampere. */
  public boolean multipliesBfloat16() {
    return capability >= OLDEST_WITH_BFLOAT16;
  }

  /** Whether it multiplies float32 by way of TF32, which came with Ampere too. */
  public boolean multipliesTf32() {
    return capability >= OLDEST_WITH_TF32;
  }

  private String dotted() {
    return capability / 10 + "." + capability % 10;
  }

  /** How many blocks it runs at once, at least. */
  int multiprocessors() {
    return attribute(CudaDriver.MULTIPROCESSORS, handle(), ordinal);
  }

  /** What it is, whatever its number: cards of one name may have been cut differently. */
  String model() {
    return "%s (compute capability %s, %d multiprocessors)"
        .formatted(name, dotted(), multiprocessors());
  }

  /** What no other GPU is called, on any machine: its UUID, in hexadecimal digits. */
  public String identity() {
    byte[] uuid = new byte[UUID_BYTES];
    require(CudaDriver.cuDeviceGetUuid(uuid, handle()), ordinal);
    return HexFormat.of().formatHex(uuid);
  }

  @Override
  public String toString() {
    return "GPU %d, %s (compute capability %s)".formatted(ordinal, name, dotted());
  }
}
