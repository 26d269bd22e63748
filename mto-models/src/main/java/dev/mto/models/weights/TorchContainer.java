package dev.mto.models.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One of the two ways in which PyTorch lays a checkpoint out in a file. */
interface TorchContainer extends Closeable {
  /** Bytes of pickle that are read at most: far above any model's, and bounding what it builds. */
  int LONGEST_PICKLE = 8 << 20;

  /** The pickled object, its tensors described but not read. */
  Object content() throws IOException;

  /**
   * The values of a storage, little-endian.
   *
   * @param tensor the tensor they are read for, named in errors
   */
  ByteBuffer values(String tensor, TorchTensor.Storage storage) throws IOException;
}
