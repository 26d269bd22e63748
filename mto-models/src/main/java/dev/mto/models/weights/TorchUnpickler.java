package dev.mto.models.weights;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Unpickles what {@code torch.save} writes. Classes are looked up in a list of its own, never in
 * the library's, which every user of the library in the same JVM can extend; whatever else a pickle
 * names becomes an {@link UnknownObject}, so that settings beside the tensors are passed over. No
 * code is called for any of them, and state that objects want restored is dropped.
 */
final class TorchUnpickler extends Unpickler {
  private static final Set<Short> PLAIN =
      Set.of(
          Opcodes.MARK,
          Opcodes.STOP,
          Opcodes.PROTO,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.SHORT_BINSTRING,
          Opcodes.SHORT_BINBYTES,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.TUPLE,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.POP,
          Opcodes.POP_MARK,
          Opcodes.DUP,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.FRAME,
          Opcodes.REDUCE,
          Opcodes.NEWOBJ,
          Opcodes.BINPERSID);

  /** Instructions that begin with the length of what follows, by the bytes that it takes. */
  private static final Map<Short, Integer> LONG =
      Map.of(
          Opcodes.BINUNICODE, Integer.BYTES,
          Opcodes.BINSTRING, Integer.BYTES,
          Opcodes.BINBYTES, Integer.BYTES,
          Opcodes.LONG4, Integer.BYTES,
          Opcodes.BINUNICODE8, Long.BYTES,
          Opcodes.BINBYTES8, Long.BYTES,
          Opcodes.BYTEARRAY8, Long.BYTES);

  private static final Set<String> TENSORS =
      Set.of("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2");
  private static final Set<String> PARAMETERS =
      Set.of("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state");

  /** The classes of storages, named but never called. */
  private static final Map<String, DataType> STORAGES =
      Map.ofEntries(
          entry("torch.DoubleStorage", DataType.DOUBLE),
          entry("torch.FloatStorage", DataType.FLOAT),
          entry("torch.HalfStorage", DataType.FLOAT16),
          entry("torch.BFloat16Storage", DataType.BFLOAT16),
          entry("torch.LongStorage", DataType.INT64),
          entry("torch.IntStorage", DataType.INT32),
          entry("torch.ShortStorage", DataType.INT16),
          entry("torch.CharStorage", DataType.INT8),
          entry("torch.ByteStorage", DataType.UINT8),
          entry("torch.BoolStorage", DataType.BOOL));

  /**
   * Classes of containers, and of settings that official training scripts save beside a model.
   * Their names are known and nothing else: an object of theirs becomes a dictionary of the items
   * it is given, if any.
   */
  private static final Set<String> DICTIONARIES =
      Set.of(
          "collections.OrderedDict",
          "argparse.Namespace",
          "types.SimpleNamespace",
          "yacs.config.CfgNode",
          "collections.Counter",
          "collections.defaultdict",
          "pathlib.Path",
          "pathlib.PosixPath",
          "pathlib.WindowsPath",
          "torch.Size",
          "torch.device",
          "numpy.dtype",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "_codecs.encode");

  /** Likewise the types of tensors, of numbers and those that a dictionary is built of. */
  private static final Predicate<String> TYPES =
      Pattern.compile(
              "torch\\.(bool|u?int\\d{1,2}|b?float\\d{2}|complex\\d{2,3})"
                  + "|(__builtin__|builtins)"
                  + "\\.(dict|list|set|tuple|int|long|float|bool|bytes|str)")
          .asMatchPredicate();

  private record StorageClass(String name, DataType type) implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      throw new PickleException("calls " + name);
    }
  }

  private final Path file;
  private final Set<TorchTensor.Storage> storages = new LinkedHashSet<>();

  /** Reads one pickle of {@code file}, which errors name. */
  TorchUnpickler(Path file) {
    this.file = file;
  }

  /**
   * Reads the next pickle of a stream, which stays open and can tell how much is left and go back
   * to a mark.
   *
   * @throws WeightFileException when it is malformed or holds anything but what is known
   */
  Object read(InputStream in) {
    try {
      return load(in);
    } catch (PickleException e) {
      throw new WeightFileException(file + ": its pickle " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new WeightFileException(file + ": its pickle is malformed", e);
    }
  }

  /** The different storages that the pickle refers to. */
  Set<TorchTensor.Storage> storages() {
    return storages;
  }

  @Override
  protected Object dispatch(short key) throws IOException {
    switch (key) {
      case Opcodes.GLOBAL ->
          stack.add(constructor(PickleUtils.readline(input), PickleUtils.readline(input)));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(constructor((String) stack.pop(), name));
      }
      case Opcodes.NEWOBJ_EX -> {
        stack.pop(); // named arguments
        return super.dispatch(Opcodes.NEWOBJ);
      }
      case Opcodes.EMPTY_SET -> stack.add(new ArrayList<>());
      case Opcodes.FROZENSET -> stack.add(stack.pop_all_since_marker().toArray());
      case Opcodes.APPEND -> append(Collections.singletonList(stack.pop()));
      case Opcodes.APPENDS, Opcodes.ADDITEMS -> append(stack.pop_all_since_marker());
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object name = stack.pop();
        put(Arrays.asList(name, value));
      }
      case Opcodes.SETITEMS -> put(stack.pop_all_since_marker());
      case Opcodes.BUILD -> stack.pop();
      default -> {
        if (LONG.containsKey(key)) {
          checkLength(LONG.get(key));
        } else if (!PLAIN.contains(key)) {
          throw new PickleException("uses the unknown instruction 0x" + Integer.toHexString(key));
        }
        return super.dispatch(key);
      }
    }
    return NO_RETURN_VALUE;
  }

  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = (Object[]) id;
    if (parts.length == 6 && parts[5] != null) {
      throw new PickleException("has a storage that is a view of another: save it anew");
    }
    if (parts.length < 5 || parts.length > 6 || !"storage".equals(parts[0])) {
      throw new PickleException("refers to something that is not a storage");
    }
    if (parts[1] instanceof UnknownObject unknown) {
      return unknown;
    }
    if (!(parts[1] instanceof StorageClass storageClass)) {
      throw new PickleException("refers to something that is not a storage");
    }
    TorchTensor.Storage storage =
        new TorchTensor.Storage((String) parts[2], storageClass.type(), number(parts[4]));
    storages.add(storage);
    return storage;
  }

  private static IObjectConstructor constructor(String module, String type) {
    String name = module + "." + type;
    if (DICTIONARIES.contains(name) || TYPES.test(name)) {
      return arguments -> new LinkedHashMap<Object, Object>();
    }
    if (TENSORS.contains(name)) {
      return TorchUnpickler::tensor;
    }
    if (PARAMETERS.contains(name)) {
      return arguments -> arguments[0];
    }
    if (STORAGES.containsKey(name)) {
      return new StorageClass(name, STORAGES.get(name));
    }
    return new UnknownObject(name);
  }

  /** A tensor, or what stands for it where its storage is of an unknown class. */
  private static Object tensor(Object[] arguments) {
    if (arguments[0] instanceof UnknownObject unknown) {
      return unknown;
    }
    return new TorchTensor(
        (TorchTensor.Storage) arguments[0],
        number(arguments[1]),
        numbers(arguments[2]),
        numbers(arguments[3]));
  }

  private static long[] numbers(Object tuple) {
    return Arrays.stream((Object[]) tuple).mapToLong(TorchUnpickler::number).toArray();
  }

  private static long number(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new PickleException("has a size that is not a whole number");
  }

  /** Adds items to the list or set on top of the stack. */
  private void append(List<Object> items) {
    if (stack.peek() instanceof UnknownObject) {
      return;
    }
    @SuppressWarnings(
        "unchecked") // only lists made in this class and the library's are on the stack
    List<Object> target = (List<Object>) stack.peek();
    target.addAll(items);
  }

  /**
   * Puts alternating names and values into the dictionary on top of the stack, in order. Names that
   * are neither text nor numbers, e.g. tuples, are none of tensors and are passed over.
   */
  private void put(List<Object> items) {
    if (stack.peek() instanceof UnknownObject) {
      return;
    }
    @SuppressWarnings("unchecked") // only maps made in this class are on the stack
    Map<Object, Object> target = (Map<Object, Object>) stack.peek();
    for (int i = 0; i < items.size(); i += 2) {
      Object name = items.get(i);
      if (name instanceof List) {
        throw new PickleException(
            "has a dictionary whose keys are neither text nor numbers but lists, as Python has none");
      }
      if (name instanceof String || name instanceof Number) {
        target.put(name, items.get(i + 1));
      }
    }
  }

  /**
   * Refuses a text longer than what is left, before memory is taken for it.
   *
   * @param bytes of the length itself
   */
  private void checkLength(int bytes) throws IOException {
    input.mark(bytes);
    ByteBuffer length =
        ByteBuffer.wrap(PickleUtils.readbytes(input, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    long size = bytes == Long.BYTES ? length.getLong() : length.getInt();
    if (size < 0 || size > input.available()) {
      throw new PickleException("declares a text longer than itself");
    }
    input.reset();
  }
}
