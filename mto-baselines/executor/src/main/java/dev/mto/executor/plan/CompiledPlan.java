package dev.mto.executor.plan;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSequence;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Products;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A graph for placeholders with given facts as a list of kernels at fixed addresses. */
final class CompiledPlan {
  private final GraphReader reader;
  private final List<Operation> operations;
  private final Map<String, Value> results;
  private final Set<String> gradients;
  private final MemoryLayout layout;
  private final Uniforms uniforms = new Uniforms();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Set<Value> read = new HashSet<>();
  private final Map<String, Tensor> computed = new LinkedHashMap<>(); // where the host cannot read
  private final Map<String, INDArray> copies =
      new HashMap<>(); // of computed ones that it asked for
  private final Map<String, INDArray> outputs = new LinkedHashMap<>(); // where it can
  private Kernels kernels;
  private KernelSequence sequence; // of all steps; null until it is bound
  private StoredValues stored;

  /** A kernel and what it does, for profiles. */
  private record Step(String name, Kernel kernel) {}

  private CompiledPlan(
      GraphReader reader,
      List<Operation> operations,
      Map<String, Value> results,
      Set<String> gradients,
      MemoryLayout layout) {
    this.reader = reader;
    this.operations = operations;
    this.results = results;
    this.gradients = gradients;
    this.layout = layout;
  }

  /**
   * Compiles a graph.
   *
   * @param wanted names of the variables to compute
   * @param gradients by name of the result, the parameter whose gradient it is
   * @param loss the variable that is differentiated; null for none
   * @param attention what may be done of attention in one kernel; null for nothing
   * @throws UnsupportedGraphException when something in it cannot be compiled
   */
  static CompiledPlan of(
      SameDiff graph,
      Map<String, FeedFacts> feeds,
      List<String> wanted,
      String loss,
      Map<String, String> gradients,
      boolean recompute,
      Products products,
      FusedAttention attention) {
    GraphReader reader = new GraphReader(graph, feeds);
    Set<String> read = new HashSet<>(wanted);
    if (loss != null) {
      read.add(loss);
    }
    reader.read(read);
    Map<String, Value> results = new LinkedHashMap<>();
    wanted.forEach(name -> results.put(name, reader.dense(name)));
    Program program = reader.program();
    if (products != Products.FLOAT32) {
      Narrowing.mark(program);
    } else if (attention != null) {
      AttentionFusion.in(program, asked(reader, results.values(), loss), attention);
    }
    if (loss != null) {
      List<Value> parameters = gradients.values().stream().map(reader::value).toList();
      Gradients derived =
          Gradients.of(
              program, reader.value(loss), parameters, recompute ? reader.blocks() : List.of());
      gradients.forEach(
          (result, parameter) -> {
            Value value = derived.of(reader.value(parameter));
            if (value == null) {
              throw new UnsupportedGraphException("no gradient of " + parameter);
            }
            Value own = inOwnMemory(program, value, results.values());
            results.put(result, program.reshape(own, reader.value(parameter).shape()));
          });
    }
    Set<Value> needed = new HashSet<>(results.values());
    List<Operation> operations = Fusion.of(program.operations(), needed);
    if (products == Products.BFLOAT16) {
      operations = Narrowing.of(operations, needed);
    }
    MemoryLayout layout =
        MemoryLayout.of(operations, List.copyOf(reader.placeholders().values().values()), needed);
    return new CompiledPlan(reader, operations, results, gradients.keySet(), layout);
  }

  /** Callers change gradients in place, so that each has elements that nothing else is or reads. */
  private static Value inOwnMemory(Program program, Value value, Collection<Value> others) {
    Value dense = program.dense(value);
    boolean own =
        dense.owner().isComputed() && others.stream().noneMatch(other -> overlap(dense, other));
    return own ? dense : program.unary(Unary.linear(1, 0), dense);
  }

  private static boolean overlap(Value a, Value b) {
    return a.owner() == b.owner()
        && a.offset() < b.offset() + b.length()
        && b.offset() < a.offset() + a.length();
  }

  private static Set<Value> asked(GraphReader reader, Collection<Value> results, String loss) {
    Set<Value> asked = new HashSet<>(results);
    if (loss != null) {
      asked.add(reader.value(loss));
    }
    return asked;
  }

  /** Floating-point operations of its matrix products: two for each multiply-add. */
  double productFlops() {
    return operations.stream().mapToDouble(Operation::productFlops).sum();
  }

  /** Bytes that it needs of the arena. */
  long bytes() {
    return layout.bytes();
  }

  /** Takes the memory that it needs beside the arena, so that it is not left to that. */
  void reserve(StoredValues storedValues, Kernels set) {
    List<Value> values = new ArrayList<>(results.values());
    operations.forEach(operation -> values.addAll(operation.inputs()));
    uniforms.require(values);
    for (Value value : values) {
      if (value.isUniform()) {
        uniforms.tensor(set.memory(), value);
      } else if (!value.owner().isPlaced()) {
        storedValues.tensor(value.owner(), 0, value.owner().shape());
      }
    }
  }

  /** Prepares the kernels for memory at these addresses, after {@link #reserve}. */
  void bind(Arena arena, StoredValues storedValues, Kernels set) {
    kernels = set;
    stored = storedValues;
    closeSequence();
    steps.clear();
    inputs.clear();
    read.clear();
    forgetCopies();
    computed.clear();
    outputs.clear();
    for (Operation operation : operations) {
      Kernel kernel = operation.kernel(kernels, value -> place(arena, value));
      if (kernel != null) {
        steps.add(new Step(operation.name(), kernel));
      }
    }
    sequence = kernels.together(steps.stream().map(Step::kernel).toList());
    reader.placeholders().values().forEach((name, value) -> inputs.put(name, place(arena, value)));
    if (kernels.memory().isHost()) {
      results.forEach((name, value) -> outputs.put(name, array(arena, value)));
    } else {
      results.forEach((name, value) -> computed.put(name, place(arena, value)));
    }
  }

  private Tensor place(Arena arena, Value value) {
    if (value.isUniform()) {
      return uniforms.tensor(kernels.memory(), value);
    }
    Value owner = value.owner();
    if (owner.isPlaced()) {
      return arena.tensor(value.type(), layout.offset(value), value.shape());
    }
    read.add(owner);
    return stored.tensor(owner, value.offset(), value.shape());
  }

  private INDArray array(Arena arena, Value value) {
    if (value.isUniform()) {
      return uniforms.array(kernels.memory(), value);
    }
    Value owner = value.owner();
    if (owner.isPlaced()) {
      return arena.array(layout.offset(value), value.shape());
    }
    INDArray array = owner.array();
    long[] shape = value.shape();
    return Nd4j.create(
        array.data(),
        shape,
        Nd4j.getStrides(shape, 'c'),
        array.offset() + value.offset(),
        'c',
        array.dataType());
  }

  /**
   * Runs the plan once and returns its results, which are valid until the next run.
   *
   * @param onDevice as {@link PlannedGraph#run} has it
   */
  Map<String, INDArray> run(
      Map<String, INDArray> feeds,
      PlanProfile profile,
      UnaryOperator<Map<String, Tensor>> onDevice) {
    Memory memory = kernels.memory();
    inputs.forEach((name, tensor) -> memory.upload(feeds.get(name), tensor));
    stored.upload(read);
    for (Map.Entry<String, Selection> selection : reader.placeholders().oneHots().entrySet()) {
      require(selection.getValue().read(floats(feeds, selection.getKey())), selection.getKey());
    }
    for (Map.Entry<String, MaskSelections> mask : reader.placeholders().masks().entrySet()) {
      require(mask.getValue().read(floats(feeds, mask.getKey())), mask.getKey());
    }
    if (profile == null) {
      sequence.run();
    } else {
      for (Step step : steps) {
        profile.measure(step.name(), kernels, step.kernel());
      }
    }
    return memory.isHost() ? outputs : toHost(memory, onDevice);
  }

  private Map<String, INDArray> toHost(Memory memory, UnaryOperator<Map<String, Tensor>> onDevice) {
    Map<String, Tensor> wanted = new LinkedHashMap<>(computed);
    if (onDevice != null) {
      wanted.keySet().removeAll(gradients);
      wanted.putAll(onDevice.apply(computed));
    }
    List<Memory.Copy> asked = new ArrayList<>();
    Map<String, INDArray> values = new LinkedHashMap<>();
    wanted.forEach(
        (name, tensor) -> {
          INDArray copy = copies.computeIfAbsent(name, n -> unwritten(tensor.shape()));
          asked.add(new Memory.Copy(tensor, copy));
          values.put(name, copy);
        });
    memory.download(asked);
    return values;
  }

  private static INDArray unwritten(long... shape) {
    return Nd4j.createUninitializedDetached(DataType.FLOAT, shape);
  }

  private static float[] floats(Map<String, INDArray> feeds, String name) {
    return feeds.get(name).data().asFloat();
  }

  private static void require(boolean read, String name) {
    if (!read) {
      throw new IllegalStateException(name + " is not what the plan was compiled for");
    }
  }

  private void closeSequence() {
    if (sequence != null) {
      sequence.close();
      sequence = null;
    }
  }

  void close() {
    closeSequence();
    uniforms.close();
    forgetCopies();
  }

  private void forgetCopies() {
    copies.values().forEach(INDArray::close);
    copies.clear();
  }
}
