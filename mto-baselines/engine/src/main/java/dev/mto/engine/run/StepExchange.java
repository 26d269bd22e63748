package dev.mto.engine.run;

import dev.mto.engine.Model;
import dev.mto.engine.collective.Collective;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the workers tell each other of a step beside gradients: what each micro-batch measured, and
 * what the model observes. All is taken in the order of micro-batches on every worker, as one
 * process would.
 */
final class StepExchange {
  private final Collective collective;
  private final Model model;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final DataOutputStream own = new DataOutputStream(written);
  private boolean finite = true;

  StepExchange(Collective collective, Model model) {
    this.collective = collective;
    this.model = model;
  }

  /**
   * Takes a micro-batch of this worker.
   *
   * @param values of what the model observes; valid during the call only
   */
  void add(MeasuredBatch measured, Map<String, INDArray> values) {
    finite &= measured.isFinite();
    try {
      measured.write(own);
      for (SDVariable variable : model.observed()) {
        write(values.get(variable.name()));
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot fail", e);
    }
  }

  /** Puts the micro-batches of all workers into a record, and has the model observe them. */
  void exchange(StepRecord record) {
    for (byte[] part : collective.gather(written.toByteArray())) {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(part))) {
        while (in.available() > 0) {
          record.add(MeasuredBatch.read(in));
          Map<String, INDArray> observed = new LinkedHashMap<>();
          for (SDVariable variable : model.observed()) {
            observed.put(variable.name(), read(in));
          }
          model.observe(observed);
          observed.values().forEach(INDArray::close);
        }
      } catch (IOException e) {
        throw new IllegalStateException("memory cannot fail", e);
      }
    }
  }

  /**
   * Of the explanations that all workers have for one failure, that of the first whose own losses
   * are not finite.
   *
   * @param explanation of this worker
   */
  String chosen(String explanation) {
    List<byte[]> all =
        collective.gather(((finite ? "-" : "+") + explanation).getBytes(StandardCharsets.UTF_8));
    List<String> texts =
        all.stream().map(text -> new String(text, StandardCharsets.UTF_8)).toList();
    return texts.stream()
        .filter(t -> t.startsWith("+"))
        .findFirst()
        .orElse(texts.get(0))
        .substring(1);
  }

  private void write(INDArray array) throws IOException {
    own.writeUTF(array.dataType().name());
    own.writeInt(array.rank());
    for (long extent : array.shape()) {
      own.writeLong(extent);
    }
    for (double element : array.dup('c').data().asDouble()) {
      own.writeDouble(element);
    }
  }

  private static INDArray read(DataInputStream in) throws IOException {
    DataType type = DataType.valueOf(in.readUTF());
    long[] shape = new long[in.readInt()];
    long length = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = in.readLong();
      length *= shape[i];
    }
    double[] elements = new double[Math.toIntExact(length)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = in.readDouble();
    }
    return Nd4j.create(elements, shape, type);
  }
}
