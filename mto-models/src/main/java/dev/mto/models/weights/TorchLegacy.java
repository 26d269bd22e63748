package dev.mto.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The container before PyTorch 1.6, not a zip: pickles one after another (a magic number, the
 * protocol, the machine, the object, the keys of its storages), then for each key the number of
 * elements as an int64 and the elements.
 */
final class TorchLegacy implements TorchFile.Container {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;

  /** The pickled magic number: protocol 2, an integer of 10 little-endian bytes, the end. */
  private static final byte[] START = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Long> positions = new HashMap<>();

  private TorchLegacy(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static TorchLegacy open(Path file) throws IOException {
    return new TorchLegacy(file, FileChannel.open(file, StandardOpenOption.READ));
  }

  /** Whether a file begins with the pickled magic number. */
  static boolean recognises(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(START.length), START);
    }
  }

  @Override
  public Object content() throws IOException {
    channel.position(0);
    PickleInput in =
        new PickleInput(Channels.newInputStream(channel), channel.size(), TorchFile.LONGEST_PICKLE);
    check(MAGIC.equals(next(in)), "does not begin with PyTorch's magic number");
    check(Objects.equals(next(in), PROTOCOL), "is not of PyTorch's protocol " + PROTOCOL);
    check(
        next(in) instanceof Map<?, ?> machine && Boolean.TRUE.equals(machine.get("little_endian")),
        "was not written on a little-endian machine");
    TorchUnpickler unpickler = new TorchUnpickler(file);
    Object content = unpickler.read(in);
    if (!(next(in) instanceof List<?> keys)) {
      throw WeightFileException.of(file, "does not list its storages");
    }
    locate(keys, byKey(unpickler.storages()), in.position());
    return content;
  }

  private Object next(PickleInput in) {
    return new TorchUnpickler(file).read(in);
  }

  private Map<String, TorchTensor.Storage> byKey(Iterable<TorchTensor.Storage> storages) {
    Map<String, TorchTensor.Storage> byKey = new HashMap<>();
    for (TorchTensor.Storage storage : storages) {
      check(
          byKey.put(storage.key(), storage) == null,
          "describes its storage '" + storage.key() + "' twice, differently");
    }
    return byKey;
  }

  /** Notes where each storage begins, from one count of elements to the next. */
  private void locate(List<?> keys, Map<String, TorchTensor.Storage> storages, long start)
      throws IOException {
    long position = start;
    for (Object key : keys) {
      TorchTensor.Storage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null) {
        throw WeightFileException.of(file, "lists a storage that no tensor uses");
      }
      check(
          !positions.containsKey(storage.key()), "lists its storage '" + storage.key() + "' twice");
      long elements = fill(ByteBuffer.allocate(Long.BYTES), position).getLong();
      position += Long.BYTES;
      check(
          elements == storage.elements(),
          "its storage '%s' holds %d elements, not the %d described"
              .formatted(storage.key(), elements, storage.elements()));
      check(
          elements <= (channel.size() - position) / storage.type().width(),
          "ends early, in its storage '" + storage.key() + "'; fetch it again");
      positions.put(storage.key(), position);
      position += elements * storage.type().width();
    }
  }

  @Override
  public ByteBuffer values(String tensor, TorchTensor.Storage storage) throws IOException {
    Long position = positions.get(storage.key());
    if (position == null) {
      throw WeightFileException.of(file, "the storage of tensor '" + tensor + "' is missing");
    }
    long size = storage.elements() * storage.type().width();
    check(
        size <= Integer.MAX_VALUE - 8,
        "the storage of tensor '" + tensor + "' is above 2 GiB, more than one tensor may hold");
    return fill(ByteBuffer.allocate((int) size), position);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private ByteBuffer fill(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, position + bytes.position());
      check(read >= 0, "ends early, in its storages; fetch it again");
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private void check(boolean holds, String problem) {
    if (!holds) {
      throw WeightFileException.of(file, problem);
    }
  }
}
