package dev.mto.executor.state;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Memory.Copy;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The arrays that training changes, and which copy of each is the current one: the array itself, or
 * one in the memory of a device. Whoever reads or writes elements asks here first, the host by
 * {@link #forHost} and kernels by {@link #forDevice}, which bring an array over where it is not. An
 * array stays where it was asked for last.
 *
 * <p>While the device has an array, the array itself is full of what is no number, so that reading
 * it without asking shows; writing its first or last element without asking is refused when it is
 * next asked for.
 *
 * <p>Sessions on a device open the state, and the device has memory for it until the last of them
 * is closed; then all arrays come back. Without a session on a device nothing is ever copied, and
 * asking costs nothing.
 *
 * <p>Not thread-safe.
 */
public final class LiveState {
  private static final Logger LOG = LoggerFactory.getLogger(LiveState.class);

  private final List<Kernels> open = new ArrayList<>();
  private final List<Storage> allocated = new ArrayList<>();
  private final IdentityHashMap<INDArray, Place> places = new IdentityHashMap<>();

  /** Memory of a device for an array, and whether the current elements are there. */
  private static final class Place {
    private final Storage storage;
    private boolean current;

    Place(Storage storage) {
      this.storage = storage;
    }
  }

  /** A session begins to use the state by kernels of a device; the same device for all. */
  public void open(Kernels kernels) {
    open.add(kernels);
  }

  /**
   * A session that opened the state will use it no more; the last brings all arrays back. Those
   * that a device has that failed are lost: they stay full of what is no number.
   */
  public void close(Kernels kernels) {
    if (open.size() == 1 && open.contains(kernels)) {
      if (!kernels.hasFailed()) {
        bringHome();
      }
      places.values().forEach(place -> place.storage.close());
      places.clear();
      allocated.forEach(Storage::close);
      allocated.clear();
    }
    open.remove(kernels);
  }

  private void bringHome() {
    try {
      forHost();
    } catch (RuntimeException e) {
      LOG.warn("what was trained since the last checkpoint is lost: {}", e.getMessage());
    }
  }

  /** What changes arrays on the device; empty while no session on one is open. */
  public Optional<Updates> updates() {
    return open.isEmpty() ? Optional.empty() : open.get(0).updates();
  }

  /**
   * A float32 tensor on the device, whose elements are anything, until the last session is closed.
   *
   * @param what needs it, for people
   * @throws IllegalStateException while no session on a device is open
   * @throws NotEnoughMemoryException when less is left
   */
  public Tensor allocate(String what, long... shape) {
    Storage storage = memory().allocate(what, Math.max(1, Tensor.length(shape)) * Float.BYTES);
    allocated.add(storage);
    return storage.tensor(ElementType.FLOAT32, 0, shape);
  }

  /**
   * Copies tensors of the device to arrays that are not the state's, when what was started is done.
   *
   * @throws IllegalStateException while no session on a device is open
   */
  public void download(List<Copy> copies) {
    memory().download(copies);
  }

  /**
   * Copies an array that is not the state's to a tensor of the device, after what was started
   * before; the array may change when this returns.
   *
   * @throws IllegalStateException while no session on a device is open
   */
  public void upload(INDArray from, Tensor to) {
    memory().upload(from, to);
  }

  private Memory memory() {
    if (open.isEmpty()) {
      throw new IllegalStateException("no session on a device is open");
    }
    return open.get(0).memory();
  }

  /** All arrays, to be read or written on the host. */
  public void forHost() {
    forHost(places.keySet());
  }

  /** An array, to be read or written on the host. */
  public INDArray forHost(INDArray array) {
    forHost(List.of(array));
    return array;
  }

  /**
   * Arrays, to be read or written on the host.
   *
   * @throws IllegalStateException when one was written to without asking while the device had it
   */
  public void forHost(Collection<INDArray> arrays) {
    if (places.isEmpty()) {
      return;
    }
    List<Place> left = new ArrayList<>();
    List<Copy> copies = new ArrayList<>();
    for (INDArray array : arrays) {
      Place place = places.get(array);
      if (place != null && place.current) {
        requireUntouched(array);
        left.add(place);
        copies.add(new Copy(tensor(place, array), array));
      }
    }
    memory().download(copies);
    left.forEach(place -> place.current = false);
  }

  /**
   * An array, to be read or written by kernels of the device.
   *
   * @param array float32, dense and in c order
   * @return its elements, at an address that stays the same until the state is closed
   * @throws IllegalStateException while no session on a device is open
   * @throws NotEnoughMemoryException when less is left
   */
  public Tensor forDevice(INDArray array) {
    Place place = place(array);
    Tensor tensor = tensor(place, array);
    if (!place.current) {
      memory().upload(array, tensor);
      array.assign(Float.NaN);
      place.current = true;
    }
    return tensor;
  }

  /**
   * Where {@link #forDevice} will have an array, for kernels that are prepared now and run later.
   *
   * @throws NotEnoughMemoryException when less is left
   */
  public Tensor reserve(INDArray array) {
    return tensor(place(array), array);
  }

  /** As {@link #reserve(INDArray)}, where a session on a device is open. */
  public void reserve(Collection<INDArray> arrays) {
    if (!open.isEmpty()) {
      arrays.forEach(this::reserve);
    }
  }

  /** Forgets arrays that nobody will ask for, before they are closed. */
  public void forget(Collection<INDArray> arrays) {
    for (INDArray array : arrays) {
      Place place = places.remove(array);
      if (place != null) {
        place.storage.close();
      }
    }
  }

  private Place place(INDArray array) {
    Place place = places.get(array);
    if (place == null) {
      if (array.dataType() != DataType.FLOAT || !isDense(array)) {
        throw new IllegalArgumentException("an array that is not float32, dense and in c order");
      }
      long bytes = Math.max(1, array.length()) * Float.BYTES;
      place = new Place(memory().allocate("an array that is trained", bytes));
      places.put(array, place);
    }
    return place;
  }

  private static boolean isDense(INDArray array) {
    long[] dense = Tensor.strides(array.shape());
    for (int i = 0; i < dense.length; i++) {
      if (array.size(i) > 1 && array.stride(i) != dense[i]) {
        return false;
      }
    }
    return true;
  }

  private static Tensor tensor(Place place, INDArray array) {
    return place.storage.tensor(ElementType.FLOAT32, 0, array.shape());
  }

  private static void requireUntouched(INDArray array) {
    INDArray flat = array.reshape(array.length());
    if (!Float.isNaN(flat.getFloat(0)) || !Float.isNaN(flat.getFloat(array.length() - 1))) {
      throw new IllegalStateException(
          "an array of shape %s was written to while a device had it; ask for it first"
              .formatted(Arrays.toString(array.shape())));
    }
  }
}
